/** Lineage as Neo4j has it; as PostgreSQL has it while Neo4j has no whole copy. */
import type { Database } from '#platform/database/index.ts';
import { outsideOperation } from '#platform/database/operations.ts';
import { TimedOut, Upstream } from '#platform/errors.ts';
import type { GraphSource } from '../graph/index.ts';
import type { Neo4j } from '../graph/neo4j/connection.ts';
import { listSettledGenerations } from '../graph/neo4j/generations.ts';
import { createNeo4jGraph } from '../graph/neo4j/store.ts';
import { readHead } from '../store/changes.ts';
import { createAbsence } from './absence.ts';
import { shareRuns } from './sharedRuns.ts';

/** Copies change when somebody rebuilds or empties; then each try finds another one. */
const TRIES = 3;

type Copies = { serving: number | undefined; there: ReadonlySet<number> };

/** `sql`: the pool of requests. `postgres`: the facts themselves. */
export function createNeo4jSource({ neo4j, sql, postgres }: { neo4j: Neo4j; sql: Database; postgres: GraphSource }): GraphSource {
  const unlessAway = createAbsence();
  let known: number | undefined;
  // Several requests look at once, so none of them may end it.
  const look = shareRuns(() =>
    outsideOperation(async (): Promise<Copies> => {
      const [{ epoch }, all] = await Promise.all([readHead(sql), listSettledGenerations(neo4j)]);
      const own = all.filter((each) => each.epoch === epoch && !each.isLeaving);
      known = own.find(({ isServing }) => isServing)?.number;
      return { serving: known, there: new Set(own.map(({ number }) => number)) };
    }),
  );

  /** Undefined while somebody removes so much that it cannot be told. */
  async function lookNow(): Promise<Copies> {
    try {
      return await unlessAway(look);
    } catch (error) {
      if (error instanceof TimedOut) return { serving: undefined, there: new Set() };
      throw error;
    }
  }

  return {
    async read(work) {
      // What was so at the last look of anybody may be so still: it is looked at again before the answer is believed.
      let number = known;
      let isFresh = false;
      for (let tries = 0; tries < TRIES; tries++) {
        if (number === undefined) {
          number = (await lookNow()).serving;
          isFresh = true;
          if (number === undefined) break;
        }
        const graph = createNeo4jGraph(neo4j, number);
        const outcome = await attempt(() => unlessAway(() => work(graph)));
        // Not found may have been that it was removed: an answer and an error are believed of a copy that was whole all the time.
        const { serving, there } = await lookNow();
        if (serving === number || (isFresh && there.has(number))) return outcome();
        number = serving;
        isFresh = true;
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
