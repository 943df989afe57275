import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { append } from '#platform/events/append.ts';
import { createSequencer } from '#platform/events/sequencer.ts';
import { createLogger } from '#platform/logger.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { insertAssets, insertSource, type TestAsset, type TestSource } from '../testing/factories.ts';
import { createIndexer, rebuildSearch, type IndexFor } from './indexer.ts';
import type { SearchDocument } from './index.ts';
import { createPostgresSearch } from './postgres.ts';

let test: TestDatabase;
let sql: Database;
let source: TestSource;
const logger = createLogger({ level: 'silent', format: 'json' });
beforeEach(async () => {
  test = await createTestDatabase();
  sql = test.connect('catalog');
  source = await insertSource(sql, 'shop');
});
afterEach(() => test.drop());

const tables = (...names: string[]): Promise<TestAsset[]> =>
  insertAssets(
    sql,
    source,
    names.map((name) => ({ path: ['shop', 'public', name], columns: [{ name: `${name}_id` }] })),
  );
const updated = (assets: readonly TestAsset[]) =>
  sql.begin((tx) =>
    append(
      tx,
      'catalog',
      assets.map(({ id, namespace, name, kind }) => ({
        type: 'asset.updated' as const,
        subject: id,
        actorId: null,
        data: { namespace, name, kind, version: 2, changes: [] },
      })),
    ),
  );
const seal = () => createSequencer({ sql: test.connect('events'), logger }).sealOnce();
const found = async (query: string): Promise<number> => {
  const result = await createPostgresSearch(sql).search({ query, filter: {}, classes: 'all', first: 50, after: null });
  return (await result.count()).total;
};
const indexer = (indexFor: IndexFor = createPostgresSearch) => createIndexer({ sql, indexFor, logger });

it('fills an index from the tables at its first start, and then follows the log', async () => {
  const [first] = await tables('customer');
  const running = indexer();
  running.start();
  try {
    await vi.waitFor(async () => expect(await found('customer')).toBe(1), { timeout: 5_000 });
    await sql`update catalog.columns set name = 'wallaby' where asset_id = ${first!.id}`;
    await updated([first!]);
    await seal();
    await vi.waitFor(async () => expect(await found('wallaby')).toBe(1), { timeout: 5_000 });
  } finally {
    await running.stop();
  }
  const filled: SearchDocument[] = [];
  const again = indexer((tx) => ({ ...createPostgresSearch(tx), upsert: async (documents) => void filled.push(...documents) }));
  again.start();
  await again.stop();
  expect(filled).toEqual([]);
});

it('reads each asset of a batch of events once, as it is now', async () => {
  const assets = await tables('one', 'two');
  for (let round = 0; round < 20; round++) await updated(assets);
  await sql`update catalog.assets set path = '{shop,public,renamed}', name = 'shop.public.renamed' where id = ${assets[0]!.id}`;
  await seal();
  const written: string[] = [];
  const counting: IndexFor = (tx) => {
    const index = createPostgresSearch(tx);
    return { ...index, upsert: (documents) => (written.push(...documents.map(({ id }) => id)), index.upsert(documents)) };
  };
  while (await indexer(counting).runOnce());
  expect(written.toSorted()).toEqual(assets.map(({ id }) => id).toSorted());
  expect(await found('renamed')).toBe(1);
  expect(await found('one')).toBe(1); // its column is called so still
});

it('writes nothing where nothing has changed', async () => {
  await tables('one', 'two', 'three');
  const options = { sql, indexFor: createPostgresSearch };
  expect(await rebuildSearch({ ...options, atOnce: 2 })).toBe(3);
  const versions = () => sql`select asset_id, xmin::text from catalog.search_documents order by asset_id`;
  const words = () => sql`select word, xmin::text from catalog.search_words order by word`;
  const before = [await versions(), await words()];
  expect(await rebuildSearch(options)).toBe(3);
  expect([await versions(), await words()]).toEqual(before);
});

it('leaves the later state when two of them race', async () => {
  const [asset] = await tables('early');
  let reads = 0;
  let release: () => void = () => {};
  const slow: IndexFor = (tx) => {
    const index = createPostgresSearch(tx);
    const upsert = async (documents: readonly SearchDocument[]): Promise<void> => {
      reads++;
      await new Promise<void>((resolve) => (release = resolve));
      await index.upsert(documents);
    };
    return { ...index, upsert };
  };
  const slowly = rebuildSearch({ sql, indexFor: slow });
  await vi.waitFor(() => expect(reads).toBe(1));
  await sql`update catalog.assets set path = '{shop,public,late}' where id = ${asset!.id}`;
  await updated([asset!]);
  await seal();
  const quickly = indexer().runOnce();
  release();
  await Promise.all([slowly, quickly]);
  expect(await found('late')).toBe(1);
});

it('forgets an asset that is there no more', async () => {
  const [asset] = await tables('one');
  await rebuildSearch({ sql, indexFor: createPostgresSearch });
  expect(await found('one')).toBe(1);
  await test.owner`delete from catalog.assets where id = ${asset!.id}`;
  await updated([asset!]);
  await seal();
  await indexer().runOnce();
  expect(await found('one')).toBe(0);
});
