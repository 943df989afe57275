import { afterAll, beforeAll } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { writeFacts } from '../store/facts.ts';
import { describeGraph } from './conformance.test-suite.ts';
import { createPostgresGraph } from './postgres.ts';

let test: TestDatabase;
let sql: Database;
beforeAll(async () => {
  test = await createTestDatabase();
  sql = test.connect('lineage');
});
afterAll(() => test.drop());

describeGraph('PostgreSQL', {
  graph: () => createPostgresGraph(sql),
  apply: (facts) => sql.begin((tx) => writeFacts(tx, facts)),
  clear: async () => void (await sql`delete from lineage.edges`, await sql`delete from lineage.assets`),
});
