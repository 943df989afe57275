/** Lineage as Neo4j has it; as PostgreSQL has it while Neo4j has no whole copy. */
import type { Database } from '#platform/database/index.ts';
import { outsideOperation } from '#platform/database/operations.ts';
import { TimedOut, Upstream } from '#platform/errors.ts';
import type { GraphSource } from '../graph/index.ts';
import type { Neo4j } from '../graph/neo4j/connection.ts';
import { listGenerations } from '../graph/neo4j/generations.ts';
import { createNeo4jGraph } from '../graph/neo4j/store.ts';
import { readHead } from '../store/changes.ts';
import { createAbsence } from './absence.ts';

/** Copies change when somebody rebuilds or empties; then each try finds another one. */
const TRIES = 3;
/** A database changes its epoch only while a backup of it is restored. */
const EPOCH_MS = 1_000;

type Look = { serving: number | undefined; there: ReadonlySet<number> };

/** `sql`: the pool of requests. `postgres`: the facts themselves. */
export function createNeo4jSource({ neo4j, sql, postgres }: { neo4j: Neo4j; sql: Database; postgres: GraphSource }): GraphSource {
  const unlessAway = createAbsence();
  const epochOf = createEpoch(sql);
  let known: number | undefined;

  async function look(): Promise<Look> {
    const [epoch, all] = await Promise.all([epochOf(), listGenerations(neo4j)]);
    const own = all.filter((each) => each.epoch === epoch && !each.isLeaving);
    const serving = own.find(({ isServing }) => isServing)?.number;
    known = serving;
    return { serving, there: new Set(own.map(({ number }) => number)) };
  }

  return {
    async read(work) {
      // What was so at the last look of anybody may be so still: it is looked at again before the answer is believed.
      let number = known;
      let isFresh = false;
      for (let tries = 0; tries < TRIES; tries++) {
        if (number === undefined) {
          number = (await unlessAway(look)).serving;
          isFresh = true;
          if (number === undefined) return await postgres.read(work);
        }
        const outcome = await attempt(() => unlessAway(() => work(createNeo4jGraph(neo4j, number!))));
        // Not found may have been that it was removed: an answer and an error are believed of a copy that was whole all the time.
        const { serving, there } = await unlessAway(look);
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

function createEpoch(sql: Database): () => Promise<string> {
  let asked: { at: number; epoch: Promise<string> } | undefined;
  return async () => {
    const now = performance.now();
    if (!asked || now - asked.at > EPOCH_MS) {
      // Shared by others than the operation that happens to ask.
      const epoch = outsideOperation(async () => (await readHead(sql)).epoch);
      asked = { at: now, epoch };
      epoch.catch(() => (asked = undefined));
    }
    return await asked.epoch;
  };
}
