import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { Upstream } from '#platform/errors.ts';
import { newId } from '#platform/ids.ts';
import { createLogger } from '#platform/logger.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { useNeo4j } from '#platform/testing/neo4j.ts';
import { connectNeo4j, type Neo4j } from '../graph/neo4j/connection.ts';
import { createGeneration } from '../graph/neo4j/generations.ts';
import { readHead } from '../store/changes.ts';
import { writeFacts } from '../store/facts.ts';
import { createHealth } from './health.ts';
import { createProjector } from './projector.ts';

const server = await useNeo4j();

describe.skipIf(server.missing)('the health of Neo4j', { timeout: 120_000 }, () => {
  let test: TestDatabase;
  let sql: Database;
  let neo4j: Neo4j;
  beforeAll(async () => {
    test = await createTestDatabase();
    sql = test.connect('lineage');
    neo4j = connectNeo4j(server);
  });
  afterAll(async () => {
    await neo4j?.close();
    await test?.drop();
  });
  afterEach(() => void vi.useRealTimers());

  const write = (count: number) =>
    sql.begin((tx) =>
      writeFacts(tx, {
        assets: Array.from({ length: count }, (_, index) => ({
          id: newId(),
          accessClass: 1,
          namespace: 'here',
          name: `a${index}`,
          isDeleted: false,
          seq: 1,
        })),
        changes: [],
      }),
    );

  it('says how far it is filled, and that it is behind once that lasts', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const health = createHealth({ neo4j, sql });
    const projector = createProjector({ neo4j, sql, page: 2, logger: createLogger({ level: 'silent', format: 'json' }) });
    await write(3);
    expect(await health()).toEqual({
      state: 'starting',
      message: 'Neo4j is being filled, from the beginning; lineage is read from PostgreSQL meanwhile.',
    });
    await createGeneration(neo4j, (await readHead(sql)).epoch);
    expect(await health()).toMatchObject({ state: 'starting', message: expect.stringContaining('3 rows to go') });
    while (await projector.runOnce());
    expect(await health()).toEqual({ state: 'ok' });
    await write(1);
    expect(await health()).toEqual({ state: 'ok' });
    vi.advanceTimersByTime(10_001);
    expect(await health()).toEqual({
      state: 'degraded',
      message: 'Neo4j is behind, 1 row to go; lineage is read from PostgreSQL meanwhile. Look whether a worker runs.',
    });
    while (await projector.runOnce());
    expect(await health()).toEqual({ state: 'ok' });
    // Who goes on is not behind, however much is still to come.
    await write(2);
    expect(await health()).toEqual({ state: 'ok' });
    while (await projector.runOnce());
    await write(2);
    vi.advanceTimersByTime(10_001);
    expect(await health()).toEqual({ state: 'ok' });
  });

  it('says why copying fails where this process does it', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const reasons = [
      new Upstream('Neo4j cannot answer at the moment.', { system: 'Neo4j', check: "The server's log." }),
      new Error('a secret of ours'),
    ];
    const weak: Neo4j = { ...neo4j, write: () => Promise.reject(reasons.shift()!) };
    const projector = createProjector({ neo4j: weak, sql, logger: createLogger({ level: 'silent', format: 'json' }) });
    const health = createHealth({ neo4j, sql, failure: projector.failure });
    await write(1);
    await health();
    vi.advanceTimersByTime(10_001);
    for (const why of ["Copying fails: Neo4j cannot answer at the moment. Check: The server's log.", 'Copying fails: the log says why.']) {
      await expect(projector.runOnce()).rejects.toThrow();
      const { state, message } = await health();
      expect(message).toContain(why);
      expect({ state, message }).toEqual({
        state: 'degraded',
        message: expect.stringMatching(/^Neo4j is behind, .* lineage is read from PostgreSQL meanwhile\. Copying fails: /),
      });
    }
  });

  it('looks as requests do, which a server that cannot write does not answer', async () => {
    const full = new Upstream('Neo4j failed.', { system: 'Neo4j', check: "The server's log: whether its disk is full." });
    const stuck: Neo4j = {
      ...neo4j,
      read: (text, parameters) => (/\bSET\b/.test(text) ? Promise.reject(full) : neo4j.read(text, parameters)),
    };
    expect(await createHealth({ neo4j: stuck, sql })()).toEqual({
      state: 'down',
      message: `${full.message} Check: ${full.details.check as string}`,
    });
  });

  it('says that it is away without a word of how it is signed in to', async () => {
    const password = 'not the password of this server';
    const other = connectNeo4j({ ...server, password });
    const { state, message } = await createHealth({ neo4j: other, sql })();
    await other.close();
    expect(state).toBe('down');
    expect(message).toMatch(/refused.*NEO4J_PASSWORD/);
    expect(message).not.toContain(password);
  });
});
