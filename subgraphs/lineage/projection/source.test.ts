/** From which graph a question is answered, whatever becomes of the copies meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { createLogger } from '#platform/logger.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { useNeo4j } from '#platform/testing/neo4j.ts';
import type { GraphSource, GraphStore } from '../graph/index.ts';
import { connectNeo4j, type Neo4j } from '../graph/neo4j/connection.ts';
import { createPostgresSource } from '../graph/postgres.ts';
import { writeFacts } from '../store/facts.ts';
import { createProjector } from './projector.ts';
import { rebuildProjection } from './rebuild.ts';
import { createNeo4jSource } from './source.ts';

const server = await useNeo4j();

describe.skipIf(server.missing)('reading lineage with Neo4j', { timeout: 120_000 }, () => {
  let test: TestDatabase;
  let sql: Database;
  let neo4j: Neo4j;
  const id = newId();
  beforeAll(async () => {
    test = await createTestDatabase();
    sql = test.connect('lineage');
    neo4j = connectNeo4j(server);
    await sql.begin((tx) =>
      writeFacts(tx, { assets: [{ id, accessClass: 1, namespace: 'here', name: 'a', isDeleted: false, seq: 1 }], changes: [] }),
    );
  });
  afterAll(async () => {
    await neo4j?.close();
    await test?.drop();
  });

  let asked: string[];
  let source: GraphSource;
  beforeEach(async () => {
    asked = [];
    await server.empty();
    const postgres = createPostgresSource(sql);
    source = createNeo4jSource({ neo4j, sql, postgres: { read: (work) => (asked.push('PostgreSQL'), postgres.read(work)) } });
  });
  const fill = async (): Promise<void> => {
    const { runOnce } = createProjector({ neo4j, sql, logger: createLogger({ level: 'silent', format: 'json' }) });
    while (await runOnce());
  };
  /** The copy is told from the facts by a class that only it has. */
  const change = () => neo4j.write((ask) => ask('MATCH (n:LineageNode) SET n.accessClass = 7'));
  const isCopy = async (graph: GraphStore): Promise<boolean> => (await graph.findVisible([id], 'ASSET', [7])).length > 0;
  const empty = () => neo4j.write((ask) => ask('MATCH (n) DETACH DELETE n'));

  it('is of PostgreSQL until there is a whole copy, then of the copy, and of PostgreSQL again once that is gone', async () => {
    expect([await source.read(isCopy), asked]).toEqual([false, ['PostgreSQL']]);
    await fill();
    await change();
    expect([await source.read(isCopy), asked]).toEqual([true, ['PostgreSQL']]);
    expect(await source.read(isCopy)).toBe(true);
    await empty();
    expect([await source.read(isCopy), asked]).toEqual([false, ['PostgreSQL', 'PostgreSQL']]);
  });

  it('is of PostgreSQL while the copy has not got all facts: who has just written reads it, and nobody sees by what was', async () => {
    await fill();
    await change();
    expect(await source.read(isCopy)).toBe(true);
    const other = newId();
    await sql.begin((tx) =>
      writeFacts(tx, { assets: [{ id: other, accessClass: 1, namespace: 'here', name: 'b', isDeleted: false, seq: 2 }], changes: [] }),
    );
    const isThere = async (graph: GraphStore): Promise<boolean> => (await graph.findVisible([other], 'ASSET', [1])).length > 0;
    expect([await source.read(isThere), asked]).toEqual([true, ['PostgreSQL']]);
    await fill();
    expect([await source.read(isThere), await source.read(isCopy), asked]).toEqual([true, true, ['PostgreSQL']]);
  });

  it('begins again when the copy was emptied or another one served under it, also where it failed for that', async () => {
    await fill();
    await change();
    let calls = 0;
    const withFate = (fate: () => Promise<unknown>, fails = false) =>
      source.read(async (graph) => {
        if (++calls === 1) await fate();
        const found = await isCopy(graph);
        if (calls === 1 && fails) throw new Error('There is nothing here.');
        return found;
      });
    expect([await withFate(() => rebuildProjection({ neo4j, sql })), calls, asked]).toEqual([false, 2, []]);
    calls = 0;
    expect([await withFate(empty, true), calls, asked]).toEqual([false, 2, ['PostgreSQL']]);
    calls = 0;
    await fill();
    await expect(withFate(async () => undefined, true)).rejects.toThrow('There is nothing here.');
    expect(calls).toBe(1);
  });

  it.each(['CONSTRAINT lineage_node', 'INDEX lineage_upstream', 'INDEX lineage_upstream_hub'])(
    'is of PostgreSQL where it takes %s, which somebody took away, until the projector has brought it back',
    async (what) => {
      await fill();
      await change();
      const findEdges = (graph: GraphStore) =>
        graph.findEdges({ level: 'ASSET', direction: 'UPSTREAM', at: null, classes: 'all' }, [id], [id], 5);
      expect([await source.read(findEdges), asked]).toEqual([[], []]);
      await neo4j.write((ask) => ask(`DROP ${what}`));
      expect([await source.read(findEdges), asked]).toEqual([[], ['PostgreSQL']]);
      // Others do without.
      expect(await source.read(isCopy)).toBe(true);
      await fill();
      expect([await source.read(findEdges), asked]).toEqual([[], ['PostgreSQL']]);
    },
  );

  it('ends on a copy that was replaced but is still there', async () => {
    await fill();
    await change();
    let calls = 0;
    // The first to ask: it has looked what serves.
    const answer = await source.read(async (graph) => {
      if (++calls === 1) await neo4j.write((ask) => ask('MATCH (g:LineageGeneration) SET g.isServing = false'));
      return await isCopy(graph);
    });
    expect([answer, calls, asked]).toEqual([true, 1, []]);
    expect([await source.read(isCopy), asked]).toEqual([false, ['PostgreSQL']]);
  });

  it('believes nothing while everything is being deleted: of that others see a part before the rest', async () => {
    await fill();
    await change();
    expect(await source.read(isCopy)).toBe(true);
    const deleted = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const emptying = neo4j.write(async (ask) => {
      await ask('MATCH (n) DETACH DELETE n');
      deleted.resolve();
      await goOn.promise;
    });
    await deleted.promise;
    let calls = 0;
    const answer = source.read((graph) => (calls++, isCopy(graph)));
    await expect.poll(() => calls).toBe(1);
    expect(await Promise.race([answer.then(() => 'answers'), sleep(1_000).then(() => 'waits')])).toBe('waits');
    goOn.resolve();
    await emptying;
    expect([await answer, calls, asked]).toEqual([false, 2, ['PostgreSQL']]);
  });

  describe('when Neo4j is put back to what it once had', () => {
    type Stored = { assets: string; columns: string; edges: string };
    let before: Stored;
    /** The node that says how far it is, and what it knows, as by a backup. */
    const putBack = () =>
      neo4j.write(async (ask) => {
        await ask('MATCH (g:LineageGeneration) SET g += $before', { before });
        await ask('MATCH (n:LineageNode {id: $id}) SET n.accessClass = 1', { id });
      });
    const writeClass = (accessClass: number, seq: number) =>
      sql.begin((tx) =>
        writeFacts(tx, { assets: [{ id, accessClass, namespace: 'here', name: 'a', isDeleted: false, seq }], changes: [] }),
      );
    const isSeenByOld = async (graph: GraphStore): Promise<boolean> => (await graph.findVisible([id], 'ASSET', [1])).length > 0;
    let seq = 10;
    beforeEach(async () => {
      await writeClass(1, seq++);
      await fill();
      const rows = await neo4j.read<Stored>(
        'MATCH (g:LineageGeneration) RETURN g.assets AS assets, g.columns AS columns, g.edges AS edges',
      );
      before = rows[0]!;
      await writeClass(2, seq++);
      await fill();
      expect([await source.read(isSeenByOld), asked]).toEqual([false, []]);
    });

    it('is of PostgreSQL until it has all facts again: nobody sees by what was', async () => {
      await putBack();
      expect([await source.read(isSeenByOld), asked]).toEqual([false, ['PostgreSQL']]);
      await fill();
      expect([await source.read(isSeenByOld), asked]).toEqual([false, ['PostgreSQL']]);
    });

    it('is not of what was read before somebody brought it on again', async () => {
      const seen: boolean[] = [];
      const answer = await source.read(async (graph) => {
        if (seen.length === 0) await putBack();
        const isSeen = await isSeenByOld(graph);
        seen.push(isSeen);
        if (isSeen) await fill();
        return isSeen;
      });
      expect([answer, seen, asked]).toEqual([false, [true, false], []]);
    });
  });

  it('is never of a copy that knows more than the database', async () => {
    await fill();
    await change();
    expect(await source.read(isCopy)).toBe(true);
    const [head] = await test.owner<{ revision: number }[]>`select revision from lineage.head`;
    await test.owner`update lineage.head set revision = 1`;
    expect([await source.read(isCopy), asked]).toEqual([false, ['PostgreSQL']]);
    await test.owner`update lineage.head set ${test.owner(head!)}`;
    expect(await source.read(isCopy)).toBe(true);
  });

  it('is never of the copy of another database', async () => {
    await fill();
    await change();
    expect(await source.read(isCopy)).toBe(true);
    await test.owner`update events.head set epoch = 'restored'`;
    expect([await source.read(isCopy), asked]).toEqual([false, ['PostgreSQL']]);
  });
});
