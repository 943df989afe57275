/** While Neo4j is away one request at a time finds that out; the others are told at once. */
import { Upstream } from '#platform/errors.ts';

const MEMORY_MS = 1_000;

/** Runs work that asks Neo4j. What it throws as Upstream of Neo4j is thrown again without asking, for a second. */
export function createAbsence(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let away: { error: Upstream; until: number } | undefined;
  return async (work) => {
    if (away && performance.now() < away.until) throw away.error;
    // Whoever comes while this one tries again is told what was so before.
    if (away) away.until = performance.now() + MEMORY_MS;
    try {
      const result = await work();
      away = undefined;
      return result;
    } catch (error) {
      if (error instanceof Upstream && error.details.system === 'Neo4j') away = { error, until: performance.now() + MEMORY_MS };
      throw error;
    }
  };
}
