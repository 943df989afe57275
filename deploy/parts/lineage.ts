/** The subgraph lineage and its consumers, and Neo4j, if lineage is read from there. */
import type { Database } from '#platform/database/index.ts';
import { roleUrl } from '#platform/database/roles.ts';
import { LINEAGE_NEO4J } from '#platform/events/consumerNames.ts';
import { forgetPosition } from '#platform/events/positions.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import type { HealthChecks } from '#router/health.ts';
import { createLineage, type Lineage } from '#subgraphs/lineage/index.ts';
import type { Projection } from '#subgraphs/lineage/projection/index.ts';
import { withPool } from '../database.ts';
import { neo4jPassword } from '../neo4j-local/password.ts';
import { openPool, type Base } from './base.ts';

export type LineagePart = Lineage & { database: Database; health: HealthChecks };

/** A batch's own statements may take longer than a request's. Copying to Neo4j takes three sessions of these. */
const WORKER = { part: 'lineage', name: 'lineage worker', max: 6, statementTimeoutMs: 300_000 } as const;

type Options = { askCatalog: AskSubgraph; askIdentity: AskSubgraph; work: boolean; onCommit?: () => void };

/** `work`: whether this process consumes events, too. `onCommit` wakes the sequencer if it is in this process. */
export async function makeLineage(base: Base, { askCatalog, askIdentity, work, onCommit = () => {} }: Options): Promise<LineagePart> {
  const database = openPool(base, { part: 'lineage', name: 'lineage', max: 4 });
  const workerDatabase = work ? openPool(base, WORKER) : undefined;
  const projection = await makeProjection(base, database, workerDatabase);
  const lineage = createLineage({
    database,
    ...(workerDatabase && { workerDatabase }),
    projection,
    askCatalog,
    askIdentity,
    faults: base.settings.FAULT,
    logger: base.logger,
    onCommit,
  });
  return { ...lineage, database, health: projection ? { neo4j: { required: false, check: projection.health } } : {} };
}

/** Undefined without NEO4J_URL: then nothing of Neo4j is loaded. */
async function makeProjection(base: Base, database: Database, workerDatabase?: Database): Promise<Projection | undefined> {
  const { NEO4J_URL: url, NEO4J_USER: user } = base.settings;
  if (!url) {
    // There may have been one before this start.
    if (workerDatabase) await withPool(roleUrl(base.location, 'events'), (sql) => forgetPosition(sql, LINEAGE_NEO4J));
    return undefined;
  }
  const { createProjection } = await import('#subgraphs/lineage/projection/index.ts');
  const projection = createProjection({
    login: { url, user, password: neo4jPassword(base.settings) },
    sql: database,
    workerSql: workerDatabase ?? database,
    logger: base.logger.child({ module: 'lineage' }),
  });
  base.later(projection.close);
  return projection;
}
