/** Lineage follows the log a moment behind: whoever selects neighbours of what just happened should find them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Queryable } from '#platform/database/index.ts';
import { LINEAGE_GRAPH } from '#platform/events/consumerNames.ts';
import type { LiveEvent } from './logEvents.ts';

const MOST_MS = 300;
const LOOK_MS = 15;

/** What changes the graph, or what is shown of it. */
export const isOfAssets = ({ type }: LiveEvent): boolean => /^(asset|lineage|classification|policy)\./.test(type);

/** Waits until lineage has consumed the log up to a position, but not long; and not at all while it has yet to reach what was told before. */
export function createLineageWait(sql: Queryable): (upTo: number | undefined) => Promise<void> {
  /** Up to where the log was told while lineage was behind. Until it comes so far, be it standing still or moving, waiting is in vain again. */
  let missed: number | undefined;
  const findPosition = async (): Promise<number> => {
    // Not for Neo4j's: while that is behind, PostgreSQL answers.
    const [cursor] = await sql<{ seq: number }[]>`select seq from events.cursors where consumer = ${LINEAGE_GRAPH}`;
    return cursor?.seq ?? 0;
  };
  return async (upTo) => {
    if (upTo === undefined) return;
    for (const until = performance.now() + MOST_MS; ; await sleep(LOOK_MS)) {
      const position = await findPosition();
      if (position >= upTo) {
        missed = undefined;
        return;
      }
      if (missed !== undefined && position >= missed) missed = undefined;
      if (missed === undefined && performance.now() < until) continue;
      missed = upTo;
      return;
    }
  };
}
