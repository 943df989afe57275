/** While Neo4j is away one request at a time finds that out; the others are told at once. */
import { Away } from '../graph/neo4j/failures.ts';

const MEMORY_MS = 1_000;

/**
 * Runs work that asks Neo4j. While Neo4j is away its error is thrown again without asking: for a second, and for as long as somebody is
 * asking again. What only one question fails of is nobody else's matter.
 */
export function createAbsence(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let away: { error: Away; until: number } | undefined;
  return async (work) => {
    if (away && performance.now() < away.until) throw away.error;
    // A silent server is asked for seconds.
    if (away) away.until = Infinity;
    try {
      const result = await work();
      away = undefined;
      return result;
    } catch (error) {
      away = error instanceof Away ? { error, until: performance.now() + MEMORY_MS } : undefined;
      throw error;
    }
  };
}
