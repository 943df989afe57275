/** What an operator does with the indexes of search, beside the product that runs. */
import { checkRootKey } from '#platform/auth/routerKeys.ts';
import type { Settings } from '#platform/config.ts';
import { connect, type Database } from '#platform/database/index.ts';
import { roleUrl } from '#platform/database/roles.ts';
import { CannotStart, Conflict } from '#platform/errors.ts';
import { findSearchDrift, removeExtra } from '#subgraphs/catalog/search/drift.ts';
import { rebuildSearch, type IndexFor } from '#subgraphs/catalog/search/indexer.ts';
import type { Copy } from '#subgraphs/catalog/search/meilisearch/copy.ts';
import type { Difference } from '#subgraphs/catalog/search/meilisearch/drift.ts';
import type { Progress } from '#subgraphs/catalog/search/meilisearch/filling.ts';
import { createPostgresSearch } from '#subgraphs/catalog/search/postgres.ts';
import { locateDatabase, withPool } from './database.ts';
import type { Place } from './lineageTools.ts';

/** `removed`: documents of what is no asset, in PostgreSQL. */
export type RebuiltSearch = { store: 'meilisearch'; documents: number } | { store: 'postgresql'; documents: number; removed: number };

export type ComparedSearch = {
  store: 'meilisearch' | 'postgresql';
  compared: number;
  count: number;
  /** The first of them. */
  differences: Difference[];
  /** Documents that Meilisearch has yet to be told of. */
  pending?: number;
};

/** Throws CannotStart, Conflict while Meilisearch is being filled, and Upstream where it cannot be had. */
export const rebuildSearchIndex = (place: Place, onProgress: (progress: Progress) => void): Promise<RebuiltSearch> =>
  withSearch(place, async (sql, copy) => {
    if (!copy) {
      const documents = await rebuildSearch({ sql, indexFor: createPostgresSearch });
      return { store: 'postgresql', documents, removed: await removeExtra(sql) };
    }
    const { fillCopy } = await import('#subgraphs/catalog/search/meilisearch/filling.ts');
    const filled = await fillCopy({ copy, sql, onProgress });
    if (!filled) throw new Conflict('Meilisearch is being filled already. Wait until that has ended.');
    return { store: 'meilisearch', ...filled };
  });

/** Errors as of `rebuildSearchIndex`, and Conflict where Meilisearch has no whole index. `most`: differences to tell. */
export const compareSearch = (place: Place, most: number, onProgress: (compared: number) => void): Promise<ComparedSearch> =>
  withSearch(place, async (sql, copy) => {
    if (!copy) {
      const { compared, differences } = await findSearchDrift({ sql, onProgress });
      const told = differences.slice(0, most).map((each) => ({ ...each, fields: {} }));
      return { store: 'postgresql', compared, count: differences.length, differences: told };
    }
    const { findDrift } = await import('#subgraphs/catalog/search/meilisearch/drift.ts');
    return { store: 'meilisearch', ...(await findDrift({ copy, sql, most, onProgress })) };
  });

/** What documents are written to so that they are the same in each index, in one go: what has to be gone from all of them. */
export async function openIndexes(settings: Settings, sql: Database): Promise<IndexFor> {
  const copy = await openMeilisearch(settings, sql);
  if (!copy) return createPostgresSearch;
  const [{ createMeilisearch }, { readMark }] = await Promise.all([
    import('#subgraphs/catalog/search/meilisearch.ts'),
    import('#subgraphs/catalog/search/meilisearch/copy.ts'),
  ]);
  // Where there is no whole index it is made from the tables as they are then. Throws Upstream where Meilisearch is away.
  if (!(await readMark(copy))) return createPostgresSearch;
  return (tx) => {
    const postgres = createPostgresSearch(tx);
    const meilisearch = createMeilisearch({ meili: copy.meili, index: copy.serving, sql: tx });
    return {
      ...postgres,
      upsert: async (documents) => void (await postgres.upsert(documents), await meilisearch.upsert(documents)),
      delete: async (ids) => void (await postgres.delete(ids), await meilisearch.delete(ids)),
    };
  };
}

/** Undefined without MEILI_URL. */
async function openMeilisearch({ MEILI_URL: url, MEILI_KEY: key }: Settings, sql: Database): Promise<Copy | undefined> {
  if (!url) return undefined;
  const { openCopy } = await import('#subgraphs/catalog/search/meilisearch/index.ts');
  return await openCopy({ url, key }, sql);
}

async function withSearch<Result>(
  { settings, ownerUrl, rootKey }: Place,
  work: (sql: Database, copy: Copy | undefined) => Promise<Result>,
): Promise<Result> {
  const location = await locateDatabase(ownerUrl, rootKey);
  await withPool(ownerUrl, async (owner) => {
    const [there] = await owner`select from pg_class where oid = to_regclass('catalog.search_copies')`;
    if (!there) throw new CannotStart('The database is not of this version of PurSight. Start PurSight once, which brings it there.');
    await checkRootKey(owner, rootKey);
  });
  const sql = connect({ url: roleUrl(location, 'catalog'), name: 'search tools', max: 3, statementTimeoutMs: 300_000 });
  try {
    return await work(sql, await openMeilisearch(settings, sql));
  } finally {
    await sql.end({ timeout: 5 });
  }
}
