/** Lineage as Neo4j has it; as PostgreSQL has it while Neo4j has not got all of it. */
import type { Database } from '#platform/database/index.ts';
import { outsideOperation } from '#platform/database/operations.ts';
import { TimedOut, Upstream } from '#platform/errors.ts';
import type { GraphSource } from '../graph/index.ts';
import type { Neo4j } from '../graph/neo4j/connection.ts';
import { listSettledGenerations } from '../graph/neo4j/generations.ts';
import { createNeo4jGraph } from '../graph/neo4j/store.ts';
import { countBehind, readHead } from '../store/changes.ts';
import { createAbsence } from './absence.ts';
import { shareRuns } from './sharedRuns.ts';

/** Copies change when somebody rebuilds or empties; then each try finds another one. */
const TRIES = 3;

/** `serving` has all facts up to `revision`, and they had not gone further; undefined: no copy has. */
type Copies = { revision: number; serving: number | undefined; there: ReadonlySet<number> };

/**
 * `sql`: the pool of requests. `postgres`: the facts themselves, which answer while Neo4j has no copy of all of them: who has just written
 * reads it, and who sees what no more is not shown it by a copy that is behind.
 */
export function createNeo4jSource({ neo4j, sql, postgres }: { neo4j: Neo4j; sql: Database; postgres: GraphSource }): GraphSource {
  const unlessAway = createAbsence();
  let known: Copies | undefined;
  // Several requests look at once, so none of them may end it.
  const look = shareRuns(() =>
    outsideOperation(async (): Promise<Copies> => {
      const [{ epoch, revision }, all] = await Promise.all([readHead(sql), listSettledGenerations(neo4j)]);
      const own = all.filter((each) => each.epoch === epoch && !each.isLeaving);
      const serving = own.find(({ isServing }) => isServing);
      const isWhole = serving !== undefined && (await countBehind(sql, serving, revision, 1)) === 0;
      known = { revision, serving: isWhole ? serving.number : undefined, there: new Set(own.map(({ number }) => number)) };
      return known;
    }),
  );

  /** Undefined while somebody removes so much that it cannot be told. */
  async function lookNow(): Promise<Copies | undefined> {
    try {
      return await unlessAway(look);
    } catch (error) {
      if (error instanceof TimedOut) return undefined;
      throw error;
    }
  }

  return {
    async read(work) {
      for (let tries = 0; tries < TRIES; tries++) {
        // What was so at the last look of anybody is so still while no fact was written; it is looked at again before the answer is believed.
        const { revision } = await readHead(sql);
        const copies = tries === 0 && known?.revision === revision && known.serving !== undefined ? known : await lookNow();
        const number = copies?.serving;
        if (number === undefined) break;
        const graph = createNeo4jGraph(neo4j, number);
        const outcome = await attempt(() => unlessAway(() => work(graph)));
        // Not found may have been that it was removed: an answer and an error are believed of a copy that was whole all the time.
        if ((await lookNow())?.there.has(number)) return outcome();
      }
      return await postgres.read(work);
    },
  };
}

/** What came of it, to be had later. Errors of Neo4j are thrown at once. */
async function attempt<Result>(work: () => Promise<Result>): Promise<() => Result> {
  try {
    const result = await work();
    return () => result;
  } catch (error) {
    if (error instanceof Upstream || error instanceof TimedOut) throw error;
    return () => {
      throw error;
    };
  }
}
