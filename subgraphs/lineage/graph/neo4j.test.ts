import { afterAll, beforeAll, describe } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { useNeo4j } from '#platform/testing/neo4j.ts';
import { writeFacts } from '../store/facts.ts';
import { describeGraph, type ConformanceCase } from './conformance.test-suite.ts';
import { connectNeo4j, type Neo4j } from './neo4j/connection.ts';
import { createGeneration, removeGeneration, type Generation } from './neo4j/generations.ts';
import { createNeo4jGraph } from './neo4j/store.ts';
import { describeQueries } from './queries.test-suite.ts';
import { copyFacts } from './testing/copying.ts';

const server = await useNeo4j();

describe.skipIf(server.missing)('the graph in Neo4j', () => {
  let test: TestDatabase;
  let sql: Database;
  let neo4j: Neo4j;
  let generation: Generation;

  beforeAll(async () => {
    test = await createTestDatabase();
    sql = test.connect('lineage');
    neo4j = connectNeo4j(server);
    generation = await createGeneration(neo4j, 'test');
  });
  afterAll(async () => {
    await neo4j?.close();
    await test?.drop();
  });

  const conformance: ConformanceCase = {
    graph: () => createNeo4jGraph(neo4j, generation.number),
    apply: async (facts) => {
      await sql.begin((tx) => writeFacts(tx, facts));
      generation = await copyFacts(neo4j, sql, generation);
    },
    clear: async () => {
      await sql`delete from lineage.edges`;
      await sql`delete from lineage.columns`;
      await sql`delete from lineage.jobs`;
      await sql`delete from lineage.runs`;
      await sql`delete from lineage.assets`;
      const old = generation.number;
      generation = await createGeneration(neo4j, 'test');
      await removeGeneration(neo4j, old);
    },
  };
  describeGraph('Neo4j', conformance);
  describeQueries('Neo4j', conformance);
});
