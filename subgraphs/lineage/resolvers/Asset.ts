import type { AssetResolvers } from '#generated/lineage.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { isId } from '#platform/ids.ts';
import type { LineageContext } from '../context.ts';
import type { AssetParent } from '../mappers.ts';
import { listNeighbours, type NeighbourArguments } from './neighbours.ts';

export function createAssetResolvers(lineage: LineageContext): AssetResolvers {
  const neighbours =
    (field: string, direction: 'UPSTREAM' | 'DOWNSTREAM') =>
    ({ id }: AssetParent, args: NeighbourArguments, context: RequestContext) =>
      listNeighbours(`Asset.${field}`, id, args, (depth) => lineage.of(context).neighbours({ id, level: 'ASSET', direction, depth }));
  return {
    __resolveReference: ({ id }) => (isId(id) ? reference(id.toLowerCase()) : null),
    upstream: neighbours('upstream', 'UPSTREAM'),
    downstream: neighbours('downstream', 'DOWNSTREAM'),
  };
}

export const reference = (id: string): AssetParent => ({ __typename: 'Asset', id });
