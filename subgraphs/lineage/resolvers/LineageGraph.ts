import type { LineageEdgeResolvers, LineageNodeResolvers } from '#generated/lineage.ts';

export const LineageNode: LineageNodeResolvers = {
  asset: ({ id }) => ({ __typename: 'Asset', id }),
  job: () => null,
};

export const LineageEdge: LineageEdgeResolvers = {
  from: ({ fromId }) => fromId,
  to: ({ toId }) => toId,
};
