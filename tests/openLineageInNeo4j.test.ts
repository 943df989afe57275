import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe } from 'vitest';
import { useNeo4j } from '#platform/testing/neo4j.ts';
import { connectNeo4j, type Neo4j } from '#subgraphs/lineage/graph/neo4j/connection.ts';
import { findCopies } from '#subgraphs/lineage/projection/copies.ts';
import { countBehind } from '#subgraphs/lineage/store/changes.ts';
import { describeOpenLineage } from './openLineage.test-suite.ts';

const server = await useNeo4j();

const PATIENCE_MS = 60_000;

describe.skipIf(server.missing)('Neo4j', () => {
  let neo4j: Neo4j;
  beforeAll(() => (neo4j = connectNeo4j(server)));
  afterAll(() => neo4j.close());

  describeOpenLineage('Neo4j', {
    environment: () => ({ NEO4J_URL: server.url, NEO4J_USER: server.user, NEO4J_PASSWORD: server.password }),
    async settled({ owner }) {
      for (const until = performance.now() + PATIENCE_MS; performance.now() < until;) {
        const { serving, head } = await findCopies(neo4j, owner);
        if (serving && (await countBehind(owner, serving, head.revision, 1)) === 0) return;
        await sleep(50);
      }
      throw new Error('Neo4j has not got all facts.');
    },
  });
});
