/** Whether Neo4j answers for lineage, in a sentence that anybody may read. */
import { AppError } from '#platform/errors.ts';
import type { Database } from '#platform/database/index.ts';
import type { Neo4j } from '../graph/neo4j/connection.ts';
import { silent } from '../graph/neo4j/failures.ts';
import { listSettledGenerations, type Generation } from '../graph/neo4j/generations.ts';
import { countBehind } from '../store/changes.ts';
import { findCopies } from './copies.ts';

export type Health = { state: 'ok' | 'starting' | 'down' | 'degraded'; message?: string };

/** Who asks for health waits for two. */
const PATIENCE_MS = 1_500;
/** A copy that has not come by then to where the facts were is not being copied to. */
const BEHIND_MS = 10_000;
const MOST_COUNTED = 100_000;
const MEANWHILE = 'lineage is read from PostgreSQL meanwhile.';

/** `failure`: why this process cannot copy, undefined where it can or does not. */
type Options = { neo4j: Neo4j; sql: Database; failure?: () => unknown };

export function createHealth({ neo4j, sql, failure = () => undefined }: Options): () => Promise<Health> {
  /** Where the facts were when the copy was last seen to be behind them. */
  let behind: { revision: number; since: number } | undefined;

  async function look(): Promise<Health> {
    const { serving, others, head } = await findCopies(neo4j, sql, listSettledGenerations);
    if (!serving) {
      const begun = others.find(({ isLeaving }) => !isLeaving);
      const message = `Neo4j is being filled, ${await remaining(begun, head.revision)}; ${MEANWHILE}`;
      return { state: 'starting', message: [message, ...tellFailure()].join(' ') };
    }
    if (behind && (await countBehind(sql, serving, behind.revision, 1)) === 0) behind = undefined;
    if (!behind && (await countBehind(sql, serving, head.revision, 1)) > 0) behind = { revision: head.revision, since: performance.now() };
    if (!behind || performance.now() - behind.since < BEHIND_MS) return { state: 'ok' };
    const message = `Neo4j is behind, ${await remaining(serving, head.revision)}; ${MEANWHILE}`;
    const [why = 'Look whether a worker runs.'] = tellFailure();
    return { state: 'degraded', message: `${message} ${why}` };
  }

  function tellFailure(): string[] {
    const error = failure();
    if (error === undefined) return [];
    return [error instanceof AppError ? `Copying fails: ${sentenceOf(error)}` : 'Copying fails: the log says why.'];
  }

  async function remaining(copy: Generation | undefined, revision: number): Promise<string> {
    if (!copy) return 'from the beginning';
    const count = await countBehind(sql, copy, revision, MOST_COUNTED);
    return `${count === MOST_COUNTED ? `${count} rows or more` : count === 1 ? '1 row' : `${count} rows`} to go`;
  }

  return async () => {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(silent(PATIENCE_MS)), PATIENCE_MS);
    try {
      return await Promise.race([look(), late]);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { state: 'down', message: sentenceOf(error) };
    } finally {
      clearTimeout(timer);
    }
  };
}

const sentenceOf = ({ message, details: { check } }: AppError): string =>
  typeof check === 'string' ? `${message} Check: ${check}` : message;
