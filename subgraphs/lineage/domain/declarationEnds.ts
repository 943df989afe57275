/** What lineage is declared between: two assets, or two columns, as catalog shows them to whoever asks. */
import type { RequestContext } from '#platform/graphql/context.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import type { ColumnNode } from '../graph/index.ts';
import { findAssetFacts, type AssetFacts } from '../store/catalogAssets.ts';
import { findColumnsById } from '../store/catalogColumns.ts';
import { noSuchEnd } from './declarationInputs.ts';
import { twoKinds } from './ends.ts';

/** `nodeId`: the graph's; `column` null: the asset itself. */
export type End = { id: string; nodeId: string; asset: AssetFacts; column: ColumnNode | null; isDeleted: boolean };

/** NOT_FOUND for what is hidden or unknown; BAD_USER_INPUT for an asset and a column. */
export async function findEnds(
  askCatalog: AskSubgraph,
  context: RequestContext,
  { from, to }: { from: string; to: string },
): Promise<{ from: End; to: End }> {
  const ids = [from, to];
  const [assets, columns] = await Promise.all([findAssetFacts(askCatalog, context, ids), findColumnsById(askCatalog, context, ids)]);
  const assetIds = [...new Set([...columns.values()].map(({ assetId }) => assetId))];
  const assetsOfColumns = assetIds.length > 0 ? await findAssetFacts(askCatalog, context, assetIds) : new Map<string, AssetFacts>();
  const [source, target] = ids.map((id): End => {
    const column = columns.get(id);
    const asset = column ? assetsOfColumns.get(column.assetId) : assets.get(id);
    if (!asset) throw noSuchEnd(id);
    const isDeleted = asset.deletedAt !== null || (column?.isDeleted ?? false);
    if (!column) return { id, nodeId: id, asset, column: null, isDeleted };
    const { id: nodeId, assetId, name } = column;
    return { id, nodeId, asset, column: { id: nodeId, assetId, name }, isDeleted };
  }) as [End, End];
  if ((source.column === null) !== (target.column === null)) throw twoKinds('input.to');
  return { from: source, to: target };
}
