/** What people say of lineage: beside what sources report, untouched by scans, between assets and between columns, for each viewer. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { countStatements } from '#platform/testing/statements.ts';
import { createWorld, type Ask, type World } from '../world.ts';
import { mutate } from './mutate.ts';

const STATEMENTS = `
  create table orders (id int, customer int, note text);
  create table ledger (order_id int, amount int);
  create table report (order_id int, total int);
  create table secret (order_id int, name text);
  create view recent as select id, customer from orders`;

const EDGE = `from to kind origin transformation confidence validFrom validTo job { id namespace name }
  declaration { reason by { id name } at retractedBecause retractedBy { id name } }`;
const DECLARE = `mutation ($input: DeclareLineageInput!) { declareLineage(input: $input) { cursor edge { ${EDGE} } } }`;
const RETRACT = `mutation ($input: RetractLineageInput!) { retractLineage(input: $input) { cursor edge { ${EDGE} } } }`;
const LINEAGE = `query ($assetId: ID!, $direction: LineageDirection!, $depth: Int, $asOf: DateTime, $level: LineageLevel, $maxNodes: Int) {
  lineage(assetId: $assetId, direction: $direction, depth: $depth, asOf: $asOf, level: $level, maxNodes: $maxNodes) {
    rootId truncated nodes { id depth asset { id displayName } column { id name } job { id namespace name } } edges { ${EDGE} } } }`;

let world: World;
let shop: { id: string; sql: World['owner'] };
let other: { id: string };
let assets: Map<string, string>;
let columns: Map<string, string>;
let me: { id: string; name: string };
let steward: Ask & { id: string };
/** Sees the shop, and may edit nothing. */
let reader: Ask & { id: string; email: string };

beforeAll(async () => {
  world = await createWorld();
  ({ me } = await world.admin('{ me { id name } }'));
  const { url, sql } = await createEmptyDatabase();
  await sql.unsafe(STATEMENTS);
  shop = { id: (await world.addSource('shop', { url })).id, sql };
  const second = await createEmptyDatabase();
  await second.sql.unsafe('create table feed (id int, key text)');
  other = await world.addSource('other', { url: second.url });
  await scan(shop);
  await scan(other);
  steward = await world.createUser([
    { role: 'STEWARD', sourceId: shop.id },
    { role: 'READER', sourceId: other.id },
  ]);
  reader = await world.createUser([{ role: 'READER', sourceId: shop.id }]);
});
afterAll(() => world.stop());

async function scan({ id }: { id: string }): Promise<void> {
  expect(await world.scan(id)).toMatchObject({ status: 'COMPLETED' });
  await fed();
  const found = await world.admin(
    '{ assets(first: 200, filter: { includeDeleted: true }) { nodes { id displayName columns { nodes { id name } } } } }',
  );
  assets = new Map(found.assets.nodes.map((node: any) => [node.displayName, node.id]));
  columns = new Map(
    found.assets.nodes.flatMap((node: any) => node.columns.nodes.map((column: any) => [`${node.displayName}.${column.name}`, column.id])),
  );
}

const fed = async (): Promise<void> => {
  await world.sealed();
  const upToDate = () => world.owner`select from events.cursors where consumer = 'lineage.graph' and seq >= (select seq from events.head)`;
  while ((await upToDate()).length === 0) await sleep(20);
};

/** Of an asset (`orders`) or of a column (`orders.id`). */
const id = (name: string): string => (name.includes('.') ? columns : assets).get(name)!;
const flow = (from: string, to: string, reason = 'They told me') => ({ from: id(from), to: id(to), reason });
const declare = (input: object, ask: Ask = steward) => ask(DECLARE, { input });
const retract = (input: object, ask: Ask = steward) => ask(RETRACT, { input });
const done = async (answer: ReturnType<Ask>, field: 'declareLineage' | 'retractLineage'): Promise<any> => {
  const { data, errors } = await answer;
  expect(errors).toBeUndefined();
  return data[field];
};
const problem = async (answer: ReturnType<Ask>): Promise<[string, string | undefined]> => {
  const { errors } = await answer;
  expect(errors).toHaveLength(1);
  const { code, field } = errors![0]!.extensions as { code: string; field?: string };
  return [code, field];
};
const lineage = async (asset: string, options: object = {}, ask: Ask = world.ask): Promise<any> => {
  const { data, errors } = await ask(LINEAGE, { assetId: id(asset), direction: 'UPSTREAM', ...options });
  expect(errors).toBeUndefined();
  return data.lineage;
};
const edgesOf = ({ edges }: any): string[] => {
  const names = new Map([...assets, ...columns].map(([name, each]) => [each, name]));
  return edges.map(({ from, to, origin }: any) => `${names.get(from)}>${names.get(to)} ${origin}`).toSorted();
};
const moment = async (): Promise<string> => {
  await sleep(5);
  const now = new Date().toISOString();
  await sleep(5);
  return now;
};

describe('a declaration', () => {
  it('is lineage from then on, with who said so, why, and what moves the data', async () => {
    const before = await moment();
    const input = {
      ...flow('orders', 'ledger', '  The nightly job copies them. '),
      transformation: 'CONDITIONAL',
      job: { namespace: 'airflow', name: 'nightly' },
    };
    const { edge } = await done(declare(input), 'declareLineage');
    expect(edge).toEqual({
      from: id('orders'),
      to: id('ledger'),
      kind: 'TABLE',
      origin: 'DECLARED',
      transformation: 'CONDITIONAL',
      confidence: 1,
      validFrom: expect.any(String),
      validTo: null,
      job: { id: expect.any(String), namespace: 'airflow', name: 'nightly' },
      declaration: {
        reason: 'The nightly job copies them.',
        by: { id: steward.id, name: expect.any(String) },
        at: edge.validFrom,
        retractedBecause: null,
        retractedBy: null,
      },
    });
    const found = await lineage('ledger');
    expect(found.edges).toEqual([edge]);
    expect(found.nodes.map(({ id: node, asset, depth, job }: any) => [node, asset?.displayName, depth, job])).toEqual([
      [id('ledger'), 'ledger', 0, null],
      [id('orders'), 'orders', 1, null],
      [edge.job.id, undefined, 1, edge.job],
    ]);
    // Assets first: the job is named by the edge anyway.
    const cut = await lineage('ledger', { maxNodes: 2 });
    expect([cut.nodes.length, cut.edges, cut.truncated, found.truncated]).toEqual([2, [edge], true, false]);
    expect((await lineage('ledger', { asOf: before })).edges).toEqual([]);
  });

  it('stays as it is when it is said again, by whomever, and tells nobody', async () => {
    const head = async () => (await world.owner`select count(*) from events.log where type = 'lineage.changed'`)[0]!.count;
    await world.sealed();
    const [known, told] = [await lineage('ledger'), await head()];
    const again = { ...flow('orders', 'ledger', 'I say so, too'), job: { namespace: 'airflow', name: 'hourly' } };
    expect((await done(declare(again, world.ask), 'declareLineage')).edge).toEqual(known.edges[0]);
    await world.sealed();
    expect([await lineage('ledger'), await head()]).toEqual([known, told]);
  });

  it('ends when somebody takes it back, stays in the history, and can be said anew', async () => {
    const held = await moment();
    const [known] = (await lineage('ledger')).edges;
    const { edge } = await done(retract(flow('orders', 'ledger', 'The job is gone'), world.ask), 'retractLineage');
    expect(edge).toEqual({
      ...known,
      validTo: expect.any(String),
      declaration: { ...known.declaration, retractedBecause: 'The job is gone', retractedBy: me },
    });
    expect((await lineage('ledger')).edges).toEqual([]);
    expect((await lineage('ledger', { asOf: held })).edges).toEqual([edge]);
    expect(await problem(retract(flow('orders', 'ledger')))).toEqual(['NOT_FOUND', undefined]);

    const anew = (await done(declare(flow('orders', 'ledger', 'It is back'), world.ask), 'declareLineage')).edge;
    const declaration = { reason: 'It is back', by: me, retractedBecause: null };
    expect(anew).toMatchObject({ transformation: 'DIRECT', job: null, declaration });
    expect((await lineage('ledger', { asOf: held })).edges).toEqual([edge]);
    expect((await lineage('ledger')).edges).toEqual([anew]);
  });

  it('is one edge, however many say it at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => done(declare(flow('ledger', 'report')), 'declareLineage')));
    expect(new Set(answers.map(({ edge }) => JSON.stringify(edge))).size).toBe(1);
    const ended = await Promise.all(Array.from({ length: 4 }, () => retract(flow('ledger', 'report', 'No'))));
    expect(ended.map(({ errors }) => errors?.[0]!.extensions.code ?? 'retracted').toSorted()).toEqual([
      'NOT_FOUND',
      'NOT_FOUND',
      'NOT_FOUND',
      'retracted',
    ]);
    await done(declare(flow('ledger', 'report')), 'declareLineage');
  });
});

describe('beside what a source reports', () => {
  it('is an edge of its own, which no scan touches', async () => {
    const natively = (origin: string) => (each: string) => each.endsWith(origin);
    await done(declare(flow('orders', 'recent')), 'declareLineage');
    const both = ['orders>recent DECLARED', 'orders>recent NATIVE'];
    expect(edgesOf(await lineage('recent'))).toEqual(both);
    const [declared] = (await lineage('recent')).edges.filter(({ origin }: any) => origin === 'DECLARED');

    // The source closes its own, and opens it again.
    await shop.sql.unsafe('create or replace view recent as select 1 as id, 2 as customer');
    await scan(shop);
    expect(edgesOf(await lineage('recent'))).toEqual(both.filter(natively('DECLARED')));
    await shop.sql.unsafe('create or replace view recent as select id, customer from orders');
    await scan(shop);
    expect(edgesOf(await lineage('recent'))).toEqual(both);

    // What is dropped keeps what people said of it, for when it comes back.
    await shop.sql.unsafe('drop view recent');
    await scan(shop);
    expect(edgesOf(await lineage('recent'))).toEqual(both.filter(natively('DECLARED')));
    await shop.sql.unsafe('create view recent as select id, customer from orders');
    await scan(shop);
    expect(edgesOf(await lineage('recent'))).toEqual(both);
    expect((await lineage('recent')).edges).toContainEqual(declared);

    await done(retract(flow('orders', 'recent', 'The source knows')), 'retractLineage');
    expect(edgesOf(await lineage('recent'))).toEqual(both.filter(natively('NATIVE')));
  });

  it('only is what can be retracted', async () => {
    const { errors } = await retract(flow('orders', 'recent', 'No more'));
    expect(errors).toMatchObject([
      { message: expect.stringContaining('a source reports it (NATIVE)'), extensions: { code: 'BAD_USER_INPUT', field: 'input.from' } },
    ]);
    expect(edgesOf(await lineage('recent'))).toEqual(['orders>recent NATIVE']);
  });

  it('is not said of what was deleted, but can be taken back', async () => {
    await shop.sql.unsafe('create table gone (id int)');
    await scan(shop);
    await done(declare(flow('orders', 'gone')), 'declareLineage');
    await shop.sql.unsafe('drop table gone');
    await scan(shop);
    expect(await problem(declare(flow('ledger', 'gone')))).toEqual(['CONFLICT', undefined]);
    expect(await problem(declare(flow('gone', 'ledger')))).toEqual(['CONFLICT', undefined]);
    expect(edgesOf(await lineage('gone'))).toEqual(['orders>gone DECLARED']);
    await done(retract(flow('orders', 'gone')), 'retractLineage');
    expect(edgesOf(await lineage('gone'))).toEqual([]);
  });
});

describe('between columns', () => {
  const NEIGHBOURS = `edges { cursor depth node { id name } } nodes { id } pageInfo { hasNextPage endCursor } truncated`;
  const neighbours = async (column: string, args = '', ask: Ask = world.ask): Promise<any> => {
    const { data, errors } = await ask(
      `query ($id: ID!) { column(id: $id) { upstream${args} { ${NEIGHBOURS} } downstream${args} { ${NEIGHBOURS} } } }`,
      {
        id: id(column),
      },
    );
    expect(errors).toBeUndefined();
    return data.column;
  };
  const declared = ({ edges }: any): any => ({ edges: edges.filter(({ origin }: any) => origin === 'DECLARED') });

  it('is lineage of columns, under the ids that the catalog gives them', async () => {
    for (const [from, to, transformation] of [
      ['orders.id', 'ledger.order_id', 'DIRECT'],
      ['orders.customer', 'ledger.order_id', 'INDIRECT'],
      ['ledger.order_id', 'report.order_id', 'DIRECT'],
      ['orders.note', 'report.total', 'CONDITIONAL'],
    ] as const) {
      const { edge } = await done(declare({ ...flow(from, to), transformation, job: { namespace: 'dbt', name: to } }), 'declareLineage');
      expect(edge).toMatchObject({ from: id(from), to: id(to), kind: 'COLUMN', origin: 'DECLARED', transformation, job: { name: to } });
    }
    const found = await lineage('report', { level: 'COLUMN' });
    expect(found.rootId).toBe(id('report'));
    expect(edgesOf(found)).toEqual([
      'ledger.order_id>report.order_id DECLARED',
      'orders.customer>ledger.order_id DECLARED',
      'orders.id>ledger.order_id DECLARED',
      'orders.note>report.total DECLARED',
    ]);
    const told = found.nodes.map(({ id: node, depth, asset, column, job }: any) => {
      expect(node).toBe((job ?? column).id);
      return `${depth} ${job ? `job ${job.name} ${asset} ${column}` : `${asset.displayName}.${column.name}`}`;
    });
    expect(told.toSorted()).toEqual([
      '0 report.order_id',
      '0 report.total',
      '1 job report.order_id null null',
      '1 job report.total null null',
      '1 ledger.order_id',
      '1 orders.note',
      '2 job ledger.order_id null null',
      '2 orders.customer',
      '2 orders.id',
    ]);
    // Their assets have it, too; who says so and why is told of the columns.
    const ofAssets = await lineage('report', { depth: 1 });
    expect(ofAssets.nodes.every(({ column }: any) => column === null)).toBe(true);
    expect(edgesOf(ofAssets)).toEqual(['ledger>report DECLARED', 'orders>report DECLARED']);
    expect(ofAssets.edges.find(({ from }: any) => from === id('orders'))).toMatchObject({
      kind: 'TABLE',
      transformation: 'DIRECT',
      job: null,
      declaration: null,
      validTo: null,
    });
    const { asset } = await world.admin('query ($id: ID!) { asset(id: $id) { downstream { nodes { id } } } }', { id: id('orders') });
    expect(asset.downstream.nodes.map((node: any) => node.id)).toContain(id('report'));
  });

  it('is one edge of the assets, however many columns are declared and retracted at the same time', async () => {
    await shop.sql.unsafe('create table wide_from (a int, b int, c int, d int); create table wide_to (a int, b int, c int, d int)');
    await scan(shop);
    const flows = ['a', 'b', 'c', 'd'].map((name) => flow(`wide_from.${name}`, `wide_to.${name}`));
    const all = async () =>
      (await world.admin('query ($id: ID!) { lineageHistory(assetId: $id) { nodes { validTo } } }', { id: id('wide_to') })).lineageHistory
        .nodes;
    await Promise.all(flows.map((each) => done(declare(each), 'declareLineage')));
    expect(await all()).toEqual([{ validTo: null }]);
    await Promise.all(flows.slice(1).map((each) => done(retract(each), 'retractLineage')));
    expect(await all()).toEqual([{ validTo: null }]);
    await done(retract(flows[0]!), 'retractLineage');
    expect(await all()).toEqual([{ validTo: expect.any(String) }]);
    expect(edgesOf(await lineage('wide_to'))).toEqual([]);
  });

  it('is what a column has before and after it', async () => {
    const names = ({ edges }: any) => edges.map(({ node, depth }: any) => `${depth} ${node.name}`).toSorted();
    expect(names((await neighbours('report.order_id')).upstream)).toEqual(['1 order_id']);
    expect(names((await neighbours('report.order_id', '(depth: 5)')).upstream)).toEqual(['1 order_id', '2 customer', '2 id']);
    expect((await neighbours('ledger.amount', '(depth: 5)')).upstream).toMatchObject({ edges: [], nodes: [], truncated: false });
    const seen: string[] = [];
    for (let after = '', more = true; more;) {
      const list = `query ($id: ID!) { column(id: $id) { upstream(depth: 2, first: 1${after}) { ${NEIGHBOURS} } } }`;
      const { upstream } = (await world.admin(list, { id: id('report.order_id') })).column;
      expect(upstream.nodes).toEqual(upstream.edges.map(({ node }: any) => ({ id: node.id })));
      seen.push(...upstream.nodes.map((node: any) => node.id));
      more = upstream.pageInfo.hasNextPage;
      after = `, after: "${upstream.pageInfo.endCursor}"`;
    }
    expect(seen[0]).toBe(id('ledger.order_id'));
    expect(seen.toSorted()).toEqual([id('ledger.order_id'), id('orders.customer'), id('orders.id')].toSorted());
    const { errors } = await world.ask(`{ column(id: "${id('report.order_id')}") { upstream(depth: 21) { nodes { id } } } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'depth' } }]);
  });

  it('outlives a column that is dropped, and holds for it when it comes back', async () => {
    const before = edgesOf(declared(await lineage('report', { level: 'COLUMN' })));
    await shop.sql.unsafe('alter table orders drop column note');
    await scan(shop);
    expect(edgesOf(declared(await lineage('report', { level: 'COLUMN' })))).toHaveLength(before.length);
    await shop.sql.unsafe('alter table orders add column note text');
    await scan(shop);
    expect(edgesOf(declared(await lineage('report', { level: 'COLUMN' })))).toEqual(before);
    await done(retract(flow('orders.note', 'report.total')), 'retractLineage');
    expect((await lineage('report', { level: 'COLUMN' })).nodes.flatMap(({ column }: any) => column?.name ?? []).toSorted()).toEqual([
      'customer',
      'id',
      'order_id',
      'order_id',
    ]);
  });

  it('keeps the graph in one piece where the catalog knows no such column', async () => {
    // As of a system column that a view reads.
    const node = '01a20000-0000-5000-8000-0000000000aa';
    const [known] = await world.owner<{ id: string }[]>`
      select column_id as id from lineage.columns where asset_id = ${id('ledger')} and name = 'order_id'`;
    await world.owner`insert into lineage.columns (column_id, asset_id, name) values (${node}, ${id('recent')}, 'xmin')`;
    await world.owner`insert into lineage.edges (from_id, to_id, kind, origin, valid_from) values (${node}, ${known!.id}, 'COLUMN', 'PARSED', now())`;
    const { nodes, edges } = await lineage('ledger', { level: 'COLUMN' });
    expect(nodes).toContainEqual({ id: node, depth: 1, asset: { id: id('recent'), displayName: 'recent' }, column: null, job: null });
    expect(edges).toContainEqual(expect.objectContaining({ from: node, to: id('ledger.order_id'), origin: 'PARSED', declaration: null }));
    const { upstream } = await neighbours('ledger.order_id');
    expect(upstream.edges.filter((edge: any) => edge.node === null)).toEqual([{ cursor: expect.any(String), depth: 1, node: null }]);
    await world.owner`update lineage.edges set valid_to = valid_from where from_id = ${node}`;
  });

  it('costs a page of assets a handful of statements, however many columns they have', async () => {
    const page = (first: number) => () =>
      world.admin(
        `{ assets(first: ${first}, filter: { kinds: [TABLE, VIEW] }) { nodes { columns(first: 20) { nodes { upstream(depth: 2, first: 20) { nodes { id name } } downstream(first: 20) { nodes { id } } } } } } }`,
      );
    const statements = async (first: number): Promise<[number, number]> => {
      await page(first)();
      return [await countStatements(world.owner, 'lineage', page(first)), await countStatements(world.owner, 'catalog', page(first))];
    };
    const [ofLineage, ofCatalog] = await statements(50);
    // A level each of upstream (at most 2) and downstream (1), and the columns that were found.
    expect(ofLineage).toBeLessThanOrEqual(5);
    // Assets, their columns, which columns these are, which the found ones are, and those themselves; some twice, as up and down go by themselves.
    expect(ofCatalog).toBeLessThanOrEqual(8);
    await shop.sql.unsafe(
      'create schema wide; ' + Array.from({ length: 30 }, (_, n) => `create table wide.t${n} (a int, b int, c int, d int);`).join(''),
    );
    await scan(shop);
    expect(await statements(50)).toEqual([ofLineage, ofCatalog]);

    const graph = () => lineage('report', { level: 'COLUMN', direction: 'BOTH' });
    await graph();
    // What is visible, the columns of the asset, three levels, edges of both sides, names, declarations, and the jobs.
    expect(await countStatements(world.owner, 'lineage', graph)).toBeLessThanOrEqual(12);
  });
});

describe('what cannot be declared', () => {
  const UNKNOWN = '01a20000-0000-7000-8000-000000000000';

  it('is refused with the field and what to do', async () => {
    const good = flow('orders', 'report');
    const wrong: [object, string][] = [
      [{ ...good, to: good.from }, 'input.to'],
      [{ ...good, to: good.from.toUpperCase() }, 'input.to'],
      [{ ...good, to: id('report.total') }, 'input.to'],
      [{ ...good, from: id('orders.id') }, 'input.to'],
      [{ ...good, reason: '' }, 'input.reason'],
      [{ ...good, reason: ' \n ' }, 'input.reason'],
      [{ ...good, reason: 'a\0b' }, 'input.reason'],
      [{ ...good, reason: 'x'.repeat(2_001) }, 'input.reason'],
      [{ ...good, job: { namespace: '', name: 'x' } }, 'input.job.namespace'],
      [{ ...good, job: { namespace: 'x', name: ' ' } }, 'input.job.name'],
      [{ ...good, job: { namespace: 'x', name: 'y'.repeat(1_001) } }, 'input.job.name'],
    ];
    for (const [input, field] of wrong)
      expect(await problem(declare(input)), JSON.stringify(input).slice(0, 200)).toEqual(['BAD_USER_INPUT', field]);
    for (const [input, field] of wrong.slice(0, 8)) expect(await problem(retract(input))).toEqual(['BAD_USER_INPUT', field]);
    expect(edgesOf(await lineage('report', { depth: 1 }))).toEqual(['ledger>report DECLARED']);
    // In capitals they are the same ids, and the longest reason is none too long.
    const upper = { from: good.from.toUpperCase(), to: good.to.toUpperCase(), reason: '😀'.repeat(2_000) };
    const { edge } = await done(declare(upper), 'declareLineage');
    expect(edge).toMatchObject({ from: good.from, to: good.to, declaration: { reason: upper.reason } });
    await done(retract({ ...upper, reason: 'No' }), 'retractLineage');
  });

  it('is not found where an end is hidden or unknown, and FORBIDDEN where the role does not reach', async () => {
    const anonymous = { from: 'x', to: 'x', reason: '' };
    expect(await problem(declare(anonymous, world.anonymous))).toEqual(['UNAUTHENTICATED', undefined]);
    expect(await problem(retract(anonymous, world.anonymous))).toEqual(['UNAUTHENTICATED', undefined]);
    const ingestor = await world.createUser([{ role: 'INGESTOR' }]);
    expect(await problem(declare(flow('orders', 'report'), ingestor))).toEqual(['FORBIDDEN', undefined]);

    const owner = await world.createUser([{ role: 'STEWARD', sourceId: shop.id }]);
    for (const ask of [owner, reader]) {
      for (const input of [
        flow('feed', 'report'),
        flow('report', 'feed'),
        flow('feed.id', 'report.total'),
        flow('report.total', 'feed.id'),
      ]) {
        for (const change of [declare, retract]) expect(await problem(change(input, ask))).toEqual(['NOT_FOUND', undefined]);
      }
    }
    for (const nothing of [UNKNOWN, 'nonsense']) {
      for (const change of [declare, retract]) {
        expect(await problem(change({ ...flow('orders', 'report'), from: nothing }))).toEqual(['NOT_FOUND', undefined]);
        expect(await problem(change({ ...flow('orders', 'report'), to: nothing }, world.ask))).toEqual(['NOT_FOUND', undefined]);
      }
    }
    // Sight of both, and no right at what data flows to.
    for (const change of [declare, retract]) {
      expect(await problem(change(flow('orders', 'report'), reader))).toEqual(['FORBIDDEN', undefined]);
      expect(await problem(change(flow('orders.id', 'report.total'), reader))).toEqual(['FORBIDDEN', undefined]);
      expect(await problem(change(flow('orders', 'feed'), steward))).toEqual(['FORBIDDEN', undefined]);
    }
    const { errors } = await declare(flow('orders', 'feed'), steward);
    expect(errors![0]!.extensions).toMatchObject({ policy: 'role:STEWARD' });
    // Sight is enough where data comes from.
    await done(declare(flow('feed', 'report'), steward), 'declareLineage');
  });
});

describe('who sees one end', () => {
  it('learns nothing of the other, and not that there is one', async () => {
    const from = await moment();
    await done(declare(flow('feed.id', 'report.total', 'feed knows'), steward), 'declareLineage');
    const to = await moment();
    const stranger = await world.createUser([{ role: 'READER', sourceId: other.id }]);
    const nobody = await world.createUser([{ role: 'READER', sourceId: '01a20000-0000-7000-8000-000000000000' }]);
    expect(edgesOf(await lineage('report', { depth: 1 }, steward))).toEqual(['feed>report DECLARED', 'ledger>report DECLARED']);
    expect(edgesOf(await lineage('report', { depth: 1 }, reader))).toEqual(['ledger>report DECLARED']);
    expect(edgesOf(await lineage('report', { depth: 1, level: 'COLUMN' }, steward))).toContain('feed.id>report.total DECLARED');
    expect(edgesOf(await lineage('report', { depth: 1, level: 'COLUMN' }, reader))).toEqual(['ledger.order_id>report.order_id DECLARED']);
    // A budget that nothing hidden is counted in.
    expect(await lineage('report', { maxNodes: 1 }, stranger)).toBeNull();
    // Not even a column without an edge, in a list of those that have some: now, at that moment, or as what came since.
    const between = `query ($id: ID!, $from: DateTime!, $to: DateTime!, $maxNodes: Int) {
      lineageDiff(assetId: $id, from: $from, to: $to, level: COLUMN, maxNodes: $maxNodes) { added { from } removed { from } addedNodes { id } removedNodes { id } truncated } }`;
    const came = async (name: string, ask: Ask, maxNodes = 500) =>
      (await ask(between, { id: id(name), from, to, maxNodes })).data.lineageDiff.addedNodes.map((node: any) => node.id).toSorted();
    expect(await came('feed', steward)).toEqual([id('feed.id'), id('report.total')].toSorted());
    for (const [ask, name, hidden] of [
      [stranger, 'feed', 'feed.id'],
      [reader, 'report', 'report.total'],
    ] as const) {
      expect(await came(name, ask)).toEqual([]);
      for (const direction of ['UPSTREAM', 'DOWNSTREAM', 'BOTH'])
        for (const asOf of [null, to]) {
          const { nodes } = await lineage(name, { direction, level: 'COLUMN', asOf }, ask);
          expect(nodes.map((node: any) => node.id)).not.toContain(id(hidden));
        }
    }
    expect(await lineage('feed', { direction: 'BOTH', level: 'COLUMN', maxNodes: 1 }, stranger)).toMatchObject({
      nodes: [],
      edges: [],
      truncated: false,
    });
    const rooted = async (maxNodes: number): Promise<unknown[]> => {
      const { nodes, truncated } = await lineage('report', { direction: 'DOWNSTREAM', level: 'COLUMN', maxNodes }, reader);
      return [nodes.length, truncated];
    };
    expect([await rooted(1), await rooted(500)]).toEqual([
      [0, false],
      [0, false],
    ]);
    expect(await lineage('report', { level: 'COLUMN' }, nobody)).toBeNull();
    const downstream = `query ($id: ID!) { column(id: $id) { downstream(depth: 5) { truncated nodes { id } } } }`;
    expect((await steward(downstream, { id: id('feed.id') })).data.column.downstream.nodes).toEqual([{ id: id('report.total') }]);
    expect((await stranger(downstream, { id: id('feed.id') })).data.column.downstream).toEqual({ truncated: false, nodes: [] });
    expect((await nobody(downstream, { id: id('feed.id') })).data.column).toBeNull();
  });

  it('gets no event of it', async () => {
    await world.sealed();
    const EVENTS = '{ events(first: 200, types: ["lineage.*"]) { totalCount nodes { type subject actor { id } data } } }';
    const eventsOf = async (ask: Ask): Promise<any[]> => (await ask(EVENTS)).data.events.nodes;
    const all = await eventsOf(world.ask);
    expect(all[0]).toEqual({
      type: 'lineage.changed',
      subject: id('ledger'),
      actor: { id: steward.id },
      data: {
        change: 'declared',
        level: 'ASSET',
        declarationId: expect.any(String),
        reason: 'The nightly job copies them.',
        kind: 'TABLE',
        namespace: expect.any(String),
        name: expect.stringMatching(/\.ledger$/),
      },
    });
    const [ended] = all.filter(({ data }) => data.change === 'retracted');
    expect(ended).toMatchObject({ subject: id('ledger'), actor: { id: me.id }, data: { declarationId: all[0].data.declarationId } });
    const text = JSON.stringify(all);
    for (const name of ['feed', 'orders', 'feed.id', 'orders.id']) expect(text).not.toContain(id(name));
    const ofBoth = all.filter(({ data }) => data.reason === 'feed knows');
    expect(ofBoth).toMatchObject([{ subject: id('report'), data: { level: 'COLUMN' } }]);
    expect(await eventsOf(steward)).toEqual(all);
    // One of the two flows out of `feed` is told with the words of everybody else.
    expect(await eventsOf(reader)).toHaveLength(all.length - 2);
    expect((await reader(EVENTS)).data.events.totalCount).toBe(all.length - 2);
  });

  it('is told at once of what it sees, by its type', async () => {
    const live = await world.live(reader.email);
    const stream = live.subscribe('subscription { eventPublished(types: ["lineage.*"]) { event { type subject data } } }');
    await sleep(300);
    await done(declare(flow('feed', 'ledger', 'hidden'), steward), 'declareLineage');
    await done(declare(flow('recent', 'ledger', 'seen'), steward), 'declareLineage');
    const told = await stream.next();
    expect(told?.data?.eventPublished).toMatchObject({
      event: { type: 'lineage.changed', subject: id('ledger'), data: { reason: 'seen' } },
    });
    await live.close();
  });

  it('sees it once a domain that both belong to is shown, of assets and of columns', async () => {
    const { domain } = await mutate(world.admin, 'createDomain', { name: 'Shown' }, 'domain { id }');
    const show = async (name: string): Promise<void> => {
      const { asset } = await world.admin('query ($id: ID!) { asset(id: $id) { version } }', { id: id(name) });
      await mutate(world.admin, 'updateAsset', { id: id(name), version: asset.version, domainId: domain.id });
      await fed();
    };
    await show('report');
    const ofDomain = await world.createUser([{ role: 'STEWARD', domainId: domain.id }]);
    expect((await lineage('report', { direction: 'BOTH' }, ofDomain)).edges).toEqual([]);
    expect((await lineage('report', { level: 'COLUMN' }, ofDomain)).edges).toEqual([]);
    expect(await problem(declare(flow('ledger', 'report'), ofDomain))).toEqual(['NOT_FOUND', undefined]);
    expect(await problem(retract(flow('ledger', 'report'), ofDomain))).toEqual(['NOT_FOUND', undefined]);
    await show('ledger');
    expect(edgesOf(await lineage('report', { direction: 'BOTH' }, ofDomain))).toEqual(['ledger>report DECLARED']);
    expect(edgesOf(await lineage('report', { level: 'COLUMN' }, ofDomain))).toEqual(['ledger.order_id>report.order_id DECLARED']);
    await done(retract(flow('ledger', 'report', 'Not so'), ofDomain), 'retractLineage');
    // What is declared of the columns still holds.
    expect((await lineage('report', {}, ofDomain)).edges).toMatchObject([{ from: id('ledger'), declaration: null }]);
    await done(retract(flow('ledger.order_id', 'report.order_id', 'Not so'), ofDomain), 'retractLineage');
    expect((await lineage('report', {}, ofDomain)).edges).toEqual([]);
  });
});

describe('a job', () => {
  const JOB = `query ($id: ID!, $first: Int, $after: String) {
    job(id: $id) { id namespace name flows(first: $first, after: $after) { nodes { from to kind validTo } edges { cursor node { from } } pageInfo { hasNextPage endCursor } } } }`;
  const jobIdOf = async (name: string): Promise<string> =>
    (await world.owner<{ id: string }[]>`select job_id as id from lineage.jobs where name = ${name}`)[0]!.id;
  const jobOf = async (jobId: string, page: object = {}, ask: Ask = world.ask): Promise<any> => {
    const { data, errors } = await ask(JOB, { id: jobId, ...page });
    expect(errors).toBeUndefined();
    return data.job;
  };

  it('has what it moves and has moved as pages, the latest first', async () => {
    await done(declare({ ...flow('report', 'ledger'), job: { namespace: 'airflow', name: 'weekly' } }), 'declareLineage');
    await done(retract(flow('report', 'ledger')), 'retractLineage');
    await done(declare({ ...flow('report', 'recent'), job: { namespace: 'airflow', name: 'weekly' } }), 'declareLineage');
    const jobId = await jobIdOf('weekly');
    const expected = [
      { from: id('report'), to: id('recent'), kind: 'TABLE', validTo: null },
      { from: id('report'), to: id('ledger'), kind: 'TABLE', validTo: expect.any(String) },
    ];
    const all = await jobOf(jobId.toUpperCase());
    expect(all).toMatchObject({
      id: jobId,
      namespace: 'airflow',
      name: 'weekly',
      flows: { nodes: expected, pageInfo: { hasNextPage: false } },
    });
    const { flows: first } = await jobOf(jobId, { first: 1 });
    expect(first).toMatchObject({ nodes: expected.slice(0, 1), pageInfo: { hasNextPage: true } });
    expect((await jobOf(jobId, { first: 1, after: first.pageInfo.endCursor })).flows).toMatchObject({
      nodes: expected.slice(1),
      pageInfo: { hasNextPage: false },
    });
    expect(await problem(world.ask(JOB, { id: await jobIdOf('nightly'), after: first.pageInfo.endCursor }))).toEqual([
      'BAD_USER_INPUT',
      'after',
    ]);
    await done(retract(flow('report', 'recent')), 'retractLineage');
  });

  it('is none for who sees both ends of nothing that it moves, and where there is none', async () => {
    await done(declare({ ...flow('feed', 'recent'), job: { namespace: 'airflow', name: 'import' } }), 'declareLineage');
    const jobId = await jobIdOf('import');
    expect(await jobOf(jobId, {}, steward)).toMatchObject({ name: 'import' });
    expect(await jobOf(jobId, {}, reader)).toBeNull();
    for (const unknown of ['nonsense', '01a20000-0000-7000-8000-000000000000']) expect(await jobOf(unknown)).toBeNull();
    await done(retract(flow('feed', 'recent')), 'retractLineage');
    expect(await jobOf(jobId, {}, reader)).toBeNull();
  });

  it('costs a statement for all that are in an answer, and one for what they move', async () => {
    for (const name of ['id', 'customer']) {
      await done(declare({ ...flow(`orders.${name}`, 'report.order_id'), job: { namespace: 'dbt', name } }), 'declareLineage');
    }
    // Consumers count, too.
    await world.consumed();
    const graph = () =>
      world.admin(
        `{ lineage(assetId: "${id('report')}", direction: BOTH, level: COLUMN) { nodes { job { name flows(first: 5) { nodes { from } } } } } }`,
      );
    expect((await graph()).lineage.nodes.filter(({ job }: any) => job).length).toBeGreaterThan(1);
    const bare = () => world.admin(`{ lineage(assetId: "${id('report')}", direction: BOTH, level: COLUMN) { nodes { depth } } }`);
    await bare();
    const [of, without] = [await countStatements(world.owner, 'lineage', graph), await countStatements(world.owner, 'lineage', bare)];
    // Names, flows, and the columns at their ends.
    expect(of - without).toBeLessThanOrEqual(3);
  });
});
