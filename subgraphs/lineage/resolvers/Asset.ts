import type { AssetResolvers } from '#generated/lineage.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { listScope, type PageArguments } from '#platform/graphql/connections.ts';
import { keysetConnection, readKeyset, type Keyset } from '#platform/graphql/keysets.ts';
import { isId } from '#platform/ids.ts';
import type { LineageContext } from '../context.ts';
import { checkDepth } from '../domain/lineage.ts';
import type { Neighbour } from '../domain/neighbours.ts';
import type { AssetNeighbourConnectionParent, AssetParent } from '../mappers.ts';

const DEFAULT_DEPTH = 1;

export function createAssetResolvers(lineage: LineageContext): AssetResolvers {
  const neighbours =
    (field: string, direction: 'UPSTREAM' | 'DOWNSTREAM') =>
    async ({ id }: AssetParent, { depth: asked, ...args }: PageArguments & { depth?: number | null }, context: RequestContext) => {
      const depth = asked ?? DEFAULT_DEPTH;
      checkDepth(depth);
      const keyset: Keyset<Neighbour, [number, string]> = {
        scope: listScope(`Asset.${field}`, id, depth),
        parts: ['number', 'id'],
        keyOf: (row) => [row.depth, row.id],
      };
      const page = readKeyset(keyset, args);
      const { rows, truncated } = await lineage.of(context).neighbours({ id, level: 'ASSET', direction, depth });
      const rest = page.after ? rows.filter((row) => isAfter(row, page.after!)) : rows;
      const connection = keysetConnection(keyset, rest.slice(0, page.first + 1), page, () => null);
      return { ...connection, truncated } satisfies AssetNeighbourConnectionParent;
    };
  return {
    __resolveReference: ({ id }) => (isId(id) ? reference(id.toLowerCase()) : null),
    upstream: neighbours('upstream', 'UPSTREAM'),
    downstream: neighbours('downstream', 'DOWNSTREAM'),
  };
}

export const reference = (id: string): AssetParent => ({ __typename: 'Asset', id });

const isAfter = (row: Neighbour, [depth, id]: readonly [number, string]): boolean =>
  row.depth > depth || (row.depth === depth && row.id > id);
