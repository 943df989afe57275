/** Lineage follows the log a moment behind: whoever selects neighbours of what just happened should find them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Queryable } from '#platform/database/index.ts';
import { LINEAGE_GRAPH, LINEAGE_NEO4J } from '#platform/events/consumerNames.ts';
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
    // Neo4j has a position only where lineage is read from there.
    const cursors = await sql<{ consumer: string; seq: number }[]>`
      select consumer, seq from events.cursors where consumer in (${LINEAGE_GRAPH}, ${LINEAGE_NEO4J})`;
    return cursors.some(({ consumer }) => consumer === LINEAGE_GRAPH) ? Math.min(...cursors.map(({ seq }) => seq)) : 0;
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
