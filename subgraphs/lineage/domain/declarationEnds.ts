/** What lineage is declared between: two assets, or two columns, as catalog shows them to whoever asks. */
import type { RequestContext } from '#platform/graphql/context.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import type { Database } from '#platform/database/index.ts';
import type { ColumnNode } from '../graph/index.ts';
import { findAssetFacts, type AssetFacts } from '../store/catalogAssets.ts';
import { findColumnIds, findColumnsById } from '../store/catalogColumns.ts';
import { findColumnNodes } from '../store/columns.ts';
import { noSuchEnd, toItself } from './declarationInputs.ts';
import { twoKinds } from './ends.ts';
import { isNodeId } from '../store/nodeIds.ts';

/** `id`: catalog's; `nodeId`: the graph's; `column` null: the asset itself. */
export type End = { id: string; nodeId: string; asset: AssetFacts; column: ColumnNode | null; isDeleted: boolean };

type Deps = { sql: Database; askCatalog: AskSubgraph };

/** NOT_FOUND for what is hidden or unknown; BAD_USER_INPUT for an asset and a column, and for one column by two ids. */
export async function findEnds(
  { sql, askCatalog }: Deps,
  context: RequestContext,
  given: { from: string; to: string },
): Promise<{ from: End; to: End }> {
  const ids = await ofCatalog([given.from, given.to]);
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
  if (source.nodeId === target.nodeId) throw toItself();
  return { from: source, to: target };

  /** Columns may be given by the graph's ids, too, as answers have them while catalog is away. */
  async function ofCatalog(all: readonly string[]): Promise<string[]> {
    const nodeIds = all.filter(isNodeId);
    if (nodeIds.length === 0) return [...all];
    const found = await findColumnIds(askCatalog, context, await findColumnNodes(sql, nodeIds));
    return all.map((id) => found.get(id) ?? id);
  }
}
