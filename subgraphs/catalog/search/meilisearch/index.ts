/** Search on Meilisearch: wiring only. It is loaded where there is a MEILI_URL. */
import type { Database } from '#platform/database/index.ts';
import type { Logger } from '#platform/logger.ts';
import type { IndexFor } from '../indexer.ts';
import { connectMeilisearch, type MeiliLogin } from './connection.ts';
import { readHistory, type Copy } from './copy.ts';
import { createHealth, createLook, type Health } from './health.ts';
import { createProjector, type Projector } from './projector.ts';
import { indexNames } from './settings.ts';
import { createSearchSource } from './source.ts';

export type SearchProjection = {
  indexFor: IndexFor;
  /** A worker starts it. */
  projector: Projector;
  health: () => Promise<Health>;
};

type Options = {
  login: MeiliLogin;
  /** The pool of requests. */
  sql: Database;
  /** That of the projector, which takes two connections at a time. */
  workerSql: Database;
  faults: ReadonlySet<string>;
  logger: Logger;
};

/** Asks Meilisearch nothing yet. */
export async function openCopy(login: MeiliLogin, sql: Database): Promise<Copy> {
  const names = indexNames(await readHistory(sql));
  return { meili: connectMeilisearch(login, names.serving), ...names };
}

export async function createSearchProjection({ login, sql, workerSql, faults, logger }: Options): Promise<SearchProjection> {
  const copy = await openCopy(login, sql);
  const projector = createProjector({ copy, sql: workerSql, logger, faults });
  const look = createLook(copy, projector.failure);
  return { indexFor: createSearchSource({ copy, sql, look }), projector, health: createHealth(look, sql) };
}
