/** What the resolvers of each GraphQL type get as their parent. */
import type { Connection } from '#platform/graphql/connections.ts';
import type { Impact, OwnerCount } from './domain/impact.ts';
import type { Neighbour } from './domain/neighbours.ts';
import type { LineageGraph, LineageNode } from './domain/lineage.ts';
import type { GraphEdge, JobNode, Level, RunNode } from './graph/index.ts';
import type { Declaration } from './store/declarations.ts';

/** An asset of another subgraph's: nothing is known but its id. */
export type AssetParent = { __typename: 'Asset'; id: string };
/** The same of a column, by catalog's id. */
export type ColumnParent = { __typename: 'Column'; id: string };
/** `jobs`, `runs`: those of its nodes that are none of its level. */
export type LineageGraphParent = LineageGraph & { level: Level; jobs: readonly LineageNode[]; runs: readonly LineageNode[] };
/** By the graph's id. */
export type LineageNodeParent = LineageNode & { level: Level | 'JOB' | 'RUN' };
export type JobParent = JobNode;
export type RunParent = RunNode;
export type LineageEdgeParent = GraphEdge;
/** `rootId`: the asset's, or catalog's of the column. */
export type ImpactParent = Impact & { rootId: string };
export type ImpactByOwnerParent = OwnerCount;
export type ImpactByDomainParent = Impact['byDomain'][number];
export type LineageDeclarationParent = Declaration;
/** Of a column by the graph's ids. */
type NeighbourConnection = Omit<Connection<Neighbour>, 'totalCount'> & { truncated: boolean };
export type AssetNeighbourConnectionParent = NeighbourConnection;
export type ColumnNeighbourConnectionParent = NeighbourConnection;
