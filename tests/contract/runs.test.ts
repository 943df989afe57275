/** Runs of jobs: on the flows that they opened, as nodes of a lineage, by their ids, and with their job, for each viewer. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { countStatements } from '#platform/testing/statements.ts';
import type { RunNode } from '#subgraphs/lineage/graph/index.ts';
import { columnNodeId } from '#subgraphs/lineage/store/nodeIds.ts';
import { tellRun } from '../runs.ts';
import { createWorld, type Ask, type World } from '../world.ts';

const RUN = 'id runId state startedAt endedAt job { id name }';
const LINEAGE = `query ($id: ID!, $level: LineageLevel, $maxNodes: Int, $asOf: DateTime) {
  lineage(assetId: $id, direction: BOTH, level: $level, maxNodes: $maxNodes, asOf: $asOf) {
    truncated nodes { id depth unexpanded asset { name } column { name } job { name } run { ${RUN} } } edges { origin job { name } run { ${RUN} } } } }`;
const RUNS = `query ($job: ID!, $first: Int, $after: String) {
  job(id: $job) { runs(first: $first, after: $after) { nodes { id state } edges { cursor node { id } } pageInfo { hasNextPage endCursor } } } }`;

const minute = (number: number): Date => new Date(Date.UTC(2026, 0, 1, 0, number));
const NIGHTLY = { namespace: 'airflow', name: 'nightly' };

let world: World;
let assets: Map<string, string>;
/** Sees `shop` only. */
let reader: Ask;
let nobody: Ask;
let first: RunNode;
let second: RunNode;
let secret: RunNode;

beforeAll(async () => {
  world = await createWorld();
  const add = async (name: string, statements: string): Promise<string> => {
    const { url, sql } = await createEmptyDatabase();
    await sql.unsafe(statements);
    const { id } = await world.addSource(name, { url });
    expect(await world.scan(id)).toMatchObject({ status: 'COMPLETED' });
    return id;
  };
  const shop = await add('shop', 'create table orders (id int); create table ledger (order_id int); create table report (total int)');
  await add('other', 'create table hidden (id int)');
  await world.consumed();
  const found = await world.admin('{ assets(first: 50, filter: { kinds: [TABLE] }) { nodes { id name } } }');
  assets = new Map(found.assets.nodes.map(({ id, name }: any) => [name.split('.').at(-1), id]));
  reader = await world.createUser([{ role: 'READER', sourceId: shop }]);
  nobody = await world.createUser([{ role: 'READER', sourceId: '01a20000-0000-7000-8000-000000000000' }]);

  const flow = (from: string, to: string) => ({ fromId: id(from), toId: id(to) });
  first = await tellRun(world.owner, NIGHTLY, { startedAt: minute(1), endedAt: minute(2), opens: [flow('orders', 'ledger')] });
  second = await tellRun(world.owner, NIGHTLY, { startedAt: minute(5), state: 'RUNNING', opens: [flow('ledger', 'report')] });
  await tellRun(world.owner, NIGHTLY, { startedAt: minute(3), endedAt: minute(4), state: 'FAILED' });
  secret = await tellRun(
    world.owner,
    { namespace: 'airflow', name: 'import' },
    { startedAt: minute(2), opens: [flow('hidden', 'orders')] },
  );
});
afterAll(() => world.stop());

const id = (name: string): string => assets.get(name)!;
const shown = ({ id: own, runId, state, startedAt, endedAt }: RunNode, job: string) => ({
  id: own,
  runId,
  state,
  startedAt: startedAt!.toISOString(),
  endedAt: endedAt?.toISOString() ?? null,
  job: { id: expect.any(String), name: job },
});
const lineage = async (asset: string, options: object = {}, ask: Ask = world.ask): Promise<any> => {
  const { data, errors } = await ask(LINEAGE, { id: id(asset), ...options });
  expect(errors).toBeUndefined();
  return data.lineage;
};
const runOf = async (own: string, ask: Ask = world.ask): Promise<any> => {
  const { data, errors } = await ask(`query ($id: ID!) { run(id: $id) { ${RUN} } }`, { id: own });
  expect(errors).toBeUndefined();
  return data.run;
};

describe('a run', () => {
  it('is on what it opened, and a node after the jobs, as far as the nearest of that', async () => {
    const { nodes, edges, truncated } = await lineage('ledger');
    expect(truncated).toBe(false);
    expect(edges.map(({ origin, job, run }: any) => [origin, job.name, run.id]).sort()).toEqual(
      [
        ['EVENT', 'import', secret.id],
        ['EVENT', 'nightly', first.id],
        ['EVENT', 'nightly', second.id],
      ].sort(),
    );
    expect(nodes.map(({ asset, job, run, depth }: any) => [asset?.name.split('.').at(-1) ?? job?.name ?? run.id, depth])).toEqual([
      ['ledger', 0],
      ...[id('orders'), id('report')].sort().map((own) => [own === id('orders') ? 'orders' : 'report', 1]),
      ['hidden', 2],
      ['nightly', 1],
      ['import', 2],
      ...[first.id, second.id].sort().map((own) => [own, 1]),
      [secret.id, 2],
    ]);
    const of = nodes.find((node: any) => node.id === first.id);
    expect(of).toEqual({ id: first.id, depth: 1, unexpanded: 0, asset: null, column: null, job: null, run: shown(first, 'nightly') });
  });

  it('has room after the assets and the jobs', async () => {
    const count = async (maxNodes: number) => {
      const { nodes, truncated } = await lineage('ledger', { maxNodes });
      const of = (field: string): number => nodes.filter((node: any) => node[field]).length;
      return { assets: of('asset'), jobs: of('job'), runs: of('run'), truncated };
    };
    expect(await count(9)).toEqual({ assets: 4, jobs: 2, runs: 3, truncated: false });
    expect(await count(8)).toEqual({ assets: 4, jobs: 2, runs: 2, truncated: true });
    expect(await count(6)).toEqual({ assets: 4, jobs: 2, runs: 0, truncated: true });
    expect(await count(5)).toEqual({ assets: 4, jobs: 1, runs: 0, truncated: true });
  });

  it('is of the flows of a moment, and of columns', async () => {
    const runsAt = async (asOf: Date) =>
      (await lineage('ledger', { asOf: asOf.toISOString() })).nodes.flatMap(({ run }: any) => run?.id ?? []);
    expect([await runsAt(minute(0)), await runsAt(minute(1))]).toEqual([[], [first.id]]);
    const [from, to] = [
      { id: columnNodeId(id('orders'), 'id'), assetId: id('orders'), name: 'id' },
      { id: columnNodeId(id('ledger'), 'order_id'), assetId: id('ledger'), name: 'order_id' },
    ];
    await world.owner`
      insert into lineage.columns (column_id, asset_id, name)
      select * from unnest(${[from.id, to.id]}::uuid[], ${[from.assetId, to.assetId]}::uuid[], ${[from.name, to.name]}::text[])`;
    const fine = await tellRun(world.owner, NIGHTLY, { startedAt: minute(0), opens: [{ fromId: from.id, toId: to.id, kind: 'COLUMN' }] });
    const { nodes, edges } = await lineage('ledger', { level: 'COLUMN' });
    expect(nodes.map(({ column, job, run }: any) => column?.name ?? job?.name ?? run.id)).toEqual(['order_id', 'id', 'nightly', fine.id]);
    expect(edges).toEqual([{ origin: 'EVENT', job: { name: 'nightly' }, run: shown(fine, 'nightly') }]);
  });

  it('is found by its id by who sees its job, and by nobody else', async () => {
    expect(await runOf(first.id.toUpperCase())).toEqual(shown(first, 'nightly'));
    expect(await runOf(second.id, reader)).toEqual(shown(second, 'nightly'));
    expect(await runOf(secret.id)).toEqual(shown(secret, 'import'));
    expect(await runOf(secret.id, reader)).toBeNull();
    expect(await runOf(first.id, nobody)).toBeNull();
    for (const unknown of ['nonsense', first.runId, first.jobId]) expect(await runOf(unknown)).toBeNull();
    expect((await lineage('ledger', {}, reader)).nodes.flatMap(({ run }: any) => run?.id ?? []).sort()).toEqual(
      [first.id, second.id].sort(),
    );
  });

  it('is listed with its job, the latest begun first, page by page', async () => {
    const list = async (page: object = {}, ask: Ask = world.ask) => (await ask(RUNS, { job: first.jobId, ...page })).data.job?.runs;
    const states = ['RUNNING', 'FAILED', 'COMPLETED'];
    const all = await list({}, reader);
    expect(all.nodes.slice(0, 3).map(({ state }: any) => state)).toEqual(states);
    expect([all.nodes[0].id, all.nodes[2].id]).toEqual([second.id, first.id]);
    const page = await list({ first: 2 });
    expect(page).toMatchObject({ nodes: all.nodes.slice(0, 2), pageInfo: { hasNextPage: true } });
    expect((await list({ first: 1, after: page.pageInfo.endCursor })).nodes).toEqual(all.nodes.slice(2, 3));
    expect(await list({}, nobody)).toBeUndefined();
    const { errors } = await world.ask(RUNS, { job: secret.jobId, after: page.pageInfo.endCursor });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'after' } }]);
  });

  it('costs a statement for all that are in an answer, one for their jobs, and one for what these list', async () => {
    const graph = (selection: string) => () =>
      world.admin(`{ lineage(assetId: "${id('ledger')}", direction: BOTH) { nodes { depth ${selection} } edges { from ${selection} } } }`);
    const count = async (selection: string): Promise<number> => {
      await graph(selection)();
      // Consumers look for events now and then, which counts, too.
      const counts: number[] = [];
      while (counts.length < 3) counts.push(await countStatements(world.owner, 'lineage', graph(selection)));
      return Math.min(...counts);
    };
    const bare = await count('');
    expect((await count('run { state }')) - bare).toBe(1);
    expect((await count('run { state job { name } } job { name }')) - bare).toBe(2);
    expect((await count('run { state job { name runs(first: 2) { nodes { state } } } }')) - bare).toBe(3);
  });
});
