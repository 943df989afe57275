/** Events as the feed shows them: the newest first, a burst of one kind as one row. */

export type FeedEvent = {
  /** `seq` of the log's cursor: each event once. */
  cursor: string;
  type: string;
  at: string;
  subject: string | null;
  data: Readonly<Record<string, unknown>>;
  actor: string | null;
};
/** `event`: the newest of them; `count`: how many of this kind came together. */
export type FeedRow = { key: string; event: FeedEvent; count: number };

export const MOST_ROWS = 100;
const BURST_MS = 30_000;
/** A burst of one kind is told in between others: so far back it is looked for. */
const LOOK_BACK = 8;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
/** The first part of an asset's name: the database, which people know the source by. */
export const databaseOf = (name: unknown): string => textOf(name).split('.')[0] ?? '';

/** What folds into one row; null: each has its own. */
function burstOf({ type, data }: FeedEvent): string | null {
  if (type.startsWith('asset.') || type.startsWith('classification.') || type === 'lineage.changed')
    return `${type} ${textOf(data.namespace)} ${databaseOf(data.name)}`;
  if (/^policy\.(violated|resolved|acknowledged|waived|reopened)$/.test(type)) return `${type} ${textOf(data.policyName)}`;
  return null;
}

export function addEvents(rows: readonly FeedRow[], events: readonly FeedEvent[]): FeedRow[] {
  const next = [...rows];
  for (const event of events) {
    if (next.some(({ event: known }) => known.cursor === event.cursor)) continue;
    const burst = burstOf(event);
    const at = burst
      ? next.findIndex(
          (row, index) =>
            index < LOOK_BACK && burstOf(row.event) === burst && Math.abs(Date.parse(event.at) - Date.parse(row.event.at)) < BURST_MS,
        )
      : -1;
    if (at < 0) next.unshift({ key: event.cursor, event, count: 1 });
    else next[at] = { ...next[at]!, event, count: next[at]!.count + 1 };
  }
  // Two streams, each in its order: by time they are one.
  return next.toSorted((a, b) => b.event.at.localeCompare(a.event.at)).slice(0, MOST_ROWS);
}
