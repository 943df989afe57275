/** The lineage subgraph: wiring only. */
import type { Database } from '#platform/database/index.ts';
import type { Consumer } from '#platform/events/consumer.ts';
import { createSubgraph, type AskSubgraph, type Subgraph } from '#platform/graphql/subgraph.ts';
import type { Logger } from '#platform/logger.ts';
import { createLineageContext } from './context.ts';
import { createBackfill } from './domain/backfill.ts';
import { createDeclarations } from './domain/declarations.ts';
import { createFeed } from './domain/feed.ts';
import { createIntake } from './domain/intake.ts';
import { createKeptStatistics } from './domain/keptStatistics.ts';
import { createPostgresSource } from './graph/postgres.ts';
import type { Projection } from './projection/index.ts';
import { createAssetResolvers } from './resolvers/Asset.ts';
import { AssetNeighbourConnection } from './resolvers/AssetNeighbourConnection.ts';
import { createColumnResolvers } from './resolvers/Column.ts';
import { createColumnNeighbourConnection } from './resolvers/ColumnNeighbourConnection.ts';
import { createJobResolvers } from './resolvers/Job.ts';
import { createLineageEdge, createLineageNode, LineageDeclaration, LineageGraph } from './resolvers/LineageGraph.ts';
import { createMutationResolvers } from './resolvers/Mutation.ts';
import { createImpactResolvers } from './resolvers/Impact.ts';
import { createQueryResolvers } from './resolvers/Query.ts';
import { readHead } from './store/changes.ts';

export type LineageDeps = {
  /** Pool of the role `lineage`, for requests. */
  database: Database;
  /** Another one for consumers, so that they never take a request's connection. */
  workerDatabase?: Database;
  /** Neo4j, where lineage is read from there. */
  projection?: Projection | undefined;
  /** What an asset is and who owns it, catalog says; who is in a team, identity. Each is asked as the viewer. */
  askCatalog: AskSubgraph;
  askIdentity: AskSubgraph;
  /** FAULT's parts; `consumer:lineage` reaches the consumers. */
  faults: ReadonlySet<string>;
  logger: Logger;
  /** Called after each commit that appended events. */
  onCommit: () => void;
};

export type Lineage = {
  subgraph: Subgraph;
  /** What goes on with each event. A worker starts them. */
  consumers: Consumer[];
};

export function createLineage({
  database: sql,
  workerDatabase = sql,
  projection,
  askCatalog,
  askIdentity,
  faults,
  logger,
  onCommit,
}: LineageDeps): Lineage {
  const graph = projection?.source ?? createPostgresSource(sql);
  const context = createLineageContext({ sql, graph, askCatalog });
  const onTold = (): void => {
    onCommit();
    // Who said it looks for it next.
    projection?.projector.wake();
  };
  const declarations = createDeclarations({ sql, askCatalog, onCommit: onTold });
  const intake = createIntake({ sql, onCommit: onTold });
  const readRevision = async (): Promise<string> => {
    const { epoch, revision } = await readHead(sql);
    return `${epoch} ${revision}`;
  };
  const impact = createImpactResolvers({ lineage: context, askCatalog, askIdentity });
  const subgraph = createSubgraph('lineage', impact, createJobResolvers(context), {
    Query: createQueryResolvers({ sql, lineage: context, readStatistics: createKeptStatistics({ graph, readRevision }) }),
    Mutation: createMutationResolvers({ sql, context, declarations, intake }),
    Asset: createAssetResolvers(context),
    AssetNeighbourConnection,
    Column: createColumnResolvers(context),
    ColumnNeighbourConnection: createColumnNeighbourConnection(context),
    LineageGraph,
    LineageNode: createLineageNode(context),
    LineageEdge: createLineageEdge(context),
    LineageDeclaration,
  });
  const feed = createFeed({ sql: workerDatabase, faults, logger, ...(projection && { onTurn: projection.projector.wake }) });
  const backfill = createBackfill({ sql: workerDatabase, askCatalog, logger });
  return { subgraph, consumers: [feed, backfill, ...(projection ? [projection.projector] : [])] };
}
