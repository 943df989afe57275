import type { RequestContext } from '#platform/graphql/context.ts';
import type { CatalogContext } from '../context.ts';
import type { ForeignKeyParent, TableFacetParent } from '../mappers.ts';

export const TableFacet = {
  foreignKeys: ({ foreignKeys, namespace }: TableFacetParent): ForeignKeyParent[] => foreignKeys.map((key) => ({ ...key, namespace })),
};

export function createForeignKey(catalog: CatalogContext) {
  return {
    /** Null when it is hidden, not scanned yet, or gone. */
    references: ({ namespace, referencesName }: ForeignKeyParent, _: unknown, context: RequestContext) =>
      catalog.of(context).assetByName.load({ namespace, name: referencesName }),
  };
}
