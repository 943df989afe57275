/** Lineage as Neo4j has it; as PostgreSQL has it while Neo4j has not got all of it. */
import type { Database } from '#platform/database/index.ts';
import { outsideOperation } from '#platform/database/operations.ts';
import { TimedOut, Upstream } from '#platform/errors.ts';
import type { GraphSource } from '../graph/index.ts';
import type { Neo4j } from '../graph/neo4j/connection.ts';
import { Unindexed } from '../graph/neo4j/failures.ts';
import { listSettledGenerations, type ListedGeneration } from '../graph/neo4j/generations.ts';
import { createNeo4jGraph } from '../graph/neo4j/store.ts';
import { countBehind, readHead, type Head } from '../store/changes.ts';
import { createAbsence } from './absence.ts';
import { isAhead } from './copies.ts';
import { shareRuns } from './sharedRuns.ts';

/** Copies change when somebody rebuilds or empties; then each try finds another one. */
const TRIES = 3;

/** The head of the facts, and the copies that there were of them. `serving` had them all; undefined: no copy had. */
type Look = { head: Head; serving: number | undefined; copies: ReadonlyMap<number, ListedGeneration> };

/**
 * `sql`: the pool of requests. `postgres`: the facts themselves, which answer while Neo4j has no copy of all of them: who has just written
 * reads it, and who sees what no more is not shown it by a copy that is behind.
 */
export function createNeo4jSource({ neo4j, sql, postgres }: { neo4j: Neo4j; sql: Database; postgres: GraphSource }): GraphSource {
  const unlessAway = createAbsence();
  let known: Look | undefined;
  // Several requests look at once, so none of them may end it.
  const look = shareRuns(() =>
    outsideOperation(async (): Promise<Look> => {
      const all = await listSettledGenerations(neo4j);
      const head = await readHead(sql);
      const own = all.filter((each) => each.epoch === head.epoch && !each.isLeaving);
      const serving = own.find(({ isServing }) => isServing);
      const isWhole = serving !== undefined && !isAhead(serving, head) && (await countBehind(sql, serving, head.revision, 1)) === 0;
      known = { head, serving: isWhole ? serving.number : undefined, copies: new Map(own.map((each) => [each.number, each])) };
      return known;
    }),
  );

  /** Who was away may have come back with what it once had. */
  async function ask<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await unlessAway(work);
    } catch (error) {
      if (error instanceof Upstream) known = undefined;
      throw error;
    }
  }

  /** Undefined while somebody removes so much that it cannot be told. */
  async function lookNow(): Promise<Look | undefined> {
    try {
      return await ask(look);
    } catch (error) {
      if (error instanceof TimedOut) return undefined;
      throw error;
    }
  }

  /** What was so at the last look of anybody is so still while no fact was written; it is looked at again before the answer is believed. */
  async function isCurrent({ head, serving }: Look): Promise<boolean> {
    const { epoch, revision } = await readHead(sql);
    return serving !== undefined && head.epoch === epoch && head.revision === revision;
  }

  /** Whether a copy that was whole is so yet, and was all the time. */
  async function wasWhole(before: Look, number: number): Promise<boolean> {
    const after = await lookNow();
    const copy = after?.copies.get(number);
    if (!after || !copy || isAhead(copy, after.head)) return false;
    // No fact was written: who brought it on gave it what it had lost, by a backup, say.
    if (after.head.revision === before.head.revision && copy.writtenAt !== before.copies.get(number)!.writtenAt) return false;
    return after.serving === number || (await countBehind(sql, copy, before.head.revision, 1)) === 0;
  }

  return {
    async read(work) {
      for (let tries = 0; tries < TRIES; tries++) {
        const last = tries === 0 ? known : undefined;
        const before = last && (await isCurrent(last)) ? last : await lookNow();
        if (before?.serving === undefined) break;
        const { serving: number } = before;
        const graph = createNeo4jGraph(neo4j, number);
        const outcome = await attempt(() => ask(() => work(graph)));
        if (!outcome) break;
        // Not found may have been that it was removed: an answer and an error are believed of a copy that was whole all the time.
        if (await wasWhole(before, number)) return outcome();
      }
      return await postgres.read(work);
    },
  };
}

/** What came of it, to be had later. Errors of Neo4j are thrown at once. Undefined: it has not got the indexes to answer this. */
async function attempt<Result>(work: () => Promise<Result>): Promise<(() => Result) | undefined> {
  try {
    const result = await work();
    return () => result;
  } catch (error) {
    // The worker brings them back. Until then the facts answer, as they do for a copy that is not whole.
    if (error instanceof Unindexed) return undefined;
    if (error instanceof Upstream || error instanceof TimedOut) throw error;
    return () => {
      throw error;
    };
  }
}
