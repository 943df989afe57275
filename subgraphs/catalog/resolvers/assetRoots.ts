/** The resolvers of everything around assets, for the subgraph's wiring to merge with those of sources and scans. */
import { createAsset } from './Asset.ts';
import { createAssetMutations, type AssetMutationDeps } from './assetMutations.ts';
import { createAssetQueries } from './assetQueries.ts';
import { createAssetVersion } from './AssetVersion.ts';
import { createColumn } from './Column.ts';
import { Owner } from './Owner.ts';
import { createForeignKey, TableFacet } from './TableFacet.ts';

export function createAssetResolvers(deps: AssetMutationDeps) {
  return {
    Query: createAssetQueries(deps.context),
    Mutation: createAssetMutations(deps),
    Asset: createAsset(deps.context),
    AssetVersion: createAssetVersion(deps.context),
    Column: createColumn(deps.context),
    ForeignKey: createForeignKey(deps.context),
    Owner,
    TableFacet,
  };
}
