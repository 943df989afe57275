/** What an operator has begun is not given up because Neo4j is busy, or starts again, for a while. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TimedOut, Upstream } from '#platform/errors.ts';

const PATIENCE_MS = 60_000;
const PAUSE_MS = 500;

/** Does work again that Neo4j did not do, for a minute. It may have been done. */
export async function withPatience<Result>(work: () => Promise<Result>): Promise<Result> {
  for (const until = performance.now() + PATIENCE_MS; ; await sleep(PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Upstream || error instanceof TimedOut) || performance.now() > until) throw error;
    }
  }
}
