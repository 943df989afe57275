/** What people and runs say of lineage where it is read from Neo4j: told at once from the facts, found in the graph in a moment. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { useNeo4j } from '#platform/testing/neo4j.ts';
import { tellRun } from '../runs.ts';
import { createWorld, type World } from '../world.ts';
import { mutate } from './mutate.ts';

const server = await useNeo4j();

const EDGE = 'edge { from to kind origin transformation validFrom validTo job { id name } declaration { reason retractedBecause } }';
const LINEAGE = `query ($assetId: ID!, $level: LineageLevel) {
  lineage(assetId: $assetId, direction: UPSTREAM, level: $level) { nodes { id depth column { name } job { name } } edges { from to kind origin transformation validFrom validTo job { id name } declaration { reason retractedBecause } } } }`;

describe.skipIf(server.missing)('Neo4j', () => {
  let world: World;
  let assets: { id: string; columns: { nodes: { id: string }[] } }[];
  beforeAll(async () => {
    const { url, user, password } = server;
    world = await createWorld({ environment: { NEO4J_URL: url, NEO4J_USER: user, NEO4J_PASSWORD: password } });
    const database = await createEmptyDatabase();
    await database.sql.unsafe('create table orders (id int); create table ledger (order_id int)');
    expect(await world.scan((await world.addSource('shop', { url: database.url })).id)).toMatchObject({ status: 'COMPLETED' });
    await world.consumed();
    assets = (await world.admin('{ assets(filter: { kinds: [TABLE] }) { nodes { id columns { nodes { id } } } } }')).assets.nodes;
  }, 180_000);
  afterAll(() => world?.stop());

  it('is where lineage is read from', async () => {
    const parts = async () => ((await (await fetch(`${world.url}/health/ready`)).json()) as { parts: object }).parts;
    await expect.poll(parts, { timeout: 60_000 }).toMatchObject({ neo4j: { state: 'ok' } });
  }, 90_000);

  it.each(['ASSET', 'COLUMN'])(
    'holds a declaration of the level %s, which is told at once, found, and gone when it is retracted',
    async (level) => {
      const [one, two] = assets as [(typeof assets)[number], (typeof assets)[number]];
      const [from, to] = level === 'ASSET' ? [one.id, two.id] : [one.columns.nodes[0]!.id, two.columns.nodes[0]!.id];
      const job = { namespace: 'airflow', name: 'nightly' };
      const { edge } = await mutate(world.admin, 'declareLineage', { from, to, reason: 'I know', transformation: 'INDIRECT', job }, EDGE);
      expect(edge).toMatchObject({ from, to, origin: 'DECLARED', job: { name: 'nightly' }, declaration: { reason: 'I know' } });

      const lineage = async () => (await world.admin(LINEAGE, { assetId: two.id, level })).lineage;
      await expect.poll(lineage, { timeout: 10_000 }).toMatchObject({ edges: [edge] });
      expect((await lineage()).nodes.map(({ id, depth }: any) => [id, depth])).toEqual([
        [to, 0],
        [from, 1],
        [edge.job.id, 1],
      ]);
      const { job: found } = await world.admin('query ($id: ID!) { job(id: $id) { name flows { nodes { from to } } } }', {
        id: edge.job.id,
      });
      expect(found).toMatchObject({ name: 'nightly', flows: { nodes: expect.arrayContaining([{ from, to }]) } });
      if (level === 'COLUMN') {
        const { column } = await world.admin('query ($id: ID!) { column(id: $id) { upstream { nodes { id } } } }', { id: to });
        expect(column.upstream.nodes).toEqual([{ id: from }]);
      }

      const ended = (await mutate(world.admin, 'retractLineage', { from, to, reason: 'No more' }, EDGE)).edge;
      expect(ended).toMatchObject({ validFrom: edge.validFrom, validTo: expect.any(String), declaration: { retractedBecause: 'No more' } });
      await expect.poll(lineage, { timeout: 10_000 }).toMatchObject({ edges: [] });
    },
  );

  it('holds runs, on what they opened, by their ids, and with their job', async () => {
    const [one, two] = assets as [(typeof assets)[number], (typeof assets)[number]];
    const [fromId, toId] = [one.id, two.id];
    const job = { namespace: 'airflow', name: 'hourly' };
    const [early, late] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-01-01T01:00:00Z')];
    const failed = await tellRun(world.owner, job, { state: 'FAILED', startedAt: early, endedAt: late });
    const run = await tellRun(world.owner, job, { startedAt: late, opens: [{ fromId, toId }] });
    const isCopied = async () =>
      (await world.admin('query ($id: ID!) { run(id: $id) { runId state startedAt endedAt job { name } } }', { id: failed.id })).run;
    await expect.poll(isCopied, { timeout: 10_000 }).toEqual({
      runId: failed.runId,
      state: 'FAILED',
      startedAt: early.toISOString(),
      endedAt: late.toISOString(),
      job: { name: 'hourly' },
    });
    const { lineage } = await world.admin(
      `{ lineage(assetId: "${toId}", direction: UPSTREAM) { nodes { id run { id } } edges { origin job { runs { nodes { id } } } run { id state } } } }`,
    );
    expect(lineage).toEqual({
      nodes: [
        { id: toId, run: null },
        { id: fromId, run: null },
        { id: run.jobId, run: null },
        { id: run.id, run: { id: run.id } },
      ],
      edges: [{ origin: 'EVENT', job: { runs: { nodes: [{ id: run.id }, { id: failed.id }] } }, run: { id: run.id, state: 'COMPLETED' } }],
    });
  });
});
