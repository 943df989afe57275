/** The resolvers of everything around assets, for the subgraph's wiring to merge with those of sources and scans. */
import type { IndexFor } from '../search/indexer.ts';
import { createAsset } from './Asset.ts';
import { createAssetMutations, type AssetMutationDeps } from './assetMutations.ts';
import { createAssetQueries } from './assetQueries.ts';
import { createAssetVersion } from './AssetVersion.ts';
import { createColumn } from './Column.ts';
import { Owner } from './Owner.ts';
import { createFactQueries } from './factQueries.ts';
import { createForeignKey, TableFacet } from './TableFacet.ts';
import { createDomain } from './Domain.ts';
import { createGlossaryTerm } from './GlossaryTerm.ts';
import { createSearchQueries } from './searchQueries.ts';
import { Tag } from './Tag.ts';
import { createVocabularyMutations, createVocabularyQueries } from './vocabularyRoots.ts';

/** `indexFor`: what answers search. */
export function createAssetResolvers(deps: AssetMutationDeps & { indexFor: IndexFor }) {
  return {
    Query: {
      ...createAssetQueries(deps.context),
      ...createFactQueries(deps.context),
      ...createVocabularyQueries(deps.context),
      ...createSearchQueries(deps.context, deps.indexFor),
    },
    Mutation: { ...createAssetMutations(deps), ...createVocabularyMutations(deps) },
    Asset: createAsset(deps.context),
    AssetVersion: createAssetVersion(deps.context),
    Column: createColumn(deps.context),
    Domain: createDomain(deps.context),
    ForeignKey: createForeignKey(deps.context),
    GlossaryTerm: createGlossaryTerm(deps.context),
    Owner,
    TableFacet,
    Tag,
  };
}
