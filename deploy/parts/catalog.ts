/** The subgraph catalog and its scans, and Meilisearch, if search is answered by it. */
import type { Database } from '#platform/database/index.ts';
import { roleUrl } from '#platform/database/roles.ts';
import { CATALOG_MEILISEARCH } from '#platform/events/consumerNames.ts';
import { forgetPosition } from '#platform/events/positions.ts';
import type { HealthChecks } from '#router/health.ts';
import { createCatalog, type Catalog } from '#subgraphs/catalog/index.ts';
import type { SearchProjection } from '#subgraphs/catalog/search/meilisearch/index.ts';
import { withPool } from '../database.ts';
import { openPool, type Base } from './base.ts';

export type CatalogPart = Catalog & { database: Database; health: HealthChecks };

export const SCANS_AT_ONCE = 2;
/** A scan's own statements may take longer than a request's. */
const SCAN_STATEMENT_MS = 300_000;
/** Copying to Meilisearch takes two sessions of these. */
const WORKER = { part: 'catalog', name: 'scanner', max: 4 + 2 * SCANS_AT_ONCE, statementTimeoutMs: SCAN_STATEMENT_MS } as const;

type Options = { scans: boolean; onCommit?: () => void };

/** `scans`: whether this process runs them and consumes events, too. `onCommit` wakes the sequencer if it is in this process. */
export async function makeCatalog(base: Base, { scans, onCommit = () => {} }: Options): Promise<CatalogPart> {
  const database = openPool(base, { part: 'catalog', name: 'catalog', max: 6 });
  const workerDatabase = scans ? openPool(base, WORKER) : undefined;
  const searchProjection = await makeSearchProjection(base, database, workerDatabase);
  const catalog = createCatalog({
    database,
    ...(workerDatabase && { workerDatabase }),
    searchProjection,
    rootKey: base.location.rootKey,
    faults: base.settings.FAULT,
    logger: base.logger,
    onCommit,
    onScanEnd: base.metrics.countScan,
  });
  return {
    ...catalog,
    database,
    health: searchProjection ? { meilisearch: { required: false, check: searchProjection.health } } : {},
  };
}

/** Undefined without MEILI_URL: then nothing of Meilisearch is loaded. */
async function makeSearchProjection(base: Base, database: Database, workerDatabase?: Database): Promise<SearchProjection | undefined> {
  const { MEILI_URL: url, MEILI_KEY: key, FAULT: faults } = base.settings;
  if (!url) {
    // There may have been one before this start.
    if (workerDatabase) await withPool(roleUrl(base.location, 'events'), (sql) => forgetPosition(sql, CATALOG_MEILISEARCH));
    return undefined;
  }
  const { createSearchProjection } = await import('#subgraphs/catalog/search/meilisearch/index.ts');
  return await createSearchProjection({
    login: { url, key },
    sql: database,
    workerSql: workerDatabase ?? database,
    faults,
    logger: base.logger.child({ module: 'catalog' }),
  });
}
