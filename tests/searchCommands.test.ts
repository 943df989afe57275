/** What is done with the indexes of search beside the product: rebuild, drift, and the erasure of a text. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openIndexes } from '#deploy/searchTools.ts';
import { parseSettings } from '#platform/config.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { startContractServer } from '#platform/testing/meilisearch/contractServer.ts';
import { forgetText, rebuildSearch } from '#subgraphs/catalog/search/indexer.ts';
import { createPostgresSearch } from '#subgraphs/catalog/search/postgres.ts';
import { insertAssets, insertSource } from '#subgraphs/catalog/testing/factories.ts';
import { pursightBeside } from '../cli/testing/terminal.ts';

describe('the tools of search', { timeout: 60_000 }, () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());

  const pursight = (args: string[], settings?: Record<string, string>) => pursightBeside(test, args, settings);

  it('compare what search has with the tables, and make it anew', async () => {
    const catalog = test.connect('catalog');
    const source = await insertSource(catalog, 'shop');
    const [orders, view] = await insertAssets(catalog, source, [
      { path: ['shop', 'public', 'orders'] },
      { path: ['shop', 'public', 'report'] },
    ]);
    const server = await startContractServer();
    try {
      const meilisearch = { MEILI_URL: server.url, MEILI_KEY: server.masterKey };
      expect(await pursight(['drift', 'search'], meilisearch)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('no whole index'),
      });
      expect(await pursight(['rebuild', 'search'])).toEqual({
        code: 0,
        stdout: 'Search is answered by PostgreSQL (there is no MEILI_URL). Its documents are as the tables are (2 assets).\n',
        stderr: '',
      });
      expect(await pursight(['rebuild', 'search'], meilisearch)).toEqual({
        code: 0,
        stdout: 'A new index of Meilisearch was filled with 2 assets, and serves.\n',
        stderr: '',
      });
      for (const settings of [{}, meilisearch])
        expect(await pursight(['drift', 'search'], settings)).toEqual({
          code: 0,
          stdout: '0 differences (2 assets compared).\n',
          stderr: '',
        });
      await catalog`update catalog.assets set path = '{shop,public,sales}' where id = ${orders!.id}`;
      await test.owner`delete from catalog.assets where id = ${view!.id}`;
      for (const [store, settings] of [
        ['postgresql', {}],
        ['meilisearch', meilisearch],
      ] as const) {
        expect(await pursight(['drift', 'search'], settings)).toMatchObject({
          code: 1,
          stdout: expect.stringMatching(/different +shop\.public\.orders[^]*extra[^]*2 differences \(1 asset compared\)/),
          stderr: expect.stringContaining('npx pursight rebuild search'),
        });
        expect(JSON.parse((await pursight(['drift', 'search', '--json'], settings)).stdout)).toMatchObject({
          store,
          compared: 1,
          count: 2,
        });
        expect(JSON.parse((await pursight(['rebuild', 'search', '--json'], settings)).stdout)).toEqual(
          store === 'postgresql' ? { store, documents: 1, removed: 1 } : { store, documents: 1 },
        );
        expect(await pursight(['drift', 'search'], settings)).toMatchObject({ code: 0 });
      }
    } finally {
      await server.kill();
    }
  });

  it('leave nothing of a text that was erased, in any index', async () => {
    const catalog = test.connect('catalog');
    const source = await insertSource(catalog, 'crm');
    const [asset] = await insertAssets(catalog, source, [
      { path: ['crm', 'public', 'people'], sourceDescription: 'Ask somebody@example.org about it.' },
    ]);
    const server = await startContractServer();
    try {
      const settings = parseSettings({ MEILI_URL: server.url, MEILI_KEY: server.masterKey });
      await rebuildSearch({ sql: catalog, indexFor: createPostgresSearch });
      expect(await pursight(['rebuild', 'search'], { MEILI_URL: server.url, MEILI_KEY: server.masterKey })).toMatchObject({ code: 0 });
      const stored = () => JSON.stringify([...server.indexes.values()].map(({ documents }) => documents.get(asset!.id)));
      expect(stored()).toContain('somebody');
      await test.owner`update catalog.assets set source_description = 'Ask [erased] about it.' where id = ${asset!.id}`;
      await forgetText(catalog, await openIndexes(settings, catalog), 'somebody@example.org');
      expect(stored()).not.toContain('somebody');
      expect(stored()).toContain('erased');
    } finally {
      await server.kill();
    }
  });
});
