import { afterAll, beforeAll, expect, it } from 'vitest';
import { upsertClass } from '#platform/auth/access.ts';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { describeSearch } from './conformance.test-suite.ts';
import { createPostgresSearch } from './postgres.ts';

let test: TestDatabase;
let sql: Database;
const classes: { id: number; sourceId: string; domainId: string | null }[] = [];
beforeAll(async () => {
  test = await createTestDatabase();
  sql = test.connect('catalog');
  const domainId = newId();
  await sql`insert into catalog.domains (id, name, created_at, updated_at) values (${domainId}, 'Sales', now(), now())`;
  for (const tuple of [
    { sourceId: newId(), domainId: null },
    { sourceId: newId(), domainId },
  ]) {
    classes.push({ id: await upsertClass(sql, tuple), ...tuple });
  }
});
afterAll(() => test.drop());

describeSearch('PostgreSQL', {
  index: () => createPostgresSearch(sql),
  clear: async () => void (await sql`delete from catalog.search_documents`, await sql`delete from catalog.search_words`),
  classes: () => classes,
});

it('asks nothing more for what may have been meant where all was found as it was typed', async () => {
  let asked = 0;
  const counting = new Proxy(sql, {
    apply(target, self, args) {
      asked++;
      return Reflect.apply(target, self, args) as unknown;
    },
  });
  const index = createPostgresSearch(counting);
  const path = ['shop', 'public', 'customer_orders'];
  await index.upsert([
    {
      id: newId(),
      accessClass: classes[0]!.id,
      kind: 'TABLE',
      name: path.join('.'),
      path,
      tags: [],
      terms: [],
      ownerIds: [],
      labels: [],
      description: null,
      sourceDescription: null,
      columns: [],
      updatedAt: new Date(),
      deletedAt: null,
    },
  ]);
  const askedFor = async (query: string): Promise<number> => {
    const { didYouMean } = await index.search({ query, filter: {}, classes: 'all', first: 1, after: null });
    asked = 0;
    await didYouMean();
    return asked;
  };
  for (const query of ['', 'customer', 'cust', 'customer order']) expect(await askedFor(query)).toBe(0);
  for (const query of ['custmer', 'customer zebra']) expect(await askedFor(query)).toBeGreaterThan(0);
});
