import neo4j, { type Driver } from 'neo4j-driver';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { emptyDatabase, giveBack, useNeo4j, useOwnNeo4j } from './neo4j.ts';

const shared = await useNeo4j();
const own = await useOwnNeo4j();
const START_MS = 240_000;

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

describe.skipIf(own.missing)('a database that the run was given', () => {
  const theirs = { ...own, mark: 'mark_of_this_run' };
  beforeEach(() => own.empty());

  it('is emptied of what the run made, and given back without a trace', async () => {
    await emptyDatabase(theirs);
    await ask(own, 'CREATE (:Thing)');
    await emptyDatabase(theirs);
    expect(await ask(own, 'MATCH (n) RETURN count(n)')).toEqual([0]);
    await ask(own, 'CREATE (:Thing)');
    await giveBack(theirs);
    expect(await ask(own, 'MATCH (n) RETURN count(n)')).toEqual([0]);
    expect(await ask(own, 'SHOW INDEXES YIELD name, type WHERE type <> "LOOKUP"')).toEqual([]);
  });

  it.for([
    ['a node', 'CREATE (:Thing)', 'MATCH (n) RETURN count(n)'],
    ['a constraint', 'CREATE CONSTRAINT theirs FOR (n:Thing) REQUIRE n.id IS UNIQUE', 'SHOW CONSTRAINTS YIELD name RETURN count(*)'],
    [
      'what an earlier run marked',
      'CREATE INDEX mark_of_another_run FOR (n:PursightTest) ON (n.mark)',
      'SHOW INDEXES YIELD name WHERE name = "mark_of_another_run" RETURN count(*)',
    ],
  ] as const)('is left alone when it holds %s', async ([, create, count]) => {
    await ask(own, create);
    await expect(emptyDatabase(theirs)).rejects.toThrow('holds what no test of this run made');
    expect(await ask(own, count)).toEqual([1]);
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
