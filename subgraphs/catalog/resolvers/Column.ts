import type { RequestContext } from '#platform/graphql/context.ts';
import { isId } from '#platform/ids.ts';
import type { CatalogContext } from '../context.ts';
import type { ColumnParent } from '../mappers.ts';

export function createColumn(catalog: CatalogContext) {
  return {
    __resolveReference: async ({ id }: { id: string }, context: RequestContext) =>
      isId(id) ? catalog.of(context).columnById.load(id.toLowerCase()) : null,
    /** Seen with the column. Where it is not, it was moved to a class since then that was made meanwhile, or that is others'. */
    async asset({ assetId }: ColumnParent, _: unknown, context: RequestContext) {
      const { assetById, assetByIdAnew } = catalog.of(context);
      return (await assetById.load(assetId)) ?? (await assetByIdAnew.load(assetId));
    },
    default: (column: ColumnParent) => column.defaultValue,
  };
}
