import type { AssetNeighbourConnectionResolvers } from '#generated/lineage.ts';
import { reference } from './Asset.ts';

export const AssetNeighbourConnection: AssetNeighbourConnectionResolvers = {
  edges: ({ edges }) => edges.map(({ cursor, node }) => ({ cursor, node: reference(node.id), depth: node.depth })),
  nodes: ({ nodes }) => nodes.map(({ id }) => reference(id)),
};
