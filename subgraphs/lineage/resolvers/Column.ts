import type { ColumnResolvers } from '#generated/lineage.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { isId } from '#platform/ids.ts';
import type { LineageContext } from '../context.ts';
import type { Neighbours } from '../domain/neighbours.ts';
import type { ColumnParent } from '../mappers.ts';
import { listNeighbours, type NeighbourArguments } from './neighbours.ts';

/** Of a column that the viewer may not see. */
const NONE: Neighbours = { rows: [], truncated: false };

export function createColumnResolvers(lineage: LineageContext): ColumnResolvers {
  const neighbours =
    (field: string, direction: 'UPSTREAM' | 'DOWNSTREAM') =>
    ({ id }: ColumnParent, args: NeighbourArguments, context: RequestContext) =>
      listNeighbours(`Column.${field}`, id, args, async (depth) => {
        const loaders = lineage.of(context);
        const node = await loaders.columnNode.load(id);
        return node ? loaders.neighbours({ id: node.id, level: 'COLUMN', direction, depth }) : NONE;
      });
  return {
    __resolveReference: ({ id }) => (isId(id) ? columnReference(id.toLowerCase()) : null),
    upstream: neighbours('upstream', 'UPSTREAM'),
    downstream: neighbours('downstream', 'DOWNSTREAM'),
  };
}

/** Null of one that catalog does not know, or shows no more. */
export const columnReference = (id: string | null | undefined): ColumnParent | null => (id ? { __typename: 'Column', id } : null);
