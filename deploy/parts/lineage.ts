/** The subgraph lineage and its consumers. */
import type { Database } from '#platform/database/index.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import { createLineage, type Lineage } from '#subgraphs/lineage/index.ts';
import { openPool, type Base } from './base.ts';

export type LineagePart = Lineage & { database: Database };

type Options = { askCatalog: AskSubgraph; askIdentity: AskSubgraph; work: boolean; onCommit?: () => void };

/** `work`: whether this process consumes events, too. `onCommit` wakes the sequencer if it is in this process. */
export function makeLineage(base: Base, { askCatalog, askIdentity, work, onCommit = () => {} }: Options): LineagePart {
  const database = openPool(base, { part: 'lineage', name: 'lineage', max: 4 });
  const lineage = createLineage({
    database,
    ...(work && { workerDatabase: openPool(base, { part: 'lineage', name: 'lineage worker', max: 3, statementTimeoutMs: 300_000 }) }),
    askCatalog,
    askIdentity,
    faults: base.settings.FAULT,
    logger: base.logger,
    onCommit,
  });
  return { ...lineage, database };
}
