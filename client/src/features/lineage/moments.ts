/** When lineage changed: the marks of the slider. */

export const DAY = 86_400_000;
/** One scan writes within moments; its changes are one mark. */
const TOGETHER = 1_000;

export type Tick = { at: number; changes: number };
type Interval = { from: string; to: string; validFrom: string; validTo?: string | null };

/** The changes in the order of time. The same interval told twice counts once. */
export function ticksOf(intervals: readonly Interval[], now: number): Tick[] {
  const seen = new Set<string>();
  const moments: number[] = [];
  for (const { from, to, validFrom, validTo } of intervals) {
    for (const [sign, at] of [
      ['+', validFrom],
      ['-', validTo],
    ] as const) {
      const id = `${from}~${to}~${sign}${at}`;
      if (!at || seen.has(id) || Date.parse(at) > now) continue;
      seen.add(id);
      moments.push(Date.parse(at));
    }
  }
  const ticks: Tick[] = [];
  for (const at of moments.toSorted((a, b) => a - b)) {
    const last = ticks.at(-1);
    // The mark stands at the last of them: as of it all of them are there.
    if (last && at - last.at <= TOGETHER) Object.assign(last, { at, changes: last.changes + 1 });
    else ticks.push({ at, changes: 1 });
  }
  return ticks;
}

/** The change after or before a moment; null: there is none, so after the last one it is now. */
export function nextTick(ticks: readonly Tick[], at: number, direction: 1 | -1): number | null {
  const found = direction > 0 ? ticks.find((tick) => tick.at > at) : ticks.findLast((tick) => tick.at < at);
  return found?.at ?? null;
}

/** What the track covers: a little before the first change, at least a day. */
export function rangeOf(ticks: readonly Tick[], now: number): { start: number; end: number } {
  const first = Math.min(ticks[0]?.at ?? now, now);
  const span = Math.max(now - first, 60_000);
  // What changed since the clock was last looked at is before now, too.
  return { start: first - span * 0.04, end: Math.max(now, (ticks.at(-1)?.at ?? 0) + 1) };
}

export const changesNear = (ticks: readonly Tick[], at: number): number => ticks.find((tick) => tick.at === at)?.changes ?? 0;
