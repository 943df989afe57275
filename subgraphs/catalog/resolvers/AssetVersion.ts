import type { RequestContext } from '#platform/graphql/context.ts';
import type { CatalogContext } from '../context.ts';
import type { AssetVersionParent } from '../mappers.ts';

export function createAssetVersion(catalog: CatalogContext) {
  return {
    id: ({ assetId, version }: AssetVersionParent) => `${assetId}:${version}`,
    by: ({ byUser }: AssetVersionParent) => byUser && { id: byUser },
    byScanRun: ({ byScanRun }: AssetVersionParent, _: unknown, context: RequestContext) =>
      byScanRun && catalog.of(context).run.load(byScanRun),
    /** Only when it is selected: it is reconstructed, for all versions of the operation together. */
    snapshot: ({ assetId, version }: AssetVersionParent, _: unknown, context: RequestContext) =>
      catalog.of(context).snapshot.load({ assetId, version }),
  };
}
