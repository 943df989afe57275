import type { RequestContext } from '#platform/graphql/context.ts';
import { listScope, type PageArguments } from '#platform/graphql/connections.ts';
import { isId } from '#platform/ids.ts';
import type { CatalogContext } from '../context.ts';
import type { AssetParent, AssetVersionParent, ColumnParent, TableFacetParent } from '../mappers.ts';
import type { AssetKey } from '../store/assets.ts';
import { keysetConnection, readKeyset, type Keyset } from '#platform/graphql/keysets.ts';

export function createAsset(catalog: CatalogContext) {
  return {
    __resolveReference: async ({ id }: { id: string }, context: RequestContext) =>
      isId(id) ? catalog.of(context).assetById.load(id.toLowerCase()) : null,

    displayName: (asset: AssetParent) => asset.path.at(-1) ?? asset.name,
    source: (asset: AssetParent, _: unknown, context: RequestContext) => catalog.of(context).source.load(asset.sourceId),
    parent: (asset: AssetParent, _: unknown, context: RequestContext) =>
      asset.parentId ? catalog.of(context).assetById.load(asset.parentId) : null,

    async children(asset: AssetParent, args: PageArguments, context: RequestContext) {
      const { children } = catalog.of(context);
      const keyset: Keyset<AssetParent, AssetKey> = {
        scope: listScope('Asset.children', asset.id),
        parts: ['text', 'id'],
        keyOf: (row) => [row.name, row.id],
      };
      const page = readKeyset(keyset, args);
      return keysetConnection(keyset, await children.list(asset.id, page), page, () => children.count(asset.id));
    },

    description: (asset: AssetParent, _: unknown, context: RequestContext) =>
      asset.description === undefined ? catalog.of(context).description.load(asset.id) : asset.description,
    owners: (asset: AssetParent, _: unknown, context: RequestContext) => catalog.of(context).owners.load(asset.id),
    tags: (asset: AssetParent, _: unknown, context: RequestContext) => catalog.of(context).tags.load(asset.id),

    terms: (asset: AssetParent, _: unknown, context: RequestContext) => catalog.of(context).terms.load(asset.id),
    domain: (asset: AssetParent, _: unknown, context: RequestContext) => catalog.of(context).domainOfClass.load(asset.accessClass),

    async table(asset: AssetParent, _: unknown, context: RequestContext): Promise<TableFacetParent | null> {
      const facet = await catalog.of(context).tableFacet.load(asset.id);
      return facet && { ...facet, namespace: asset.namespace, rowEstimate: asset.rowEstimate, sizeBytes: asset.sizeBytes };
    },

    async columns(asset: AssetParent, args: PageArguments, context: RequestContext) {
      const { columns } = catalog.of(context);
      const keyset: Keyset<ColumnParent, [number, string]> = {
        scope: listScope('Asset.columns', asset.id),
        parts: ['number', 'id'],
        keyOf: (row) => [row.ordinal, row.id],
      };
      const page = readKeyset(keyset, args);
      return keysetConnection(keyset, await columns.list(asset.id, page), page, () => columns.count(asset.id));
    },

    async history(asset: AssetParent, args: PageArguments, context: RequestContext) {
      const { history } = catalog.of(context);
      const keyset: Keyset<AssetVersionParent, [number]> = {
        scope: listScope('Asset.history', asset.id),
        parts: ['number'],
        keyOf: (row) => [row.version],
      };
      const page = readKeyset(keyset, args);
      return keysetConnection(keyset, await history.list(asset.id, page), page, () => history.count(asset.id));
    },

    asOf: (asset: AssetParent, { at }: { at: Date }, context: RequestContext) => catalog.of(context).asOf.load({ assetId: asset.id, at }),
  };
}
