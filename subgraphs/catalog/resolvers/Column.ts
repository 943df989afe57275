import type { RequestContext } from '#platform/graphql/context.ts';
import { isId } from '#platform/ids.ts';
import type { CatalogContext } from '../context.ts';
import type { ColumnParent } from '../mappers.ts';

export function createColumn(catalog: CatalogContext) {
  return {
    __resolveReference: async ({ id }: { id: string }, context: RequestContext) =>
      isId(id) ? catalog.of(context).columnById.load(id.toLowerCase()) : null,
    asset: (column: ColumnParent, _: unknown, context: RequestContext) => catalog.of(context).assetById.load(column.assetId),
    default: (column: ColumnParent) => column.defaultValue,
  };
}
