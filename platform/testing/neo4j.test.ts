import neo4j, { type Driver } from 'neo4j-driver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useNeo4j, useOwnNeo4j } from './neo4j.ts';

const shared = await useNeo4j();
const own = await useOwnNeo4j();
const START_MS = 120_000;

async function ask(login: { url: string; user: string; password: string }, cypher: string): Promise<unknown[]> {
  const driver: Driver = neo4j.driver(login.url, neo4j.auth.basic(login.user, login.password), {
    disableLosslessIntegers: true,
    telemetryDisabled: true,
  });
  const session = driver.session();
  try {
    // Without the retries of a managed transaction: a server that is away is told at once.
    return (await session.run(cypher)).records.map((record) => record.get(0));
  } finally {
    await session.close();
    await driver.close();
  }
}

describe.skipIf(shared.missing)('useNeo4j', () => {
  beforeAll(async () => {
    await ask(shared, 'CREATE CONSTRAINT things IF NOT EXISTS FOR (n:Thing) REQUIRE n.id IS UNIQUE');
    await ask(shared, 'CREATE INDEX named IF NOT EXISTS FOR (n:Thing) ON (n.name)');
    await ask(shared, 'UNWIND range(1, 3) AS id CREATE (:Thing {id: id})-[:KNOWS]->(:Thing {id: -id})');
  });

  it('is emptied of nodes, relationships, constraints and indexes', async () => {
    expect(await ask(shared, 'MATCH ()-[r]->() RETURN count(r)')).toEqual([3]);
    await shared.empty();
    expect(await ask(shared, 'MATCH (n) RETURN count(n)')).toEqual([0]);
    expect(await ask(shared, 'SHOW CONSTRAINTS YIELD name')).toEqual([]);
    expect(await ask(shared, 'SHOW INDEXES YIELD name, type WHERE type <> "LOOKUP" AND NOT name STARTS WITH "pursight_tests"')).toEqual([]);
  });
});

describe.skipIf(own.missing)('useOwnNeo4j', () => {
  afterAll(() => own.kill());

  it('keeps what was committed through a kill, and starts again on the same address', { timeout: START_MS }, async () => {
    await ask(own, 'CREATE (:Thing {id: 1})');
    const pid = own.pid();
    await own.kill();
    await expect(ask(own, 'RETURN 1')).rejects.toThrow(/connect|ServiceUnavailable/i);
    await own.start();
    expect(own.pid()).not.toBe(pid);
    expect(await ask(own, 'MATCH (n) RETURN count(n)')).toEqual([1]);
  });

  it('starts again with nothing', { timeout: START_MS }, async () => {
    await own.start({ empty: true });
    expect(await ask(own, 'MATCH (n) RETURN count(n)')).toEqual([0]);
  });
});
