import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { createEmptyDatabase, createTestDatabase } from '#platform/testing/database.ts';
import { createPostgresSearch } from '#subgraphs/catalog/search/postgres.ts';
import { readDemo } from '../fixtures/relevance/demo.ts';
import { fill, judge, makeCorpora, mean, type Corpus } from './judge.ts';

let sql: Database;
let corpora: Corpus[];
const drops: (() => Promise<void>)[] = [];
beforeAll(async () => {
  const [test, shop] = [await createTestDatabase(), await createEmptyDatabase()];
  drops.push(test.drop, shop.drop);
  sql = test.connect('catalog');
  corpora = await makeCorpora(sql, await readDemo(shop.url));
});
afterAll(async () => {
  for (const drop of drops) await drop();
});

describe('the judged queries', () => {
  it('are over the demo and 3,000 tables', () => {
    expect(corpora.map(({ documents }) => new Set(documents.map(({ id }) => id)).size)).toEqual([67, 3_000]);
    expect(corpora.flatMap(({ queries }) => queries).length).toBeGreaterThanOrEqual(60);
  });

  it('mean something that is there, with each of their grades', () => {
    const empty = corpora.flatMap(({ documents, queries }) =>
      queries.flatMap(({ query, best, good, fair }) =>
        [best, good, fair].some((select) => select && !documents.some(select)) || !(best ?? good ?? fair) ? [query] : [],
      ),
    );
    expect(empty).toEqual([]);
  });
});

it('the demo is answered well', async () => {
  const index = createPostgresSearch(sql);
  const [demo] = corpora;
  await fill(index, demo!);
  const answers = await judge(index, demo!);
  expect(mean(answers.map(({ ndcg }) => ndcg))).toBeGreaterThan(0.9);
  expect(mean(answers.map(({ recall }) => recall))).toBeGreaterThan(0.9);
  expect(answers.find(({ query }) => query === 'customers')!.found[0]).toEqual({ name: 'demo_shop.crm.customers', grade: 3 });
});
