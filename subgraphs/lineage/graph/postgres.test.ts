import { afterAll, beforeAll } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { writeFacts, type GraphFacts } from '../store/facts.ts';
import { describeGraph } from './conformance.test-suite.ts';
import { createPostgresGraph } from './postgres.ts';
import { describeQueries } from './queries.test-suite.ts';

let test: TestDatabase;
let sql: Database;
beforeAll(async () => {
  test = await createTestDatabase();
  sql = test.connect('lineage');
});
afterAll(() => test.drop());

const conformance = {
  graph: () => createPostgresGraph(sql),
  apply: (facts: GraphFacts) => sql.begin((tx) => writeFacts(tx, facts)),
  async clear() {
    for (const table of ['edges', 'columns', 'jobs', 'runs', 'assets']) await sql`delete from ${sql(`lineage.${table}`)}`;
  },
};
describeGraph('PostgreSQL', conformance);
describeQueries('PostgreSQL', conformance);
