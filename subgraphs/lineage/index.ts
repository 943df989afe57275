/** The lineage subgraph: wiring only. */
import type { Database } from '#platform/database/index.ts';
import type { Consumer } from '#platform/events/consumer.ts';
import { createSubgraph, type Subgraph } from '#platform/graphql/subgraph.ts';
import type { Logger } from '#platform/logger.ts';

export type LineageDeps = {
  /** Pool of the role `lineage`, for requests. */
  database: Database;
  /** Another one for consumers, so that they never take a request's connection. */
  workerDatabase?: Database;
  /** FAULT's parts; `consumer:lineage` reaches the consumers. */
  faults: ReadonlySet<string>;
  logger: Logger;
};

export type Lineage = {
  subgraph: Subgraph;
  /** What goes on with each event. A worker starts them. */
  consumers: Consumer[];
};

export function createLineage(_deps: LineageDeps): Lineage {
  return { subgraph: createSubgraph('lineage', {}), consumers: [] };
}
