/**
 * Which outbox ids may still turn up. Ids are given at insert and become visible at commit, so a later id can be sealed
 * before an earlier one is there. The missing ones are remembered until every transaction that could hold them has
 * ended: then they were rolled back. Pure: the sequencer keeps them in `events.head`.
 */

/** Outbox ids `first` to `last`, both included, that were missing when ids after them were sealed. */
export type Gap = {
  first: number;
  last: number;
  /** Milliseconds since 1970, by the database's clock. */
  seenAt: number;
  /** Once every transaction before this id has ended, nobody holds the gap. Null until it is old enough to say. */
  heldBefore: number | null;
};

/** The transactions that a snapshot of the database found running. */
export type Running = {
  now: number;
  /** Every transaction before this id has ended. */
  oldest: number;
  /** No transaction has this id yet. */
  next: number;
};

/**
 * A transaction takes an outbox id a moment before it gets a transaction id of its own, unless it wrote something
 * earlier. After this long it has one.
 */
const TRANSACTION_ID_AFTER_MS = 1_000;

/** More than these cost each batch too much; neighbours are merged then, which only makes it look at a few more ids. */
const MOST_GAPS = 200;

/** What is missing once `ids` (ascending) are sealed and `outboxId` was the highest before. */
export function gapsAfter(gaps: readonly Gap[], outboxId: number, ids: readonly number[], seenAt: number): Gap[] {
  const left: Gap[] = [];
  const newest: Gap = { first: outboxId + 1, last: ids.at(-1) ?? outboxId, seenAt, heldBefore: null };
  let index = 0;
  for (const gap of [...gaps, newest]) {
    let first = gap.first;
    for (; index < ids.length && ids[index]! <= gap.last; index++) {
      const id = ids[index]!;
      if (id < first) continue; // a sweep found it where nothing was missing
      if (id > first) left.push({ ...gap, first, last: id - 1 });
      first = id + 1;
    }
    if (first <= gap.last) left.push({ ...gap, first });
  }
  return left;
}

/** Drops the gaps that nobody can fill any more. Only for gaps of which every visible row was just sealed. */
export function dropAbandoned(gaps: readonly Gap[], running: Running): Gap[] {
  return gaps
    .filter((gap) => gap.heldBefore === null || gap.heldBefore > running.oldest)
    .map((gap) =>
      gap.heldBefore === null && running.now - gap.seenAt >= TRANSACTION_ID_AFTER_MS ? { ...gap, heldBefore: running.next } : gap,
    );
}

/** At most as many gaps as a batch should look at: the nearest neighbours become one. */
export function mergeGaps(gaps: readonly Gap[], most = MOST_GAPS): Gap[] {
  if (gaps.length <= most) return [...gaps];
  const distances = gaps.slice(1).map((gap, index) => gap.first - gaps[index]!.last);
  const widest = distances.toSorted((a, b) => b - a)[most - 1]!;
  const merged: Gap[] = [gaps[0]!];
  for (const [index, gap] of gaps.slice(1).entries()) {
    const before = merged.at(-1)!;
    if (distances[index]! > widest) merged.push(gap);
    else merged[merged.length - 1] = mergePair(before, gap);
  }
  return merged;
}

const mergePair = (a: Gap, b: Gap): Gap => ({
  first: a.first,
  last: b.last,
  seenAt: Math.max(a.seenAt, b.seenAt),
  heldBefore: a.heldBefore === null || b.heldBefore === null ? null : Math.max(a.heldBefore, b.heldBefore),
});
