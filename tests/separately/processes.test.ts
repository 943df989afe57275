/** Processes that are killed, and two of each at once. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { connectLive } from '#platform/testing/liveClient.ts';
import { ADMINISTRATOR, speakTo } from '#deploy/testing/inProcess.ts';
import { findLosses, say } from '../faults/ownServer.ts';
import { START_MS, startSeparately, type Separate } from '../separate.ts';

let database: TestDatabase;
let source: Awaited<ReturnType<typeof createEmptyDatabase>>;
let product: Separate;
let token: string;
let sourceId: string;
beforeAll(async () => {
  [database, source] = await Promise.all([createTestDatabase(), createEmptyDatabase()]);
  await source.sql.unsafe(`
    create table customers (id int, email text); create table orders (id int, phone text);
    do $$ begin for n in 1..60 loop execute format('create table t%s (id int, email text)', n); end loop; end $$`);
  product = await startSeparately(database.location);
  token = await product.signIn(ADMINISTRATOR.email, ADMINISTRATOR.password);
  const { registerSource } = await admin('mutation ($input: RegisterSourceInput!) { registerSource(input: $input) { source { id } } }', {
    input: { name: 'shop', connector: 'postgres', config: { url: source.url } },
  });
  sourceId = registerSource.source.id;
}, START_MS);
afterAll(async () => {
  await product?.stop();
  await source?.drop();
  await database?.drop();
});

async function admin(query: string, variables?: Record<string, unknown>): Promise<any> {
  const { data, errors } = await product.ask(token, query, variables);
  if (errors) throw new Error(errors.map(({ message, extensions }) => `${extensions.code}: ${message}`).join('; '));
  return data;
}

async function scan(): Promise<void> {
  const { startScan } = await admin('mutation ($id: ID!) { startScan(input: { sourceId: $id }) { run { id } } }', { id: sourceId });
  const status = async () => (await admin('query ($id: ID!) { scanRun(id: $id) { status } }', { id: startScan.run.id })).scanRun.status;
  await expect.poll(status, { timeout: 30_000 }).toBe('COMPLETED');
}

/** Every event is numbered, and handled by every consumer; what those appended is, too. */
async function settled(): Promise<void> {
  const left = () => database.owner`
    select 1 from events.outbox union all select 1 from events.cursors where seq < (select seq from events.head)
    union all select 1 from policy.evaluations where finished_at is null limit 1`;
  for (let turn = 0; turn < 3; turn++) await expect.poll(left, { timeout: 30_000 }).toEqual([]);
}

it('two routers, workers and policies at once double nothing', { timeout: 120_000 }, async () => {
  const [policy] = await Promise.all([product.addAnother('policy'), product.addAnother('worker')]);
  const second = speakTo(await product.addAnother('router', { policy }));
  const streams = [product.url, second.url].map((url) => connectLive(url, token).subscribe('subscription { eventPublished { cursor } }'));
  const { createPolicy } = await admin('mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { policy { id } } }', {
    input: { name: 'Owners', ruleType: 'ownerRequired', params: {}, scope: { kinds: ['TABLE'] }, severity: 'INFO' },
  });
  await second.ask(token, 'mutation ($id: ID!) { publishPolicy(input: { id: $id, version: 1 }) { cursor } }', {
    id: createPolicy.policy.id,
  });
  await scan();
  await scan();
  await settled();

  expect(await findLosses(database.owner)).toEqual([]);
  const [counts] = await database.owner`
    select (select count(*)::int from catalog.assets where kind = 'TABLE') as tables,
      (select count(*)::int from policy.violations) as violations,
      (select count(distinct asset_id)::int from policy.violations) as violating,
      (select count(*)::int from events.log where type = 'policy.violated') as told,
      (select count(*)::int from catalog.scan_runs) as runs,
      (select count(*)::int from events.log where type = 'scan.completed') as completed`;
  expect(counts).toEqual({ tables: 62, violations: 62, violating: 62, told: 62, runs: 2, completed: 2 });
  const query = '{ assets(first: 100) { nodes { id displayName } } violations(first: 100) { totalCount nodes { id } } }';
  expect(await second.ask(token, query)).toEqual(await product.ask(token, query));

  // Whoever follows either router is told the same, each event once.
  const [log] = await database.owner<{ count: number }[]>`
    select count(*)::int as count from events.log where seq > (select seq from events.log where type = 'policy.created')`;
  for (const { payloads } of streams) {
    await expect.poll(() => payloads.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(log!.count);
    const cursors = payloads.map(({ data }) => data.eventPublished.cursor);
    expect(new Set(cursors).size).toBe(cursors.length);
  }
  for (const stream of streams) stream.stop();
});

it(
  'policy is killed: what it owns is null, with one error, and all else is served; it is there again once it runs',
  { timeout: 60_000 },
  async () => {
    const query =
      '{ assets(filter: { kinds: [TABLE] }, first: 50) { nodes { displayName columns { nodes { name labels { label { name } } } } } } }';
    const before = await admin(query);
    const names = (data: any) =>
      data.assets.nodes.map((node: any) => [node.displayName, node.columns.nodes.map((column: any) => column.name)]);
    const labels = (data: any) => data.assets.nodes.flatMap((node: any) => node.columns.nodes.map((column: any) => column.labels));
    expect(labels(before).flat().length).toBeGreaterThan(0);

    await product.processes.policy.kill();
    const took: number[] = [];
    for (let n = 0; n < 10; n++) {
      const begin = performance.now();
      const { data, errors } = await product.ask(token, query);
      took.push(performance.now() - begin);
      expect(names(data)).toEqual(names(before));
      expect(labels(data).every((each: unknown) => each === null)).toBe(true);
      expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE', system: 'policy' } }]);
    }
    say(`answered without policy within ${took.map((ms) => ms.toFixed(0)).join(', ')} ms`);

    // A change that its worker judges meanwhile.
    await source.sql`create table later (id int, email text)`;
    await scan();
    await product.startAgain('policy');
    await settled();
    const after = await admin(
      '{ violations(first: 100) { totalCount } assets(filter: { namePrefix: "", kinds: [TABLE] }, first: 100) { totalCount } }',
    );
    expect(after.violations.totalCount).toBe(after.assets.totalCount);
    expect(await admin(query)).toMatchObject({ assets: { nodes: expect.arrayContaining(before.assets.nodes.slice(0, 5)) } });
  },
);

it('workers are killed: what was committed meanwhile is numbered and judged once one runs again', { timeout: 60_000 }, async () => {
  await product.processes.worker.kill();
  const { assets } = await admin('{ assets(filter: { kinds: [TABLE] }, first: 1) { nodes { id version } } me { id } }');
  const { me } = await admin('{ me { id } }');
  const { id, version } = assets.nodes[0];
  await admin('mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { cursor } }', {
    input: { id, version, owners: [{ userId: me.id, role: 'OWNER' }] },
  });
  await product.startAgain('worker');
  await settled();
  const open = await database.owner`select 1 from policy.violations where asset_id = ${id} and status <> 'RESOLVED'`;
  expect(open).toEqual([]);
  expect(await findLosses(database.owner)).toEqual([]);
});
