import { requireReader } from '#platform/auth/viewer.ts';
import { InvalidInput } from '#platform/errors.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { listScope, type PageArguments } from '#platform/graphql/connections.ts';
import { checkText } from '#platform/graphql/inputs.ts';
import { isId } from '#platform/ids.ts';
import type { CatalogContext } from '../context.ts';
import { checkAssetFilter, checkColumnFilter } from '../domain/filters.ts';
import type { AssetParent, ColumnParent } from '../mappers.ts';
import { countAssets, listAssets, type AssetFilter, type AssetKey, type AssetOrder } from '../store/assets.ts';
import { countColumns, listColumns, type ColumnFilter, type ColumnKey, type ColumnOrder } from '../store/columns.ts';
import { keysetConnection, readKeyset, type Keyset } from '#platform/graphql/keysets.ts';

const MAX_IDS = 200;
const MAX_NAME = 4000;

type AssetsArguments = PageArguments & { filter?: AssetFilter | null; orderBy?: AssetOrder | null };
type ColumnsArguments = PageArguments & { filter?: ColumnFilter | null; orderBy?: ColumnOrder | null };

/** The root fields that read assets and columns. */
export function createAssetQueries(catalog: CatalogContext) {
  const reading = (context: RequestContext) => {
    requireReader(context.viewer);
    return catalog.of(context);
  };
  return {
    async asset(_: unknown, { id }: { id: string }, context: RequestContext) {
      const { assetById } = reading(context);
      return isId(id) ? assetById.load(id.toLowerCase()) : null;
    },

    async assetsById(_: unknown, { ids }: { ids: readonly string[] }, context: RequestContext) {
      const { assetById } = reading(context);
      if (ids.length > MAX_IDS) throw new InvalidInput(`At most ${MAX_IDS} ids are possible here.`, 'ids', { max: MAX_IDS });
      return Promise.all(ids.map(async (id) => (isId(id) ? await assetById.load(id.toLowerCase()) : null)));
    },

    async assetByName(_: unknown, { namespace, name }: { namespace: string; name: string }, context: RequestContext) {
      const { assetByName } = reading(context);
      return assetByName.load({
        namespace: checkText(namespace, 'namespace', { max: MAX_NAME }),
        name: checkText(name, 'name', { max: MAX_NAME }),
      });
    },

    async assets(_: unknown, args: AssetsArguments, context: RequestContext) {
      const { sql, classes, assetById } = reading(context);
      const filter = checkAssetFilter(args.filter);
      const order: AssetOrder = { field: args.orderBy?.field ?? 'NAME', direction: args.orderBy?.direction ?? 'ASC' };
      const keyset = assetKeyset(filter, order);
      const page = readKeyset(keyset, args);
      const visible = await classes();
      const rows = await listAssets(sql, visible, filter, order, page);
      for (const row of rows) assetById.prime(row.id, row);
      return keysetConnection(keyset, rows, page, () => countAssets(sql, visible, filter));
    },

    async column(_: unknown, { id }: { id: string }, context: RequestContext) {
      const { columnById } = reading(context);
      return isId(id) ? columnById.load(id.toLowerCase()) : null;
    },

    async columns(_: unknown, args: ColumnsArguments, context: RequestContext) {
      const { sql, classes } = reading(context);
      const filter = checkColumnFilter(args.filter);
      const order: ColumnOrder = { field: args.orderBy?.field ?? 'ASSET_AND_ORDINAL', direction: args.orderBy?.direction ?? 'ASC' };
      const keyset = columnKeyset(filter, order);
      const page = readKeyset(keyset, args);
      const visible = await classes();
      const rows = await listColumns(sql, visible, filter, order, page);
      return keysetConnection(keyset, rows, page, () => countColumns(sql, visible, filter));
    },
  };
}

function assetKeyset(filter: AssetFilter, order: AssetOrder): Keyset<AssetParent, AssetKey> {
  const byName = order.field === 'NAME';
  return {
    scope: listScope('assets', filter, order.field, order.direction),
    parts: [byName ? 'text' : 'time', 'id'],
    keyOf: (row) => [byName ? row.name : row.updatedAt.toISOString(), row.id],
  };
}

function columnKeyset(filter: ColumnFilter, order: ColumnOrder): Keyset<ColumnParent, ColumnKey> {
  const byAsset = order.field === 'ASSET_AND_ORDINAL';
  return {
    scope: listScope('columns', filter, order.field, order.direction),
    parts: byAsset ? ['id', 'number', 'id'] : ['text', 'id'],
    keyOf: (row) => (byAsset ? [row.assetId, row.ordinal, row.id] : [row.name, row.id]),
  };
}
