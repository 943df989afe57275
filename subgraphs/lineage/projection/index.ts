/** Lineage in Neo4j: wiring only. It is loaded where there is a NEO4J_URL. */
import type { Database } from '#platform/database/index.ts';
import type { Logger } from '#platform/logger.ts';
import type { GraphSource } from '../graph/index.ts';
import { connectNeo4j, type Neo4jOptions } from '../graph/neo4j/connection.ts';
import { createPostgresSource } from '../graph/postgres.ts';
import { createHealth, type Health } from './health.ts';
import { createProjector, type Projector } from './projector.ts';
import { createNeo4jSource } from './source.ts';

export type Projection = {
  source: GraphSource;
  /** A worker starts it. */
  projector: Projector;
  health: () => Promise<Health>;
  close: () => Promise<void>;
};

type Options = {
  login: Neo4jOptions;
  /** The pool of requests. */
  sql: Database;
  /** That of the projector, which takes three connections at a time. */
  workerSql: Database;
  logger: Logger;
};

/** Asks Neo4j nothing yet. */
export function createProjection({ login, sql, workerSql, logger }: Options): Projection {
  const neo4j = connectNeo4j(login);
  const projector = createProjector({ neo4j, sql: workerSql, logger });
  return {
    source: createNeo4jSource({ neo4j, sql, postgres: createPostgresSource(sql) }),
    projector,
    health: createHealth({ neo4j, sql, failure: projector.failure }),
    close: neo4j.close,
  };
}
