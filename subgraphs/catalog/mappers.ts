/** What the resolvers of a GraphQL type get as their parent: the row, or as much of it as every read brings. */
import type { ForeignKeyFacet, TableFacet } from './connectors/types.ts';
import type { VersionRow } from './store/history.ts';
import type { AssetRow, ColumnRow } from './store/tables/asset.ts';
import type { NodeRow } from './store/vocabulary.ts';

/** Columns of an asset that lists leave out. */
export const LARGE_FIELDS = ['tableFacet', 'dependsOn', 'hash'] as const satisfies readonly (keyof AssetRow)[];

export type AssetParent = Omit<AssetRow, (typeof LARGE_FIELDS)[number]> & {
  /** A person's words. Undefined where the read did not bring them: then a loader does. */
  description?: string | null;
};

export type ColumnParent = ColumnRow & { description: string | null };

export type AssetVersionParent = VersionRow;

export type TableFacetParent = TableFacet & Pick<AssetRow, 'namespace' | 'rowEstimate' | 'sizeBytes'>;

export type ForeignKeyParent = ForeignKeyFacet & { namespace: string };

export type DomainParent = NodeRow;
export type GlossaryTermParent = NodeRow;

export type TagParent = { name: string; assetCount: number };
