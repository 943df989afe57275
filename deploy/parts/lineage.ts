/** The subgraph lineage and its consumers. */
import type { Database } from '#platform/database/index.ts';
import { createLineage, type Lineage } from '#subgraphs/lineage/index.ts';
import { openPool, type Base } from './base.ts';

export type LineagePart = Lineage & { database: Database };

/** `work`: whether this process consumes events, too. */
export function makeLineage(base: Base, { work }: { work: boolean }): LineagePart {
  const database = openPool(base, { part: 'lineage', name: 'lineage', max: 4 });
  const lineage = createLineage({
    database,
    ...(work && { workerDatabase: openPool(base, { part: 'lineage', name: 'lineage worker', max: 3, statementTimeoutMs: 300_000 }) }),
    faults: base.settings.FAULT,
    logger: base.logger,
  });
  return { ...lineage, database };
}
