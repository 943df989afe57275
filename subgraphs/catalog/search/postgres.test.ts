import { afterAll, beforeAll } from 'vitest';
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
