/** Where lineage is read from PostgreSQL its open flows are what can differ from what sources reported: they can be made anew from that. */
import type { Database } from '#platform/database/index.ts';
import { writeFacts, type FlowChange } from '../store/facts.ts';
import { countNative, findNativeDifferences, holdFeed, type NativeDifference } from '../store/native.ts';

/** Of one transaction, while which the feed waits. */
const AT_ONCE = 10_000;
/** Each time some are settled and none comes back; this only bounds it. */
const MOST_TIMES = 1_000;

export type Rederived = { opened: number; closed: number; assets: number; flows: number };

/** Opens what is missing and closes what is no more, now. What others than sources said, and what was, stays as it is. */
export async function rederiveNative(sql: Database): Promise<Rederived> {
  let [opened, closed] = [0, 0];
  for (let times = 0; times < MOST_TIMES; times++) {
    const settled = await sql.begin(async (tx) => {
      await holdFeed(tx);
      const { first } = await findNativeDifferences(tx, AT_ONCE);
      const at = new Date();
      const columns = first.flatMap((difference) => (difference.what === 'MISSING' ? (difference.columns?.nodes ?? []) : []));
      const known = new Map(columns.map((column) => [column.id, column]));
      await writeFacts(tx, { assets: [], columns: [...known.values()], changes: first.map((difference) => toChange(difference, at)) });
      return first;
    });
    opened += settled.filter(({ what }) => what === 'MISSING').length;
    closed += settled.filter(({ what }) => what === 'EXTRA').length;
    if (settled.length < AT_ONCE) break;
  }
  return { opened, closed, ...(await countNative(sql)) };
}

const toChange = ({ fromId, toId, what, columns }: NativeDifference, at: Date): FlowChange => ({
  fromId,
  toId,
  ...(columns ? { kind: 'COLUMN', origin: 'PARSED' } : { kind: 'TABLE', origin: 'NATIVE' }),
  change: what === 'MISSING' ? 'opened' : 'closed',
  at,
  ...(columns && { details: columns.details }),
});
