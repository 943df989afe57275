import { requireReader } from '#platform/auth/viewer.ts';
import { InvalidInput } from '#platform/errors.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { isId } from '#platform/ids.ts';
import type { CatalogContext } from '../context.ts';
import { listAssetFacts, type AssetFactPart } from '../store/facts.ts';

const MAX_IDS = 1000;

type FactsArguments = { ids: readonly string[]; parts: readonly AssetFactPart[] };

/** What other subgraphs ask; the public API does not have it. */
export function createFactQueries(catalog: CatalogContext) {
  return {
    async assetFacts(_: unknown, { ids, parts }: FactsArguments, context: RequestContext) {
      requireReader(context.viewer);
      if (ids.length > MAX_IDS) throw new InvalidInput(`At most ${MAX_IDS} ids are possible here.`, 'ids', { max: MAX_IDS });
      const { sql, classes } = catalog.of(context);
      return await listAssetFacts(sql, await classes(), ids.filter(isId), parts);
    },
  };
}
