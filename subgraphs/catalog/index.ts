/** The catalog subgraph: wiring only. */
import type { Database } from '#platform/database/index.ts';
import { createSubgraph, type Subgraph } from '#platform/graphql/subgraph.ts';
import type { Consumer } from '#platform/events/consumer.ts';
import type { Task } from '#platform/jobs/worker.ts';
import type { Logger } from '#platform/logger.ts';
import { CONNECTORS } from './connectors/registry.ts';
import type { Connector } from './connectors/types.ts';
import { createCatalogContext } from './context.ts';
import { CLEARING_TASK, createClearing } from './domain/vocabularyRemoval.ts';
import { createLabels } from './domain/labels.ts';
import { createScanner } from './domain/scanner/index.ts';
import { createScans, type Scans } from './domain/scans.ts';
import { createScheduler } from './domain/scheduler.ts';
import { createSources, type Sources } from './domain/sources.ts';
import { createAssetResolvers } from './resolvers/assetRoots.ts';
import { createScanResolvers } from './resolvers/Scan.ts';
import { createSourceResolvers } from './resolvers/Source.ts';
import { createSourceRoots } from './resolvers/sourceRoots.ts';
import { createIndexer } from './search/indexer.ts';
import type { SearchProjection } from './search/meilisearch/index.ts';
import { createPostgresSearch } from './search/postgres.ts';
import { createVault } from './store/vault.ts';

export type CatalogDeps = {
  /** Pool of the role `catalog`, for requests. */
  database: Database;
  /** Another one for scans, so that a scan never takes a request's connection. */
  workerDatabase?: Database;
  /** Meilisearch, where search is answered by it. */
  searchProjection?: SearchProjection | undefined;
  rootKey: Uint8Array;
  /** FAULT's parts; `connector:<query>` reaches the connectors. */
  faults: ReadonlySet<string>;
  logger: Logger;
  /** Called after each commit that appended events. */
  onCommit: () => void;
  /** Called for each run that came to its end in this process. */
  onScanEnd?: (run: { status: string; milliseconds: number }) => void;
  connectors?: readonly Connector[];
};

export type Catalog = {
  subgraph: Subgraph;
  sources: Sources;
  scans: Scans;
  /** What a worker runs. */
  tasks: Record<string, Task>;
  scheduler: ReturnType<typeof createScheduler>;
  /** What goes on with each event. A worker starts them. */
  consumers: Consumer[];
};

const CONNECTOR_FAULT = 'connector:';

export function createCatalog({
  database: sql,
  workerDatabase = sql,
  searchProjection,
  rootKey,
  faults,
  logger,
  onCommit,
  onScanEnd,
  connectors = CONNECTORS,
}: CatalogDeps): Catalog {
  const log = logger.child({ module: 'catalog' });
  const byId = new Map(connectors.map((connector) => [connector.id, connector]));
  const vault = createVault({ rootKey });
  const sources = createSources({ sql, vault, connectors: byId, onCommit });
  const scans = createScans({ sql, onCommit });
  const connectorFaults = new Set(
    [...faults].filter((fault) => fault.startsWith(CONNECTOR_FAULT)).map((fault) => fault.slice(CONNECTOR_FAULT.length)),
  );
  const scanner = createScanner({
    sql: workerDatabase,
    vault,
    connectors: byId,
    faults: connectorFaults,
    logger: log,
    onCommit,
    onScanEnd,
  });

  const context = createCatalogContext({ sql });
  const sourceDeps = { sql, context, sources, scans, connectors: byId };
  const sourceRoots = createSourceRoots(sourceDeps);
  const assetResolvers = createAssetResolvers({
    sql,
    context,
    indexFor: searchProjection?.indexFor ?? createPostgresSearch,
    onCommit,
    logger: log,
  });
  const subgraph = createSubgraph('catalog', {
    ...assetResolvers,
    ...createSourceResolvers(sourceDeps),
    ...createScanResolvers(sourceDeps),
    Query: { ...assetResolvers.Query, ...sourceRoots.Query },
    Mutation: { ...assetResolvers.Mutation, ...sourceRoots.Mutation },
  });

  return {
    subgraph,
    sources,
    scans,
    tasks: {
      scan: ({ runId }, signal) => scanner.run(runId!, signal),
      removeSource: ({ sourceId, actorId }, signal) => scanner.removeAssets(sourceId!, actorId ?? null, signal),
      [CLEARING_TASK]: createClearing({ sql: workerDatabase, onCommit }),
    },
    scheduler: createScheduler({ scans, logger: log }),
    consumers: [
      ...[createIndexer, createLabels].map((create) =>
        create({ sql: workerDatabase, indexFor: createPostgresSearch, logger: log, faults }),
      ),
      ...(searchProjection ? [searchProjection.projector] : []),
    ],
  };
}
