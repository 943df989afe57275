/** What the resolvers of each GraphQL type get as their parent. */
import type { Connection } from '#platform/graphql/connections.ts';
import type { Neighbour } from './domain/neighbours.ts';
import type { LineageGraph, LineageNode } from './domain/lineage.ts';
import type { GraphEdge } from './graph/index.ts';

/** An asset of another subgraph's: nothing is known but its id. */
export type AssetParent = { __typename: 'Asset'; id: string };
export type LineageGraphParent = LineageGraph;
/** `job` is null until there are jobs: a node is an asset. */
export type LineageNodeParent = LineageNode;
export type LineageEdgeParent = GraphEdge;
export type AssetNeighbourConnectionParent = Omit<Connection<Neighbour>, 'totalCount'> & { truncated: boolean };
