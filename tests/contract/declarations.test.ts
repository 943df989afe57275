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
    rootId truncated nodes { id depth asset { id displayName } column { id name } job { id } } edges { ${EDGE} } } }`;

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
    expect(found.nodes.map(({ asset, depth, job }: any) => [asset.displayName, depth, job])).toEqual([
      ['ledger', 0, null],
      ['orders', 1, null],
    ]);
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

    const anew = (await done(declare(flow('orders', 'ledger', 'It is back')), 'declareLineage')).edge;
    expect(anew).toMatchObject({ transformation: 'DIRECT', job: null, declaration: { reason: 'It is back', retractedBecause: null } });
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
