/** Neighbours of assets and of columns as pages, the nearest first. */
import { listScope, type PageArguments } from '#platform/graphql/connections.ts';
import { keysetConnection, readKeyset, type Keyset } from '#platform/graphql/keysets.ts';
import { checkDepth } from '../domain/lineage.ts';
import type { Neighbour, Neighbours } from '../domain/neighbours.ts';
import type { AssetNeighbourConnectionParent } from '../mappers.ts';

const DEFAULT_DEPTH = 1;

export type NeighbourArguments = PageArguments & { depth?: number | null };

/** `field` and `id` name the list, as its cursors keep it: `Asset.upstream` of that asset. */
export async function listNeighbours(
  field: string,
  id: string,
  { depth: asked, ...args }: NeighbourArguments,
  load: (depth: number) => Promise<Neighbours>,
): Promise<AssetNeighbourConnectionParent> {
  const depth = asked ?? DEFAULT_DEPTH;
  checkDepth(depth);
  const keyset: Keyset<Neighbour, [number, string]> = {
    scope: listScope(field, id, depth),
    parts: ['number', 'id'],
    keyOf: (row) => [row.depth, row.id],
  };
  const page = readKeyset(keyset, args);
  const { rows, truncated } = await load(depth);
  const rest = page.after ? rows.filter((row) => isAfter(row, page.after!)) : rows;
  return { ...keysetConnection(keyset, rest.slice(0, page.first + 1), page, () => null), truncated };
}

const isAfter = (row: Neighbour, [depth, id]: readonly [number, string]): boolean =>
  row.depth > depth || (row.depth === depth && row.id > id);
