import DataLoader from 'dataloader';
import { requireReader } from '#platform/auth/viewer.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { listScope, type PageArguments } from '#platform/graphql/connections.ts';
import type { CatalogContext } from '../context.ts';
import { checkAssetFilter } from '../domain/filters.ts';
import { highlightsOf } from '../search/highlights.ts';
import { loadHitTexts } from '../search/hitTexts.ts';
import type { SearchHit, SearchKey } from '../search/index.ts';
import type { IndexFor } from '../search/indexer.ts';
import type { AssetFilter } from '../store/assets.ts';
import { keysetConnection, readKeyset, type Keyset } from '#platform/graphql/keysets.ts';

type SearchArguments = PageArguments & { query: string; filter?: AssetFilter | null };

export function createSearchQueries(catalog: CatalogContext, indexFor: IndexFor) {
  return {
    async search(_: unknown, args: SearchArguments, context: RequestContext) {
      requireReader(context.viewer);
      const { sql, classes, assetById } = catalog.of(context);
      const filter = checkAssetFilter(args.filter);
      const scope = listScope('search', args.query, filter);
      const page = readKeyset<SearchHit, SearchKey>({ scope, parts: ['number', 'float', 'id'], keyOf: () => [0, 0, ''] }, args);
      const result = await indexFor(sql).search({ query: args.query, filter, classes: await classes(), ...page });
      const keyset: Keyset<SearchHit, SearchKey> = { scope, parts: [], keyOf: result.keyOf };

      const texts = new DataLoader(async (ids: readonly string[]) => {
        const found = await loadHitTexts(sql, ids, result.sought);
        return ids.map((id) => found.get(id));
      });
      let counted: ReturnType<typeof result.count> | undefined;
      const count = () => (counted ??= result.count());

      const connection = keysetConnection(keyset, result.hits, page, async () => (await count()).total);
      // The index may be a moment behind: what there is to see, and what of it is there, says the asset.
      const edges = await Promise.all(
        connection.edges.map(async ({ cursor, node: { assetId, score } }) => {
          const asset = await assetById.load(assetId);
          const highlights = async () => {
            const found = await texts.load(assetId);
            return found ? highlightsOf(found, result.sought) : [];
          };
          return asset && (filter.includeDeleted || !asset.deletedAt) ? { cursor, node: { asset, score, highlights } } : null;
        }),
      );
      const present = edges.filter((edge) => edge !== null);
      return {
        ...connection,
        edges: present,
        nodes: present.map((edge) => edge.node),
        facets: result.facets,
        didYouMean: result.didYouMean,
        totalIsCapped: async () => (await count()).isCapped,
      };
    },
  };
}
