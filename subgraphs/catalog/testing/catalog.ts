/** The asset part of the subgraph over a test database. */
import { createSubgraph } from '#platform/graphql/subgraph.ts';
import type { Database } from '#platform/database/index.ts';
import { createLogger } from '#platform/logger.ts';
import { createCatalogContext } from '../context.ts';
import { createAssetResolvers } from '../resolvers/assetRoots.ts';
import { createPostgresSearch } from '../search/postgres.ts';
import { createAsker } from './factories.ts';

export function createTestCatalog(sql: Database) {
  const commits = { count: 0 };
  const resolvers = createAssetResolvers({
    sql,
    context: createCatalogContext({ sql }),
    indexFor: createPostgresSearch,
    onCommit: () => void commits.count++,
    logger: createLogger({ level: 'silent', format: 'json' }),
  });
  return { ask: createAsker(createSubgraph('catalog', resolvers).schema), commits };
}
