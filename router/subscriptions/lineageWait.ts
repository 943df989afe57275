/** Lineage follows the log a moment behind: whoever selects neighbours of what just happened should find them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Queryable } from '#platform/database/index.ts';
import type { LiveEvent } from './logEvents.ts';

const LINEAGE = 'lineage.graph';
const MOST_MS = 300;
const LOOK_MS = 15;

/** What changes the graph, or what is shown of it. */
export const isOfAssets = ({ type }: LiveEvent): boolean => /^(asset|classification|policy)\./.test(type);

/** Waits until lineage has consumed the log up to a position, but not long; and not at all for one that stands still. */
export function createLineageWait(sql: Queryable): (upTo: number | undefined) => Promise<void> {
  /** Where it was when waiting for it was in vain. */
  let stuckAt: number | undefined;
  const findPosition = async (): Promise<number> => {
    const [cursor] = await sql<{ seq: number }[]>`select seq from events.cursors where consumer = ${LINEAGE}`;
    return cursor?.seq ?? 0;
  };
  return async (upTo) => {
    if (upTo === undefined) return;
    for (const until = performance.now() + MOST_MS; ; await sleep(LOOK_MS)) {
      const position = await findPosition();
      if (position >= upTo || position === stuckAt) return;
      if (performance.now() < until) continue;
      stuckAt = position;
      return;
    }
  };
}
