import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { describeSearch } from './conformance.test-suite.ts';
import type { SearchDocument, SearchIndex } from './index.ts';
import { createMeilisearch } from './meilisearch.ts';
import type { Copy } from './meilisearch/copy.ts';
import { insertClasses, makeIndex, newCopy, OFFERS, openDatabase, removeIndexes, type TestClass } from './meilisearch/testing/stage.ts';
import { createPostgresSearch } from './postgres.ts';

describe.each(OFFERS)('$title', { timeout: 120_000 }, ({ title, start }) => {
  let sql: Database;
  let drop: () => Promise<void>;
  let stop: () => Promise<void>;
  let copy: Copy;
  let classes: TestClass[];
  let meilisearch: SearchIndex;
  let postgres: SearchIndex;
  /** Both, as in the product: what may have been mistyped PostgreSQL's words tell. */
  let both: SearchIndex;

  beforeAll(async () => {
    ({ sql, drop } = await openDatabase());
    classes = await insertClasses(sql);
    const started = await start();
    ({ stop } = started);
    copy = newCopy(started.login);
    await makeIndex(copy);
    meilisearch = createMeilisearch({ meili: copy.meili, index: copy.serving, sql });
    postgres = createPostgresSearch(sql);
    both = {
      search: meilisearch.search,
      upsert: async (documents) => void (await postgres.upsert(documents), await meilisearch.upsert(documents)),
      delete: async (ids) => void (await postgres.delete(ids), await meilisearch.delete(ids)),
    };
  });
  afterAll(async () => {
    if (copy) await removeIndexes(copy);
    await stop?.();
    await drop?.();
  });

  const clear = async (): Promise<void> => {
    await sql`delete from catalog.search_documents`;
    await sql`delete from catalog.search_words`;
    await copy.meili.run((client) => client.index(copy.serving).deleteAllDocuments());
  };

  describeSearch(title, { index: () => both, clear, classes: () => classes });

  it('finds the same as PostgreSQL for the same viewer, with the same totals and facets', async () => {
    await clear();
    const WORDS = [
      'customer',
      'order',
      'orders',
      'line',
      'item',
      'Items',
      'sku77',
      'ÜberSicht',
      '客户订单',
      'a',
      'part_2019',
      'HTTPServer',
      'id',
    ];
    const pick = (seed: number): string => WORDS[seed % WORDS.length]!;
    const documents = Array.from({ length: 150 }, (_, at): SearchDocument => {
      const path = ['shop', pick(at), [pick(at * 3), pick(at * 7 + 2)].slice(0, 1 + (at % 2)).join('_')];
      return {
        id: newId(),
        accessClass: classes[at % 2]!.id,
        kind: at % 3 ? 'TABLE' : 'VIEW',
        name: path.join('.'),
        path,
        tags: at % 4 ? [] : [...new Set([pick(at + 1), pick(at + 1).toUpperCase()])],
        terms: at % 5 ? [] : [pick(at + 2)],
        ownerIds: at % 6 ? [] : [newId()],
        labels: at % 7 ? [] : ['EMAIL'],
        description: at % 3 ? null : `What ${pick(at + 4)} tells of ${pick(at + 5)}.`,
        sourceDescription: null,
        columns: [{ name: `${pick(at + 6)}_id`, description: null }],
        updatedAt: new Date(1_700_000_000_000 + at),
        deletedAt: at % 11 ? null : new Date(),
      };
    });
    await both.upsert(documents);
    // prettier-ignore
    const QUERIES = [
      '', 'customer', 'custmer', 'order line', 'orderline', 'ord lin', 'item_id', 'itme', 'SKU-77', 'übersicht', '订单', 'a', 'a b', 'part_2018',
      'httpserver', 'shop.customer', 'zebra customer', 'customer zebra order', '___', 'tells', 'i', 'customer order item line',
    ];
    const everything = async (index: SearchIndex, query: string, as: VisibleClasses) => {
      const result = await index.search({ query, filter: {}, classes: as, first: 500, after: null });
      return {
        found: new Set(result.hits.map(({ assetId }) => assetId)),
        sought: result.sought,
        count: await result.count(),
        facets: await result.facets(),
      };
    };
    const viewers: VisibleClasses[] = ['all', [classes[0]!.id], [classes[1]!.id], []];
    for (const as of viewers)
      for (const query of QUERIES)
        expect({ query, as, ...(await everything(meilisearch, query, as)) }).toEqual({
          query,
          as,
          ...(await everything(postgres, query, as)),
        });
  });
});
