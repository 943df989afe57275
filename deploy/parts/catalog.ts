/** The subgraph catalog and its scans. */
import type { Database } from '#platform/database/index.ts';
import { createCatalog, type Catalog } from '#subgraphs/catalog/index.ts';
import { openPool, type Base } from './base.ts';

export type CatalogPart = Catalog & { database: Database };

export const SCANS_AT_ONCE = 2;
/** A scan's own statements may take longer than a request's. */
const SCAN_STATEMENT_MS = 300_000;
const SCANNER = { part: 'catalog', name: 'scanner', max: 2 + 2 * SCANS_AT_ONCE, statementTimeoutMs: SCAN_STATEMENT_MS } as const;

/** `scans`: whether this process runs them, too. `onCommit` wakes the sequencer if it is in this process. */
export function makeCatalog(base: Base, { scans, onCommit = () => {} }: { scans: boolean; onCommit?: () => void }): CatalogPart {
  const database = openPool(base, { part: 'catalog', name: 'catalog', max: 6 });
  const catalog = createCatalog({
    database,
    ...(scans && { workerDatabase: openPool(base, SCANNER) }),
    rootKey: base.location.rootKey,
    faults: base.settings.FAULT,
    logger: base.logger,
    onCommit,
    onScanEnd: base.metrics.countScan,
  });
  return { ...catalog, database };
}
