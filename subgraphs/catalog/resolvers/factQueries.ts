import { requireReader } from '#platform/auth/viewer.ts';
import { InvalidInput } from '#platform/errors.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { isId } from '#platform/ids.ts';
import type { CatalogContext } from '../context.ts';
import { listDefinitions } from '../domain/definitions.ts';
import { findColumnNames } from '../store/columns.ts';
import { listAssetFacts, type AssetFactPart } from '../store/facts.ts';

const MAX_IDS = 1000;
/** As many as the largest graph of columns has. */
const MAX_COLUMNS = 5000;

type FactsArguments = { ids: readonly string[]; parts: readonly AssetFactPart[] };
type DefinitionsArguments = { of: readonly { assetId: string; at?: Date | null }[] };
type NamesArguments = { names: readonly { assetId: string; name: string }[] };

/** What other subgraphs ask; the public API does not have it. */
export function createFactQueries(catalog: CatalogContext) {
  async function begin(context: RequestContext, list: readonly unknown[], field: string, max = MAX_COLUMNS) {
    requireReader(context.viewer);
    if (list.length > max) throw new InvalidInput(`At most ${max} are possible here.`, field, { max });
    const { sql, classes } = catalog.of(context);
    return { sql, classes: await classes() };
  }

  return {
    async assetFacts(_: unknown, { ids, parts }: FactsArguments, context: RequestContext) {
      const { sql, classes } = await begin(context, ids, 'ids', MAX_IDS);
      return await listAssetFacts(sql, classes, ids.filter(isId), parts);
    },
    async definitions(_: unknown, { of }: DefinitionsArguments, context: RequestContext) {
      const { sql, classes } = await begin(context, of, 'of');
      const keys = of.filter(({ assetId }) => isId(assetId)).map(({ assetId, at = null }) => ({ assetId: assetId.toLowerCase(), at }));
      const found = await listDefinitions(sql, classes, keys);
      const left = found.values();
      return of.map(({ assetId }) => (isId(assetId) ? left.next().value : null));
    },
    async columnsById(_: unknown, { ids }: { ids: readonly string[] }, context: RequestContext) {
      const { sql, classes } = await begin(context, ids, 'ids');
      return await findColumnNames(sql, classes, { ids: ids.filter(isId) });
    },
    async columnsByName(_: unknown, { names }: NamesArguments, context: RequestContext) {
      const { sql, classes } = await begin(context, names, 'names');
      return await findColumnNames(sql, classes, { names: names.filter(({ assetId }) => isId(assetId)) });
    },
  };
}
