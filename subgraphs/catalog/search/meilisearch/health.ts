/** Whether Meilisearch answers for search, in a sentence that anybody may read. */
import { AppError } from '#platform/errors.ts';
import type { Queryable } from '#platform/database/index.ts';
import { CATALOG_MEILISEARCH } from '#platform/events/consumerNames.ts';
import { within } from './connection.ts';
import { findTold, readMark, type Copy } from './copy.ts';
import { TYPES } from './projector.ts';

export type Health = { state: 'ok' | 'starting' | 'down' | 'degraded'; message?: string };
/** Throws Upstream where Meilisearch is away. */
export type LookAtCopy = (sql: Queryable) => Promise<Health>;

/** Who asks for health waits for two. */
const PATIENCE_MS = 1_500;
/** It may be so far behind: what changes is seen a moment later. Then it is not being brought on. */
const BEHIND_MS = 10_000;
/** Once it was not well it has to have come so near again: what PostgreSQL has told meanwhile must not be unknown once more. */
const CAUGHT_UP_MS = 2_000;
const MEANWHILE = 'search is answered by PostgreSQL meanwhile.';

/** `failure`: why this process cannot bring it up to date, undefined where it can or does not. */
export function createLook(copy: Copy, failure: () => unknown = () => undefined): LookAtCopy {
  let mayLagMs = CAUGHT_UP_MS;

  async function look(sql: Queryable, mostBehindMs: number): Promise<Health> {
    const mark = await within(PATIENCE_MS, readMark(copy));
    if (!mark) return { state: 'starting', message: [`Meilisearch is being filled; ${MEANWHILE}`, ...tellFailure(failure())].join(' ') };
    const told = await findTold(sql, copy);
    const isOther = told?.fill !== mark.fill || told.seq > mark.seq;
    if (!isOther && (await readBehindMs(sql)) < mostBehindMs) return { state: 'ok' };
    const [why = 'Look whether a worker runs.'] = tellFailure(failure());
    return { state: 'degraded', message: `Meilisearch is behind; ${MEANWHILE} ${why}` };
  }

  return async (sql) => {
    let isWell = false;
    try {
      const health = await look(sql, mayLagMs);
      isWell = health.state === 'ok';
      return health;
    } finally {
      mayLagMs = isWell ? BEHIND_MS : CAUGHT_UP_MS;
    }
  };
}

/** How long ago the first event happened that it has yet to be told of. */
async function readBehindMs(sql: Queryable): Promise<number> {
  const [row] = await sql<{ ms: number }[]>`
    select (extract(epoch from now() - l.time) * 1000)::float8 as ms from events.log l
    where l.seq > coalesce((select c.seq from events.cursors c where c.consumer = ${CATALOG_MEILISEARCH}), 0)
      and l.type = any(${TYPES as string[]}::text[])
    order by l.seq limit 1`;
  return row?.ms ?? 0;
}

function tellFailure(error: unknown): string[] {
  if (error === undefined) return [];
  return [error instanceof AppError ? `Copying fails: ${sentenceOf(error)}` : 'Copying fails: the log says why.'];
}

export const createHealth =
  (look: LookAtCopy, sql: Queryable): (() => Promise<Health>) =>
  async () => {
    try {
      return await look(sql);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { state: 'down', message: sentenceOf(error) };
    }
  };

const sentenceOf = ({ message, details: { check } }: AppError): string =>
  typeof check === 'string' ? `${message} Check: ${check}` : message;
