/** The lineage of a view's columns, as its SQL says it, through the product's door: over redefinitions, renames and drops, at any moment. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { createWorld, type World } from '../world.ts';
import { mutate } from './mutate.ts';

const STATEMENTS = `
  create schema raw; create schema mart;
  create table raw.orders (id int, customer int, amount numeric, state text);
  create table raw.customers (id int, email text, name text);
  create view mart.clean as select id, lower(email) as email, name from raw.customers;
  create view mart.report as
    select c.email, c.name, sum(o.amount) filter (where o.state = 'paid') as paid from raw.orders o join mart.clean c on c.id = o.customer group by c.email, c.name;
  create materialized view mart.top as select email || ' ' || name as who from mart.report where paid > 100`;

const LINEAGE = `query ($assetId: ID!, $direction: LineageDirection!, $asOf: DateTime) {
  lineage(assetId: $assetId, direction: $direction, depth: 20, asOf: $asOf, level: COLUMN) {
    truncated nodes { id depth asset { displayName } column { name } } edges { from to kind origin transformation confidence validFrom validTo } } }`;

let world: World;
let source: { id: string; sql: World['owner'] };
let ids: Map<string, string>;

beforeAll(async () => {
  world = await createWorld();
  const { url, sql } = await createEmptyDatabase();
  await sql.unsafe(STATEMENTS);
  source = { id: (await world.addSource('shop', { url })).id, sql };
  await scan();
});
afterAll(() => world.stop());

async function scan(): Promise<void> {
  expect(await world.scan(source.id)).toMatchObject({ status: 'COMPLETED' });
  await fed();
  const { assets } = await world.admin(
    `{ assets(first: 200, filter: { sourceIds: ["${source.id}"], includeDeleted: true }) { nodes { id displayName } } }`,
  );
  ids = new Map(assets.nodes.map((node: { id: string; displayName: string }) => [node.displayName, node.id]));
}

const fed = async (): Promise<void> => {
  await world.sealed();
  const upToDate = () => world.owner`select from events.cursors where consumer = 'lineage.graph' and seq >= (select seq from events.head)`;
  while ((await upToDate()).length === 0) await sleep(20);
};

/** `from>to`, those that only decide a value with a question mark. */
async function flows(name: string, direction = 'UPSTREAM', asOf?: string): Promise<string[]> {
  const { lineage } = await world.admin(LINEAGE, { assetId: ids.get(name), direction, asOf });
  expect(lineage.truncated).toBe(false);
  const names = new Map<string, string>(lineage.nodes.map((node: any) => [node.id, `${node.asset.displayName}.${node.column?.name}`]));
  for (const edge of lineage.edges) expect(edge).toMatchObject({ kind: 'COLUMN', origin: 'PARSED', confidence: 1 });
  return lineage.edges
    .map(({ from, to, transformation }: any) => `${names.get(from)}>${names.get(to)}${transformation === 'CONDITIONAL' ? '?' : ''}`)
    .toSorted();
}
const now = async (): Promise<string> => {
  await sleep(5);
  const moment = new Date().toISOString();
  await sleep(5);
  return moment;
};

const FIRST = [
  'clean.email>report.email',
  'clean.name>report.name',
  'customers.email>clean.email',
  'customers.name>clean.name',
  'orders.amount>report.paid',
  'orders.state>report.paid?',
];

it('goes through views of views, to the columns that they are made of', async () => {
  // `id` of customers decides which rows there are, and goes into no column of the report.
  expect(await flows('report')).toEqual(FIRST);
  expect(await flows('top')).toEqual(
    [...FIRST.filter((flow) => !flow.includes('paid')), 'report.email>top.who', 'report.name>top.who'].toSorted(),
  );
  expect(await flows('customers', 'DOWNSTREAM')).toEqual([
    'clean.email>report.email',
    'clean.name>report.name',
    'customers.email>clean.email',
    'customers.id>clean.id',
    'customers.name>clean.name',
    'report.email>top.who',
    'report.name>top.who',
  ]);
});

it('is there for each column, and what a person says of a view changes nothing', async () => {
  const edges = () => world.admin(LINEAGE, { assetId: ids.get('top'), direction: 'UPSTREAM' });
  const before = await edges();
  const { asset } = await world.admin('query ($id: ID!) { asset(id: $id) { version } }', { id: ids.get('top') });
  await mutate(world.admin, 'updateAsset', { id: ids.get('top'), version: asset.version, description: 'Who buys most' });
  await fed();
  expect(await edges()).toEqual(before);
  const upstream = await world.admin(
    'query ($id: ID!) { asset(id: $id) { columns { nodes { name upstream(depth: 3) { edges { depth node { name } } } downstream { nodes { name } } } } } }',
    { id: ids.get('top') },
  );
  const [who] = upstream.asset.columns.nodes;
  expect(who.downstream.nodes).toEqual([]);
  expect(who.upstream.edges.map(({ depth, node }: any) => `${depth} ${node.name}`).toSorted()).toEqual([
    '1 email',
    '1 name',
    '2 email',
    '2 name',
    '3 email',
    '3 name',
  ]);
});

it('tells each redefinition at its moment, and what was different', async () => {
  const first = await now();
  await source.sql.unsafe(`create or replace view mart.clean as select id, lower(name) as email, name from raw.customers`);
  await scan();
  const second = await now();
  await source.sql.unsafe(
    `create or replace view mart.clean as select id, case when id > 0 then email end as email, name from raw.customers`,
  );
  await scan();
  const third = await now();

  const clean = async (asOf?: string) => (await flows('clean', 'UPSTREAM', asOf)).filter((flow) => flow.includes('clean.email'));
  expect(await clean(first)).toEqual(['customers.email>clean.email']);
  expect(await clean(second)).toEqual(['customers.name>clean.email']);
  expect(await clean(third)).toEqual(['customers.email>clean.email', 'customers.id>clean.email?']);
  expect(await clean()).toEqual(await clean(third));
  expect(await flows('report', 'UPSTREAM', first)).toEqual(FIRST);
  expect(await flows('clean', 'UPSTREAM', '2001-01-01T00:00:00Z')).toEqual([]);

  const { lineageDiff } = await world.admin(
    `query ($id: ID!, $from: DateTime!, $to: DateTime!) { lineageDiff(assetId: $id, from: $from, to: $to, depth: 1, direction: UPSTREAM, level: COLUMN) {
      added { transformation } removed { transformation } addedNodes { column { name } } removedNodes { column { name } } } }`,
    { id: ids.get('clean'), from: second, to: third },
  );
  expect(lineageDiff.added.map((edge: any) => edge.transformation).toSorted()).toEqual(['CONDITIONAL', 'DIRECT']);
  expect(lineageDiff.removed).toEqual([{ transformation: 'DIRECT' }]);
});

it('follows renames of tables and of columns, drops, and what is found late', async () => {
  const before = await now();
  await source.sql.unsafe('alter table raw.orders rename to purchases; alter table raw.purchases rename column amount to total');
  await scan();
  const renamed = ['purchases.state>report.paid?', 'purchases.total>report.paid'];
  expect((await flows('report')).filter((flow) => flow.includes('paid'))).toEqual(renamed);
  expect((await flows('report', 'UPSTREAM', before)).filter((flow) => flow.includes('paid'))).toEqual([
    'purchases.amount>report.paid',
    'purchases.state>report.paid?',
  ]);

  await source.sql.unsafe('drop materialized view mart.top');
  await scan();
  expect(await flows('report', 'DOWNSTREAM')).toEqual([]);
  await source.sql.unsafe(`create materialized view mart.top as select name as who from mart.report;
    create view mart.late as select upper(who) as who from mart.top`);
  await scan();
  expect(await flows('report', 'DOWNSTREAM')).toEqual(['report.name>top.who', 'top.who>late.who']);
});

it('says how sure it is of a column whose table is only known by what is left', async () => {
  await source.sql.unsafe(`
    create table raw.visits (day date, page text) partition by range (day);
    create table raw.visits_2026 partition of raw.visits for values from ('2026-01-01') to ('2027-01-01');
    create view mart.visits_now as select page from raw.visits_2026`);
  await scan();
  const { lineage } = await world.admin(LINEAGE, { assetId: ids.get('visits_now'), direction: 'UPSTREAM' });
  expect(lineage.edges).toMatchObject([{ origin: 'PARSED', confidence: 0.5 }]);
});

it('has a thousand neighbours of a column at most, and says that there are more', async () => {
  const names = Array.from({ length: 1_001 }, (_, index) => `id as c${index}`);
  await source.sql.unsafe(
    `create table raw.seeds (id int, other int); create view mart.wide as select ${names.join(', ')}, other from raw.seeds`,
  );
  await scan();
  const { asset } = await world.admin(
    'query ($id: ID!) { asset(id: $id) { columns { nodes { name downstream(first: 1) { truncated nodes { name } } } } } }',
    { id: ids.get('seeds') },
  );
  expect(asset.columns.nodes.map((node: any) => [node.name, node.downstream.truncated])).toEqual([
    ['id', true],
    ['other', false],
  ]);
});
