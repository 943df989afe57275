/** A real Neo4j is filled from facts in a real PostgreSQL, by several projectors, rebuilds and whoever empties it. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { LINEAGE_NEO4J } from '#platform/events/consumerNames.ts';
import { Upstream } from '#platform/errors.ts';
import { newId } from '#platform/ids.ts';
import { createLogger } from '#platform/logger.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { useNeo4j } from '#platform/testing/neo4j.ts';
import { columnNodeId } from '../store/nodeIds.ts';
import { connectNeo4j, type Neo4j } from '../graph/neo4j/connection.ts';
import { createGeneration, listGenerations } from '../graph/neo4j/generations.ts';
import { createNeo4jGraph } from '../graph/neo4j/store.ts';
import type { RunNode } from '../graph/index.ts';
import { historyOf } from '../store/changes.ts';
import { writeFacts, type AssetNode, type FlowChange, type GraphFacts } from '../store/facts.ts';
import { findDrift, type Drift } from './drift.ts';
import { createProjector, type Projector } from './projector.ts';
import { rebuildProjection } from './rebuild.ts';
import { withProjection, withRemoval } from './turns.ts';

const logger = createLogger({ level: 'silent', format: 'json' });
const server = await useNeo4j();
const LONG = { timeout: 60_000 };

describe.skipIf(server.missing)('the projection to Neo4j', { timeout: 120_000 }, () => {
  let test: TestDatabase;
  let sql: Database;
  let neo4j: Neo4j;
  beforeAll(async () => {
    test = await createTestDatabase();
    sql = test.connect('lineage');
    neo4j = connectNeo4j(server);
  });
  beforeEach(async () => {
    await server.empty();
    for (const table of ['edges', 'columns', 'jobs', 'runs', 'assets']) await test.owner.unsafe(`delete from lineage.${table}`);
  });
  afterAll(async () => {
    await neo4j?.close();
    await test?.drop();
  });

  const write = (facts: Partial<GraphFacts>): Promise<void> => sql.begin((tx) => writeFacts(tx, { assets: [], changes: [], ...facts }));
  const asset = (name: string, accessClass = 1): AssetNode => ({
    id: newId(),
    accessClass,
    namespace: 'test',
    name,
    isDeleted: false,
    seq: 1,
  });
  const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minute));
  const flow = (from: AssetNode, to: AssetNode, change: FlowChange['change'] = 'opened', minute = 0): FlowChange => ({
    fromId: from.id,
    toId: to.id,
    kind: 'TABLE',
    origin: 'NATIVE',
    change,
    at: at(minute),
  });
  const started: Projector[] = [];
  const projector = (to = neo4j, log = logger): Projector => {
    const made = createProjector({ neo4j: to, sql, logger: log, page: 100 });
    started.push(made);
    return made;
  };
  afterEach(() => {
    vi.useRealTimers();
    return Promise.all(started.splice(0).map((each) => each.stop()));
  });
  const catchUp = async (): Promise<void> => {
    const { runOnce } = projector();
    while (await runOnce());
  };
  const drift = (patienceMs = 30_000): Promise<Drift> => findDrift({ neo4j, sql, most: 10, patienceMs });
  const none = (assets: number, columns: number, flows: number, jobs = 0, runs = 0): Drift => ({
    compared: { asset: assets, column: columns, job: jobs, run: runs, flow: flows },
    count: 0,
    differences: [],
    pending: 0,
  });

  it('copies assets, columns and flows, and what becomes of them', async () => {
    const [a, b, c] = [asset('a'), asset('b'), asset('c', 2)];
    const [from, to] = [a, b].map(({ id }) => ({ id: columnNodeId(id, 'x'), assetId: id, name: 'x' }));
    await write({
      assets: [a, b, c],
      columns: [from!, to!],
      changes: [flow(a, b), flow(b, c), { ...flow(a, b), fromId: from!.id, toId: to!.id, kind: 'COLUMN', origin: 'PARSED' }],
    });
    await catchUp();
    expect(await drift()).toEqual(none(3, 2, 3));
    await write({
      assets: [
        { ...a, accessClass: 3, name: 'renamed', seq: 2 },
        { ...c, isDeleted: true, seq: 2 },
      ],
      changes: [flow(b, c, 'closed', 5)],
    });
    await catchUp();
    expect(await drift()).toEqual(none(3, 2, 3));
    expect(await neo4j.read('MATCH (n:LineageNode {name: "x", assetId: $id}) RETURN n.accessClass AS class', { id: a.id })).toEqual([
      { class: 3 },
    ]);
    // It begins where it ends: it has never been.
    await write({ changes: [flow(a, b, 'closed', 0)] });
    await catchUp();
    expect(await drift()).toEqual(none(3, 2, 2));
  });

  it('copies jobs, also into a copy of before they were part of one, without anything else being written', async () => {
    const [a, b] = [asset('a'), asset('b')];
    const job = { id: newId(), namespace: 'airflow', name: 'nightly' };
    await write({ assets: [a, b], jobs: [job], changes: [{ ...flow(a, b), details: { jobId: job.id } }] });
    await catchUp();
    expect(await drift()).toEqual(none(2, 0, 1, 1));
    const [first] = await listGenerations(neo4j);
    await neo4j.write(async (ask) => {
      await ask('MATCH (n:LineageNode {level: "JOB"}) DELETE n');
      await ask('MATCH (g:LineageGeneration) REMOVE g.jobs');
    });
    await neo4j.write((ask) => ask('DROP INDEX lineage_job'));
    expect(await drift(0)).toMatchObject({ count: 0, pending: 1 });
    await catchUp();
    expect(await drift()).toEqual(none(2, 0, 1, 1));
    expect((await listGenerations(neo4j)).map(({ number }) => number)).toEqual([first!.number]);
    expect(await createNeo4jGraph(neo4j, first!.number).getJobs([job.id], [1])).toEqual([job]);
    await neo4j.write((ask) => ask('MATCH (n:LineageNode {id: $id}) SET n.name = "other"', { id: job.id }));
    await neo4j.write((ask) =>
      ask('MATCH (n:LineageNode {id: $id}) CREATE (m:LineageNode {key: n.key + "9", id: n.id + "9", level: n.level, name: "x"})', {
        id: job.id,
      }),
    );
    const { differences } = await drift();
    expect(differences.map(({ what, kind, id }) => ({ what, kind, id }))).toEqual([
      { what: 'different', kind: 'job', id: job.id },
      { what: 'extra', kind: 'job', id: `${job.id}9` },
    ]);
    expect(await rebuildProjection({ neo4j, sql })).toMatchObject({ rows: 4 });
    expect(await drift()).toEqual(none(2, 0, 1, 1));
  });

  it('copies runs and which of them told what flows, also into a copy of before they were part of one', async () => {
    const [a, b] = [asset('a'), asset('b')];
    const job = { id: newId(), namespace: 'airflow', name: 'nightly' };
    const run: RunNode = { id: newId(), jobId: job.id, runId: newId(), state: 'RUNNING', startedAt: at(1), endedAt: null, begunAt: at(1) };
    const event = (from: AssetNode, to: AssetNode, change: FlowChange['change'] = 'opened', minute = 1): FlowChange => ({
      ...flow(from, to, change, minute),
      origin: 'EVENT',
      details: { jobId: job.id, runId: run.id },
    });
    await write({ assets: [a, b], jobs: [job], runs: [run], changes: [flow(a, b), event(a, b)] });
    await catchUp();
    expect(await drift()).toEqual(none(2, 0, 2, 1, 1));
    const [first] = await listGenerations(neo4j);
    const graph = createNeo4jGraph(neo4j, first!.number);
    expect(await graph.getRuns([run.id], [1])).toEqual([run]);

    // As of a version that knew of none, which brings on what comes meanwhile.
    await neo4j.write((ask) => ask('MATCH (n:LineageNode {level: "RUN"}) DELETE n'));
    await neo4j.write((ask) => ask('MATCH (g:LineageGeneration) REMOVE g.runs'));
    await neo4j.write((ask) => ask('DROP INDEX lineage_runs'));
    const [before] = await neo4j.read<{ edges: string }>('MATCH (g:LineageGeneration) RETURN g.edges AS edges');
    expect(await drift(0)).toMatchObject({ count: 0, pending: 1 });
    await write({ changes: [event(b, a)] });
    await catchUp();
    await neo4j.write((ask) => ask('MATCH ()-[f:FLOWS {origin: "EVENT"}]->(n {id: $id}) SET f.runId = null', { id: a.id }));
    await neo4j.write((ask) => ask('MATCH (g:LineageGeneration) SET g.edgesWithRuns = $edges', before!));
    expect(await drift(0)).toMatchObject({ count: 0, pending: 1 });
    await catchUp();
    expect(await drift()).toEqual(none(2, 0, 3, 1, 1));
    expect((await listGenerations(neo4j)).map(({ number }) => number)).toEqual([first!.number]);

    // It goes on, and ends; told again, nothing is to be copied.
    const ended: RunNode = { ...run, state: 'COMPLETED', endedAt: at(9) };
    await write({ runs: [ended], changes: [] });
    expect(await drift(0)).toMatchObject({ count: 0, pending: 1 });
    await catchUp();
    expect(await graph.getRuns([run.id], [1])).toEqual([ended]);
    await write({ runs: [ended], changes: [] });
    expect(await projector().runOnce()).toBe(false);
    await neo4j.write((ask) => ask('MATCH (n:LineageNode {id: $id}) SET n.begunAt = n.begunAt + 1, n.endedAt = null', { id: run.id }));
    await neo4j.write((ask) => ask('MATCH ()-[f:FLOWS {origin: "EVENT"}]->(n {id: $id}) SET f.runId = null', { id: b.id }));
    await neo4j.write((ask) =>
      ask('MATCH (n:LineageNode {id: $id}) CREATE (m:LineageNode) SET m = n {.*, key: n.key + "9", id: n.id + "9"}', { id: run.id }),
    );
    const { differences } = await drift();
    expect(differences.map(({ what, kind, fields }) => ({ what, kind, fields: Object.keys(fields).sort() }))).toEqual([
      { what: 'different', kind: 'run', fields: ['begunAt', 'endedAt'] },
      { what: 'different', kind: 'flow', fields: ['runId'] },
      { what: 'extra', kind: 'run', fields: [] },
    ]);
    expect(await rebuildProjection({ neo4j, sql })).toMatchObject({ rows: 7 });
    expect(await drift()).toEqual(none(2, 0, 3, 1, 1));
  });

  it('goes on with what a version brought on that does not remember which flows there can be', async () => {
    const [a, b, c] = [asset('a'), asset('b'), asset('c')];
    await write({ assets: [a, b, c], changes: [flow(a, b)] });
    await catchUp();
    // As it is left behind by such a one: its last position belongs to another one, or it has none.
    for (const [minute, set] of [
      [10, 'SET g.highestEdge = 0, g.highestOf = "0/0"'],
      [20, 'REMOVE g.highestEdge, g.highestOf'],
    ] as const) {
      await neo4j.write((ask) => ask(`MATCH (g:LineageGeneration) ${set}`));
      await write({ changes: [flow(a, b, 'closed', minute), flow(b, c, 'opened', minute)] });
      await catchUp();
      await write({ changes: [flow(a, b, 'opened', minute + 5), flow(b, c, 'closed', minute + 5)] });
      await catchUp();
    }
    expect(await drift()).toEqual(none(3, 0, 5));
  });

  it('tells up to which event Neo4j is as the facts are', async () => {
    await sql`insert into events.cursors (consumer, seq) values ('lineage.graph', 7) on conflict (consumer) do update set seq = 7`;
    await write({ assets: [asset('a')] });
    await catchUp();
    expect([...(await sql`select seq from events.cursors where consumer = ${LINEAGE_NEO4J}`)]).toEqual([{ seq: 7 }]);
  });

  /** Rows by the plainest means, to be many. */
  async function writeMany(assets: number, flows: number): Promise<void> {
    await sql.begin(async (tx) => {
      const [head] = await tx<{ revision: number }[]>`update lineage.head set revision = revision + 1 returning revision`;
      await tx`
        insert into lineage.assets (asset_id, access_class, namespace, name, seq, revision)
        select gen_random_uuid(), 1 + n % 3, 'many', 'n' || n, n, ${head!.revision} from generate_series(1, ${assets}::int) n`;
      await tx`
        insert into lineage.edges (from_id, to_id, kind, origin, valid_from, revision)
        select a.id, b.id, 'TABLE', 'NATIVE', now(), ${head!.revision} from
          (select asset_id as id, row_number() over (order by asset_id) as n from lineage.assets) a
          join generate_series(1, ${flows}::int) f on a.n = 1 + f % ${assets}
          join (select asset_id as id, row_number() over (order by asset_id desc) as n from lineage.assets) b
            on b.n = 1 + (f * 31 + f / ${assets}) % ${assets} and a.id <> b.id
        on conflict do nothing`;
    });
  }

  it('serves nothing before it has all, and is gone on with by others when it is left half-way', async () => {
    await writeMany(600, 900);
    const stopping = projector();
    stopping.start();
    await expect.poll(async () => (await listGenerations(neo4j))[0]?.assets.revision ?? 0, { timeout: 60_000 }).toBeGreaterThan(0);
    await stopping.stop();
    const [half] = await listGenerations(neo4j);
    expect(half).toMatchObject({ isServing: false, edges: { revision: 0 } });
    await catchUp();
    expect(await listGenerations(neo4j)).toMatchObject([{ number: half!.number, isServing: true }]);
    expect(await drift()).toMatchObject({ count: 0, pending: 0, compared: { asset: 600 } });
  });

  it('is one work of several, who lose and double nothing while facts are written', async () => {
    await writeMany(200, 200);
    const projectors = [projector(), projector(), projector()];
    for (const each of projectors) each.start();
    for (let round = 0; round < 10; round++) await writeMany(50, 100);
    expect(await drift()).toMatchObject({ count: 0, pending: 0, compared: { asset: 700 } });
    await Promise.all(projectors.map((each) => each.stop()));
    expect(await listGenerations(neo4j)).toHaveLength(1);
  });

  it('fills an emptied Neo4j again by itself, also one that is emptied while it is filled', async () => {
    await writeMany(300, 600);
    await catchUp();
    const [first] = await listGenerations(neo4j);
    const running = projector();
    running.start();
    for (let round = 0; round < 3; round++) await neo4j.write((ask) => ask('MATCH (n) DETACH DELETE n'));
    await expect
      .poll(async () => (await listGenerations(neo4j)).find(({ isServing }) => isServing)?.number, { timeout: 60_000 })
      .toBeGreaterThan(first!.number);
    await running.stop();
    expect(await drift()).toMatchObject({ count: 0, pending: 0, compared: { asset: 300 } });
  });

  it('is made anew when the database is one that knows less', async () => {
    await writeMany(10, 10);
    await catchUp();
    const [first] = await listGenerations(neo4j);
    // As from a backup.
    await test.owner`update lineage.head set revision = 1`;
    await test.owner`update lineage.assets set revision = 1`;
    await test.owner`update lineage.edges set revision = 1`;
    await test.owner`delete from lineage.edges where id = (select min(id) from lineage.edges)`;
    projector().start();
    await expect
      .poll(async () => (await listGenerations(neo4j)).map(({ number, isServing }) => [number > first!.number, isServing]), LONG)
      .toEqual([[true, true]]);
    expect(await drift()).toMatchObject({ count: 0, pending: 0 });
  });

  it('brings back constraints and indexes that somebody took away, as a rebuild does', async () => {
    await writeMany(5, 5);
    await catchUp();
    const schema = async () => {
      const rows = await neo4j.read<{ name: string }>(
        'SHOW INDEXES YIELD name WHERE name STARTS WITH "lineage_" RETURN name ORDER BY name LIMIT 99',
      );
      return rows.map(({ name }) => name);
    };
    const before = await schema();
    expect(before).toContain('lineage_flow');
    for (const mend of [catchUp, () => rebuildProjection({ neo4j, sql })]) {
      await neo4j.write((ask) => ask('DROP CONSTRAINT lineage_flow'));
      await neo4j.write((ask) => ask('DROP INDEX lineage_upstream'));
      await mend();
      expect(await schema()).toEqual(before);
    }
    vi.useFakeTimers({ toFake: ['performance'] });
    const running = projector();
    await running.runOnce();
    await server.empty();
    while (await running.runOnce());
    expect(await schema()).toEqual(before);
    // While it runs and nothing fails, too.
    await neo4j.write((ask) => ask('DROP INDEX lineage_upstream'));
    vi.advanceTimersByTime(60_001);
    await running.runOnce();
    expect(await schema()).toEqual(before);
  });

  it('gets on with smaller pages where the server cannot take large ones, and tells each reason once', async () => {
    await writeMany(150, 150);
    const reasons = ['Neo4j cannot be reached.', 'Neo4j cannot be reached.', 'Neo4j refused the user or the password.'];
    type Parameters = { rows?: unknown[]; sources?: [id: string, rows: unknown[]][] };
    const sizes: number[] = [];
    const weak: Neo4j = {
      ...neo4j,
      async write(work) {
        if (reasons.length > 0) throw new Upstream(reasons.shift()!, { system: 'Neo4j', check: 'this test' });
        return await neo4j.write((ask) =>
          work(async (text, parameters) => {
            const { sources, rows = sources?.flatMap(([, own]) => own) } = (parameters ?? {}) as Parameters;
            if (rows && rows.length > 30) throw new Upstream('Neo4j is out of memory.', { system: 'Neo4j', check: 'this test' });
            if (rows) sizes.push(rows.length);
            return ask(text, parameters);
          }),
        );
      },
    };
    const lines: string[] = [];
    const log = createLogger({ level: 'info', format: 'json', destination: { write: (line: string) => void lines.push(line) } });
    const running = projector(weak, log);
    running.start();
    expect(await drift()).toMatchObject({ count: 0, pending: 0, compared: { asset: 150 } });
    expect(Math.max(...sizes)).toBeLessThanOrEqual(30);
    expect(Math.max(...sizes)).toBeGreaterThan(20);
    await expect.poll(running.failure).toBe(undefined);
    await running.stop();
    const told = lines.map((line) => JSON.parse(line) as { level: string; reason?: string; check?: string });
    const reasonsTold = told.filter(({ reason }) => reason !== undefined);
    expect(reasonsTold.map(({ check }) => check)).toEqual(['this test', 'this test', 'this test']);
    expect(lines.join('')).not.toContain('at ');
    expect(reasonsTold.map(({ reason }) => reason)).toEqual([
      'Neo4j cannot be reached.',
      'Neo4j refused the user or the password.',
      'Neo4j is out of memory.',
    ]);
  });

  it('leaves the copies of other databases alone, and answers from none of them', async () => {
    const other = await createTestDatabase();
    try {
      await writeMany(10, 10);
      await catchUp();
      const elsewhere = createProjector({ neo4j, sql: other.connect('lineage'), logger });
      while (await elsewhere.runOnce());
      expect(await rebuildProjection({ neo4j, sql })).toMatchObject({ removed: 1, foreign: 1 });
      const serving = (await listGenerations(neo4j)).filter(({ isServing }) => isServing);
      expect(new Set(serving.map(({ epoch }) => epoch)).size).toBe(2);
      expect(await drift()).toMatchObject({ count: 0, compared: { asset: 10 } });
      // Unless that is asked for.
      const { generation, ...rest } = await rebuildProjection({ neo4j, sql, removeForeign: true });
      expect(rest).toMatchObject({ removed: 2, leaving: 0, foreign: 0 });
      expect((await listGenerations(neo4j)).map(({ number }) => number)).toEqual([generation]);
      while (await elsewhere.runOnce());
      expect(await listGenerations(neo4j)).toHaveLength(2);
    } finally {
      await other.drop();
    }
  });

  it('goes on with the copies of other databases that a rebuild left to be removed because others were being removed', async () => {
    const other = await createTestDatabase();
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    try {
      await writeMany(10, 10);
      await catchUp();
      const elsewhere = createProjector({ neo4j, sql: other.connect('lineage'), logger });
      while (await elsewhere.runOnce());
      const begun = Promise.withResolvers<void>();
      const removing = withRemoval(sql, true, () => (begun.resolve(), gate));
      await begun.promise;
      const { generation, ...rest } = await rebuildProjection({ neo4j, sql, removeForeign: true, isPatient: false });
      expect(rest).toMatchObject({ removed: 0, leaving: 2, foreign: 0 });
      open();
      await removing;
      projector().start();
      await expect.poll(async () => (await listGenerations(neo4j)).map(({ number }) => number), LONG).toEqual([generation]);
    } finally {
      open();
      await other.drop();
    }
  });

  it('is made anew on another timeline of PostgreSQL, and what nobody has brought on for a day on another one goes', async () => {
    await writeMany(10, 10);
    await catchUp();
    const [first] = await listGenerations(neo4j);
    const { history, timeline } = historyOf(first!.epoch);
    const move = (number: number, to: string, days: number) =>
      neo4j.write(async (ask) => {
        await ask('MATCH (n:LineageNode) DETACH DELETE n');
        await ask(
          'MATCH (g:LineageGeneration {number: $number}) SET g.epoch = $epoch, g.number = $number - $ms, g.writtenAt = g.writtenAt - $ms',
          { number: BigInt(number), epoch: to, ms: BigInt(days * 24 * 60 * 60 * 1_000) },
        );
      });
    const keep: string[] = [];
    for (const [to, days, stays] of [
      [`${history}.00000000`, 2, false],
      [`${history}.00000000`, 0, true],
      [`${history}.standby`, 2, false],
      // A cluster of pg_upgrade begins with the first one again: what was is of a later one then.
      [`${history}.7FFFFFFF`, 2, false],
      [`${history}.7FFFFFFF`, 0, true],
      // Before there were timelines in it.
      [history, 2, false],
      // Of other databases.
      [`${history}0.00000000`, 2, true],
      [`${history}0`, 2, true],
    ] as const) {
      const serving = (await listGenerations(neo4j)).find(({ epoch }) => epoch === first!.epoch)!;
      await move(serving.number, to, days);
      if (stays) keep.push(to);
      await catchUp();
    }
    await expect
      .poll(async () => (await catchUp(), (await listGenerations(neo4j)).map(({ epoch }) => epoch).sort()), LONG)
      .toEqual([...keep, `${history}.${timeline}`].sort());
    expect(await drift()).toMatchObject({ count: 0, compared: { asset: 10 } });
  });

  describe('a rebuild', () => {
    it('fills a new copy beside the one that serves, and leaves no other behind', async () => {
      await writeMany(300, 400);
      await catchUp();
      const [first] = await listGenerations(neo4j);
      const running = projector();
      running.start();
      const seen: number[] = [];
      const { rebuilding } = (await withProjection(sql, async () => {
        const begun = rebuildProjection({ neo4j, sql, page: 100, onProgress: ({ copied, total }) => seen.push(copied / total) });
        await expect.poll(() => seen.length, LONG).toBe(1);
        await expect(rebuildProjection({ neo4j, sql })).rejects.toMatchObject({ code: 'CONFLICT' });
        return { rebuilding: begun };
      }))!.result;
      await writeMany(100, 100);
      const { generation, removed } = await rebuilding;
      expect([seen[0], seen.at(-1), removed]).toEqual([0, 1, 1]);
      expect((await listGenerations(neo4j)).map(({ number }) => number)).toEqual([generation]);
      expect(generation).toBeGreaterThan(first!.number);
      expect(await drift()).toMatchObject({ count: 0, pending: 0, compared: { asset: 400 } });
      await running.stop();
      const [{ nodes } = { nodes: 0 }] = await neo4j.read<{ nodes: number }>('MATCH (n:LineageNode) RETURN count(n) AS nodes');
      expect(nodes).toBe(400);
    });

    it('begins while what a killed one has left is being removed', async () => {
      await writeMany(20, 20);
      await catchUp();
      const [first] = await listGenerations(neo4j);
      const left = await createGeneration(neo4j, first!.epoch);
      const { promise: gate, resolve: open } = Promise.withResolvers<void>();
      /** As where there is much to remove. */
      const slow: Neo4j = {
        ...neo4j,
        write: (work) =>
          neo4j.write((ask) =>
            work(async (text, parameters) => {
              if (text.includes('DELETE')) await gate;
              return ask(text, parameters);
            }),
          ),
      };
      projector(slow).start();
      await expect
        .poll(async () => (await listGenerations(neo4j)).find(({ number }) => number === left.number)?.isLeaving, LONG)
        .toBe(true);
      const rebuilding = rebuildProjection({ neo4j, sql });
      await expect
        .poll(async () => (await listGenerations(neo4j)).find(({ isServing }) => isServing)?.number, LONG)
        .toBeGreaterThan(left.number);
      open();
      const { generation } = await rebuilding;
      expect((await listGenerations(neo4j)).map(({ number }) => number)).toEqual([generation]);
    });

    it('takes no harm from a PostgreSQL that ends what is idle in a transaction', async () => {
      const database = new URL(test.location.ownerUrl).pathname.slice(1);
      await writeMany(20, 20);
      await test.owner.unsafe(`alter database ${database} set idle_in_transaction_session_timeout = '100ms'`);
      try {
        expect(await rebuildProjection({ neo4j, sql: test.connect('lineage') })).toMatchObject({ removed: 0 });
      } finally {
        await test.owner.unsafe(`alter database ${database} reset idle_in_transaction_session_timeout`);
      }
    });

    it('that was killed is tidied up by who projects, and one that Neo4j is emptied under begins again', async () => {
      await writeMany(20, 20);
      await catchUp();
      const [first] = await listGenerations(neo4j);
      await createGeneration(neo4j, first!.epoch); // and then its process died
      await catchUp();
      const running = projector();
      running.start();
      await expect
        .poll(async () => (await listGenerations(neo4j)).map(({ number }) => number), { timeout: 60_000 })
        .toEqual([first!.number]);
      await running.stop();
      await writeMany(800, 800);
      let emptied = false;
      const onProgress = () => {
        if (!emptied) void neo4j.write((ask) => ask('MATCH (n) DETACH DELETE n'));
        emptied = true;
      };
      await rebuildProjection({ neo4j, sql, page: 100, onProgress });
      expect(await drift()).toMatchObject({ count: 0, pending: 0, compared: { asset: 820 } });
    });
  });

  describe('the drift', () => {
    it('names what is missing, what is extra and what is different, however little it is', async () => {
      const [a, b, c] = [asset('a'), asset('b'), asset('c')];
      const column = { id: columnNodeId(a.id, 'x'), assetId: a.id, name: 'x' };
      await write({ assets: [a, b, c], columns: [column], changes: [flow(a, b), flow(b, c), flow(a, c)] });
      await catchUp();
      await neo4j.write(async (ask) => {
        await ask('MATCH (n:LineageNode {id: $id}) DETACH DELETE n', { id: column.id });
        await ask('MATCH (:LineageNode {id: $id})-[f:FLOWS]->() DELETE f', { id: b.id });
        await ask('MATCH (n:LineageNode {id: $id}) SET n.accessClass = 2', { id: b.id });
        await ask('MATCH (:LineageNode {id: $a})-[f:FLOWS]->({id: $b}) SET f.validFrom = 5, f.confidence = 0.5', { a: a.id, b: b.id });
        await ask(
          'MATCH (n:LineageNode {id: $id}) CREATE (m:LineageNode {key: n.key + "9", id: n.id + "9", level: n.level, accessClass: 1})',
          {
            id: c.id,
          },
        );
      });
      const { count, differences } = await drift();
      const told = differences.map(({ what, kind, id, fields }) => ({ what, kind, id, fields }));
      const idOf = async (from: AssetNode, to: AssetNode): Promise<string> =>
        (await sql<{ id: string }[]>`select id::text as id from lineage.edges where from_id = ${from.id} and to_id = ${to.id}`)[0]!.id;
      expect(count).toBe(5);
      expect(told).toEqual([
        { what: 'different', kind: 'asset', id: b.id, fields: { accessClass: { fact: 1, copy: 2 } } },
        { what: 'missing', kind: 'column', id: column.id, fields: {} },
        {
          what: 'different',
          kind: 'flow',
          id: await idOf(a, b),
          fields: { confidence: { fact: 1, copy: 0.5 }, validFrom: { fact: '2026-01-01T00:00:00.000Z', copy: '1970-01-01T00:00:00.005Z' } },
        },
        { what: 'missing', kind: 'flow', id: await idOf(b, c), fields: {} },
        { what: 'extra', kind: 'asset', id: `${c.id}9`, fields: {} },
      ]);
      await rebuildProjection({ neo4j, sql });
      expect(await drift()).toEqual(none(3, 1, 3));
    });

    it('sees what hubs are read by', async () => {
      const [hub, ...others] = [asset('hub'), asset('a'), asset('b')];
      await write({ assets: [hub!, ...others], changes: others.flatMap((other) => [flow(hub!, other), flow(other, hub!)]) });
      await catchUp();
      const run = (text: string) => neo4j.write((ask) => ask(text, { id: hub!.id }));
      /** As the projection does with many more flows. */
      const makeHub = () =>
        run(`
          MATCH (n:LineageNode {id: $id}) SET n.upstreamHub = n.generation, n.downstreamHub = n.generation
          WITH n MATCH (n)-[f:FLOWS]->(m) SET f.downstream = n.key + '/' + m.id
          WITH DISTINCT n MATCH (n)<-[g:FLOWS]-(m) SET g.upstream = n.key + '/' + m.id`);
      const place = expect.stringContaining(`/${hub!.id}/`);
      const removed = { flow: { upstream: { fact: place, copy: null } } };
      const moved = { flow: { downstream: { fact: place, copy: place } } };
      const mismarked = { asset: { upstreamHub: { fact: expect.any(Number), copy: 1 } } };
      const left = [{ flow: { upstream: { fact: null, copy: place } } }, { flow: { upstream: { fact: null, copy: place } } }];
      for (const [text, expected] of [
        ['MATCH (:LineageNode {id: $id})<-[f:FLOWS]-() WITH f LIMIT 1 REMOVE f.upstream', [removed]],
        ['MATCH (:LineageNode {id: $id})-[f:FLOWS]->() WITH f LIMIT 1 SET f.downstream = f.downstream + "1"', [moved]],
        ['MATCH (n:LineageNode {id: $id}) SET n.upstreamHub = 1', [mismarked]],
        ['MATCH (n:LineageNode {id: $id}) REMOVE n.upstreamHub', left],
      ] as const) {
        await makeHub();
        expect(await drift()).toEqual(none(3, 0, 4));
        await run(text);
        const { differences } = await drift();
        expect(differences.map(({ kind, fields }) => ({ [kind]: fields }))).toEqual(expected);
        await rebuildProjection({ neo4j, sql });
        expect(await drift()).toEqual(none(3, 0, 4));
      }
    });

    it('tells what was not copied yet from what differs', async () => {
      await write({ assets: [asset('a')] });
      await catchUp();
      await write({ assets: [asset('b')] });
      expect(await drift(0)).toMatchObject({ count: 0, pending: 1 });
    });

    it('is found by pages, and told as far as was asked', async () => {
      await writeMany(1_500, 1_500);
      await catchUp();
      await neo4j.write((ask) => ask('MATCH (n:LineageNode) WHERE n.name ENDS WITH "7" SET n.name = "other"'));
      await neo4j.write((ask) => ask('MATCH ()-[f:FLOWS]->() WITH f ORDER BY f.key LIMIT 50 DELETE f'));
      const { count, differences } = await drift();
      expect([count, differences.length]).toEqual([200, 10]);
    });

    it('is not to be had of a copy that is not whole', async () => {
      await expect(drift(0)).rejects.toMatchObject({ code: 'CONFLICT' });
    });
  });
});
