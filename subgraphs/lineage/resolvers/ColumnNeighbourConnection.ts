import type { ColumnNeighbourConnectionResolvers } from '#generated/lineage.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import type { LineageContext } from '../context.ts';
import type { ColumnParent } from '../mappers.ts';
import { columnReference } from './Column.ts';

export function createColumnNeighbourConnection(lineage: LineageContext): ColumnNeighbourConnectionResolvers {
  const columnOf = async (nodeId: string, context: RequestContext): Promise<ColumnParent | null> =>
    columnReference(await lineage.of(context).catalogId(nodeId));
  return {
    edges: ({ edges }, _, context) =>
      Promise.all(edges.map(async ({ cursor, node }) => ({ cursor, node: await columnOf(node.id, context), depth: node.depth }))),
    nodes: ({ nodes }, _, context) => Promise.all(nodes.map(({ id }) => columnOf(id, context))),
  };
}
