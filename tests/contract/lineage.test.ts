/** Where data comes from and goes to, as real views say it, over renames and drops, at any moment, and for each viewer. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { countStatements } from '#platform/testing/statements.ts';
import { createWorld, type Ask, type World } from '../world.ts';
import { mutate } from './mutate.ts';

const STATEMENTS = `
  create schema raw; create schema mart;
  create table raw.orders (id int, customer int); create table raw.customers (id int, email text);
  create view mart.clean_orders as select id, customer from raw.orders;
  create view mart.clean_customers as select id, lower(email) as email from raw.customers;
  create view mart.report as select o.id, c.email from mart.clean_orders o join mart.clean_customers c on c.id = o.customer join raw.orders r on r.id = o.id;
  create materialized view mart.top as select email, count(*) from mart.report group by email`;

const GRAPH = `rootId truncated nodes { id depth unexpanded asset { id displayName } job { id namespace name } } edges { from to kind origin validFrom validTo }`;
const LINEAGE = `query ($assetId: ID!, $direction: LineageDirection!, $depth: Int, $maxNodes: Int, $asOf: DateTime) {
  lineage(assetId: $assetId, direction: $direction, depth: $depth, maxNodes: $maxNodes, asOf: $asOf) { ${GRAPH} } }`;
const NEIGHBOURS =
  'edges { cursor depth node { id displayName } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } truncated';

type Graph = {
  nodes: { id: string; depth: number; unexpanded: number; asset: { displayName: string } | null }[];
  edges: { from: string; to: string; validFrom: string; validTo: string | null }[];
  truncated: boolean;
};

let world: World;
let source: { id: string; sql: World['owner']; database: string };
let ids: Map<string, string>;
const id = (name: string): string => ids.get(name)!;

beforeAll(async () => {
  world = await createWorld();
  const { url, sql } = await createEmptyDatabase();
  await sql.unsafe(STATEMENTS);
  source = { id: (await world.addSource('shop', { url })).id, sql, database: new URL(url).pathname.slice(1) };
  await scan();
});
afterAll(() => world.stop());

async function scan(): Promise<void> {
  expect(await world.scan(source.id)).toMatchObject({ status: 'COMPLETED' });
  await fed();
  const { assets } = await world.admin(
    `{ assets(first: 200, filter: { sourceIds: ["${source.id}"], includeDeleted: true }) { nodes { id displayName deletedAt } } }`,
  );
  ids = new Map(assets.nodes.map((node: { id: string; displayName: string }) => [node.displayName, node.id]));
}

const fed = async (): Promise<void> => {
  await world.sealed();
  const upToDate = () => world.owner`select from events.cursors where consumer = 'lineage.graph' and seq >= (select seq from events.head)`;
  while ((await upToDate()).length === 0) await sleep(20);
};

const namesOf = ({ nodes }: Graph): string =>
  nodes
    .map(({ asset, depth, unexpanded }) => `${asset?.displayName}:${depth}${unexpanded ? `+${unexpanded}` : ''}`)
    .toSorted()
    .join(' ');
const edgesOf = ({ nodes, edges }: Graph): string => {
  const names = new Map(nodes.map((node) => [node.id, node.asset?.displayName]));
  return edges
    .map(({ from, to }) => `${names.get(from)}>${names.get(to)}`)
    .toSorted()
    .join(' ');
};
const lineage = async (name: string, direction: string, options: object = {}, ask: Ask = world.ask): Promise<Graph> => {
  const { data, errors } = await ask(LINEAGE, { assetId: id(name), direction, ...options });
  expect(errors).toBeUndefined();
  return data.lineage;
};

describe('lineage', () => {
  it('goes through views of views in other schemas, each node and edge once', async () => {
    const up = await lineage('top', 'UPSTREAM', { depth: 20 });
    expect(namesOf(up)).toBe('clean_customers:2 clean_orders:2 customers:3 orders:2 report:1 top:0');
    expect(edgesOf(up)).toBe(
      'clean_customers>report clean_orders>report customers>clean_customers orders>clean_orders orders>report report>top',
    );
    expect(up).toMatchObject({ rootId: id('top'), truncated: false });
    expect(up.edges[0]).toMatchObject({ kind: 'TABLE', origin: 'NATIVE', validTo: null });
    expect(namesOf(await lineage('orders', 'DOWNSTREAM'))).toBe('clean_orders:1 orders:0 report:1 top:2');
    expect(namesOf(await lineage('clean_orders', 'BOTH', { depth: 1 }))).toBe('clean_orders:0 orders:1 report:1');
    // What nothing reads and what reads nothing.
    expect(namesOf(await lineage('raw', 'BOTH'))).toBe('raw:0');
  });

  it('keeps to its budget, and says where it cut something off', async () => {
    const cut = await lineage('report', 'UPSTREAM', { maxNodes: 3 });
    expect(cut.truncated).toBe(true);
    expect(cut.nodes).toHaveLength(3);
    expect(cut.nodes.reduce((sum, { unexpanded }) => sum + unexpanded, 0)).toBeGreaterThan(0);
    expect(cut.nodes[0]).toMatchObject({ id: id('report'), depth: 0, unexpanded: 1 });
    expect(await lineage('report', 'UPSTREAM', { maxNodes: 1 })).toMatchObject({
      nodes: [{ unexpanded: 3 }],
      edges: [],
      truncated: true,
    });
    expect(await lineage('report', 'UPSTREAM', { maxNodes: 5 })).toMatchObject({ truncated: false });
  });

  it('refuses bounds that it does not have, and knows nothing of what there is not', async () => {
    const codes = async (options: object) =>
      (await world.ask(LINEAGE, { assetId: id('top'), direction: 'BOTH', ...options })).errors?.map(({ extensions }) => [
        extensions.code,
        extensions.field,
      ]);
    expect(await codes({ depth: 0 })).toEqual([['BAD_USER_INPUT', 'depth']]);
    expect(await codes({ depth: 21 })).toEqual([['BAD_USER_INPUT', 'depth']]);
    expect(await codes({ maxNodes: 0 })).toEqual([['BAD_USER_INPUT', 'maxNodes']]);
    expect(await codes({ maxNodes: 5_001 })).toEqual([['BAD_USER_INPUT', 'maxNodes']]);
    expect(await codes({ depth: 20, maxNodes: 5_000 })).toBeUndefined();
    for (const assetId of ['nonsense', '01a20000-0000-7000-8000-000000000000']) {
      expect(await world.ask(LINEAGE, { assetId, direction: 'BOTH' })).toEqual({ data: { lineage: null } });
    }
    // In capitals it is the same id.
    expect(await lineage('top', 'UPSTREAM', { assetId: id('top').toUpperCase() })).toMatchObject({ rootId: id('top') });
  });
});

describe('an asset', () => {
  const upstream = async (name: string, args: string, ask: Ask = world.ask) =>
    await ask(`query ($id: ID!) { asset(id: $id) { upstream${args} { ${NEIGHBOURS} } downstream${args} { ${NEIGHBOURS} } } }`, {
      id: id(name),
    });

  it('has what it reads and what reads it as pages, the nearest first', async () => {
    const { data } = await upstream('report', '');
    const names = ({ edges }: any) => edges.map(({ node, depth }: any) => `${node.displayName}:${depth}`).toSorted();
    expect(names(data.asset.upstream)).toEqual(['clean_customers:1', 'clean_orders:1', 'orders:1']);
    expect(names(data.asset.downstream)).toEqual(['top:1']);
    expect(data.asset.upstream).toMatchObject({ truncated: false, pageInfo: { hasNextPage: false, hasPreviousPage: false } });

    const walked: { node: { id: string }; depth: number }[] = [];
    for (let after: string | null = null, more = true; more;) {
      const page: any = (await upstream('top', `(depth: 3, first: 2${after ? `, after: "${after}"` : ''})`)).data.asset.upstream;
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
      expect(page.nodes).toEqual(page.edges.map(({ node }: any) => ({ id: node.id })));
      walked.push(...page.edges);
      ({ endCursor: after, hasNextPage: more } = page.pageInfo);
    }
    const levels = walked.map(({ depth, node }) => `${depth} ${node.id}`);
    expect(levels).toEqual(levels.toSorted());
    expect(new Set(walked.map(({ node }) => node.id)).size).toBe(5);
  });

  it('refuses a depth out of bounds, and a cursor of another list', async () => {
    const { data } = await upstream('top', '(depth: 3, first: 2)');
    const cursor = data.asset.upstream.pageInfo.endCursor;
    const fields = async (args: string) =>
      (await upstream('top', args)).errors?.map(({ extensions }) => [extensions.code, extensions.field]);
    for (const depth of [0, 21]) expect(await fields(`(depth: ${depth})`)).toContainEqual(['BAD_USER_INPUT', 'depth']);
    expect(await fields('(first: 0)')).toContainEqual(['BAD_USER_INPUT', 'first']);
    expect(await fields(`(depth: 2, first: 2, after: "${cursor}")`)).toContainEqual(['BAD_USER_INPUT', 'after']);
    expect(await fields('(after: "nonsense")')).toContainEqual(['BAD_USER_INPUT', 'after']);
    // It is not one of downstream, either.
    expect(await fields(`(depth: 3, first: 2, after: "${cursor}")`)).toEqual([['BAD_USER_INPUT', 'after']]);
  });

  it('is read with its neighbours in one statement for a whole page, however many', async () => {
    const page = () => world.admin('{ assets(first: 50) { nodes { id upstream { nodes { id } } } } }');
    await page();
    expect(await countStatements(world.owner, 'lineage', page)).toBe(1);
    const deep = () => world.admin('{ assets(first: 50) { nodes { id upstream(depth: 20) { truncated nodes { id } } } } }');
    expect(await countStatements(world.owner, 'lineage', deep)).toBe(4);
  });
});

describe('who may see what', () => {
  it('ends at what is hidden, which is neither named nor counted', async () => {
    const { domain } = await mutate(world.admin, 'createDomain', { name: 'Shown' }, 'domain { id }');
    for (const name of ['top', 'report', 'customers', 'orders']) {
      const { asset } = await world.admin('query ($id: ID!) { asset(id: $id) { version } }', { id: id(name) });
      await mutate(world.admin, 'updateAsset', { id: id(name), version: asset.version, domainId: domain.id });
    }
    await fed();
    const some = await world.createUser([{ role: 'READER', domainId: domain.id }]);
    const nobody = await world.createUser([{ role: 'READER', sourceId: '01a20000-0000-7000-8000-000000000000' }]);
    const ingestor = await world.createUser([{ role: 'INGESTOR' }]);

    // `clean_customers` is hidden, and so is the way to `customers`.
    expect(namesOf(await lineage('top', 'UPSTREAM', {}, some))).toBe('orders:2 report:1 top:0');
    expect(await lineage('top', 'UPSTREAM', { maxNodes: 2 }, some)).toMatchObject({ nodes: [{ unexpanded: 0 }, { unexpanded: 1 }] });
    expect(namesOf(await lineage('customers', 'BOTH', {}, some))).toBe('customers:0');
    expect(await lineage('clean_orders', 'BOTH', {}, some)).toBeNull();
    expect(await lineage('top', 'BOTH', {}, nobody)).toBeNull();
    // What a person edited still reads what it reads.
    expect(namesOf(await lineage('top', 'UPSTREAM'))).toBe('clean_customers:2 clean_orders:2 customers:3 orders:2 report:1 top:0');

    const neighbours = 'query ($id: ID!) { asset(id: $id) { upstream(depth: 3) { truncated nodes { id } } } }';
    expect((await some(neighbours, { id: id('report') })).data.asset.upstream).toEqual({ truncated: false, nodes: [{ id: id('orders') }] });
    expect((await nobody(neighbours, { id: id('report') })).data.asset).toBeNull();

    const asked = { assetId: id('top'), direction: 'BOTH', depth: 99 };
    expect((await world.anonymous(LINEAGE, asked)).errors![0]!.extensions.code).toBe('UNAUTHENTICATED');
    expect((await ingestor(LINEAGE, asked)).errors![0]!.extensions.code).toBe('FORBIDDEN');
  });
});

describe('over time', () => {
  it('follows what is renamed, dropped, made again and found late, and still tells what was', async () => {
    const at = async (): Promise<string> => {
      await sleep(5);
      const now = new Date().toISOString();
      await sleep(5);
      return now;
    };
    const before = await at();

    await source.sql.unsafe('alter table raw.orders rename to purchases');
    await scan();
    expect(ids.has('orders')).toBe(false);
    expect(namesOf(await lineage('purchases', 'DOWNSTREAM'))).toBe('clean_orders:1 purchases:0 report:1 top:2');

    const renamed = await at();
    await source.sql.unsafe('drop materialized view mart.top');
    await scan();
    expect(namesOf(await lineage('report', 'DOWNSTREAM'))).toBe('report:0');
    // A tombstone is alone now; what flowed into it is history.
    expect(namesOf(await lineage('top', 'BOTH'))).toBe('top:0');

    const dropped = await at();
    await source.sql.unsafe(`create materialized view mart.top as select email from mart.clean_customers;
      create view mart.late as select email from mart.top`);
    await scan();
    expect(namesOf(await lineage('customers', 'DOWNSTREAM'))).toBe('clean_customers:1 customers:0 late:3 report:2 top:2');

    expect(namesOf(await lineage('top', 'UPSTREAM', { asOf: renamed }))).toBe(
      'clean_customers:2 clean_orders:2 customers:3 purchases:2 report:1 top:0',
    );
    const then = await lineage('report', 'DOWNSTREAM', { asOf: renamed });
    expect(edgesOf(then)).toBe('report>top');
    expect(Date.parse(then.edges[0]!.validTo!)).toBeGreaterThan(Date.parse(then.edges[0]!.validFrom));
    expect(namesOf(await lineage('report', 'DOWNSTREAM', { asOf: dropped }))).toBe('report:0');
    expect(namesOf(await lineage('top', 'UPSTREAM', { asOf: '2001-01-01T00:00:00Z' }))).toBe('top:0');
    const now = await lineage('customers', 'DOWNSTREAM');
    expect(await lineage('customers', 'DOWNSTREAM', { asOf: '2999-01-01T00:00:00Z' })).toEqual(now);
    // The rename within one scan has left no gap.
    expect(namesOf(await lineage('purchases', 'DOWNSTREAM', { asOf: before }))).toBe('clean_orders:1 purchases:0 report:1 top:2');
  });
});

it('looks at a thousand neighbours, and says that there are more', async () => {
  await source.sql.unsafe(`do $$ begin
    create schema many;
    for n in 1..1001 loop execute format('create view many.v%s as select id from raw.customers', n); end loop;
  end $$`);
  const known = ids;
  await scan();
  ids = known; // the first page has only the new ones
  const page = async (after: string | null) =>
    (
      await world.admin(
        'query ($id: ID!, $after: String) { asset(id: $id) { downstream(first: 200, after: $after) { truncated nodes { id } pageInfo { hasNextPage endCursor } } } }',
        { id: id('customers'), after },
      )
    ).asset.downstream;
  const found = new Set<string>();
  for (let after: string | null = null, more = true; more;) {
    const { truncated, nodes, pageInfo } = await page(after);
    expect(truncated).toBe(true);
    for (const node of nodes) found.add(node.id);
    ({ endCursor: after, hasNextPage: more } = pageInfo);
  }
  expect(found.size).toBe(1_000);
  const { nodes, truncated } = await lineage('customers', 'DOWNSTREAM', { depth: 1, maxNodes: 1_000 });
  // With `clean_customers` there are 1,002, and the root has a place of the thousand.
  expect([nodes.length, nodes[0]!.unexpanded, truncated]).toEqual([1_000, 3, true]);
});

describe('an edge', () => {
  it('has the SQL that says so: of what holds as it is, of what ended as it was', async () => {
    const view = (table: string, column: string) =>
      source.sql.unsafe(`create view mart.changing as select ${column} as it from raw.${table}`);
    await source.sql.unsafe('create table raw.one (id int, customer int); create table raw.two (id int)');
    await view('one', 'id');
    await scan();
    for (const table of ['two', 'one']) {
      await source.sql.unsafe('drop view mart.changing');
      await view(table, table === 'one' ? 'customer' : 'id');
      await scan();
    }
    // There are more assets by now than a page has.
    const { search } = await world.admin('{ search(query: "changing", first: 1) { nodes { asset { id } } } }');
    const told = async (level: string): Promise<(string | boolean)[][]> => {
      const { lineageHistory } = await world.admin(
        `{ lineageHistory(assetId: "${search.nodes[0].asset.id}", level: ${level}) { nodes { origin validTo query } } }`,
      );
      return lineageHistory.nodes.map(({ origin, validTo, query }: any) => [
        origin,
        validTo === null,
        query.replaceAll(/\s+/g, ' ').trim(),
      ]);
    };
    const [last, second, first] = ['SELECT customer AS it FROM raw.one;', 'SELECT id AS it FROM raw.two;', 'SELECT id AS it FROM raw.one;'];
    expect(await told('ASSET')).toEqual([
      ['NATIVE', true, last],
      ['NATIVE', false, second],
      ['NATIVE', false, first],
    ]);
    expect(await told('COLUMN')).toEqual([
      ['PARSED', true, last],
      ['PARSED', false, second],
      ['PARSED', false, first],
    ]);
    const history = (fields: string) => () =>
      world.admin(`{ lineageHistory(assetId: "${search.nodes[0].asset.id}") { nodes { ${fields} } } }`);
    const statements = async (fields: string) => countStatements(world.owner, 'catalog', history(fields));
    await history('query')();
    // The assets with what they are, which versions, and what these are made of.
    expect((await statements('query')) - (await statements('origin'))).toBeLessThanOrEqual(6);
  });
});
