/** The life of violations through the whole product, and what three viewers see of them and may decide. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { createWorld, type Ask, type World } from '../world.ts';
import { mutate } from './mutate.ts';

type Place = { id: string; sql: World['owner'] };
const VIOLATION = `id assetId severity status message evidence raisedAt updatedAt resolvedAt waivedUntil waivedBecause
  policy { id name } asset { id displayName owners { user { id } } } column { id name }`;

let world: World;
let north: Place;
let steward: Ask & { id: string };
let reader: Ask;
let nobody: Ask;
let tables: { id: string };

async function addPlace(name: string, statements: string): Promise<Place> {
  const { url, sql } = await createEmptyDatabase();
  await sql.unsafe(statements);
  const { id } = await world.addSource(name, { url });
  await world.scan(id);
  return { id, sql };
}

async function publish(input: object): Promise<{ id: string }> {
  const { policy } = await mutate(world.admin, 'createPolicy', { ruleType: 'namingConvention', ...input }, 'policy { id version }');
  await mutate(world.admin, 'publishPolicy', policy);
  const isDone = async () =>
    (await world.admin('query ($id: ID!) { policy(id: $id) { evaluation { finishedAt } } }', policy)).policy.evaluation.finishedAt;
  while (!(await isDone())) await sleep(20);
  return policy;
}

beforeAll(async () => {
  world = await createWorld();
  north = await addPlace('north', 'create table orders (id int, "Total" int); create table "Stock" (id int, "Amount" int)');
  await addPlace('south', 'create table "People" (id int, "eMail" text)');
  await world.consumed();
  steward = await world.createUser([{ role: 'STEWARD', sourceId: north.id }]);
  reader = await world.createUser([{ role: 'READER', sourceId: north.id }]);
  nobody = await world.createUser([{ role: 'READER', sourceId: '01a20000-0000-7000-8000-000000000000' }]);
  tables = await publish({
    name: 'Tables',
    params: { pattern: '^[a-z_0-9]+$', target: 'asset' },
    scope: { kinds: ['TABLE'] },
    severity: 'ERROR',
  });
  await publish({ name: 'Columns', params: { pattern: '^[a-z_0-9]+$', target: 'column' }, severity: 'WARNING' });
});
afterAll(() => world.stop());

const list = async (filter: object = {}, ask: Ask = world.ask): Promise<any[]> =>
  (await ask(`query ($filter: ViolationFilter) { violations(first: 200, filter: $filter) { nodes { ${VIOLATION} } } }`, { filter })).data
    .violations.nodes;
const find = async (name: string, filter: object = {}) =>
  (await list(filter)).find(({ asset, column }) => (column?.name ?? asset?.displayName) === name);
const read = async (id: string) => (await world.admin(`query ($id: ID!) { violation(id: $id) { ${VIOLATION} } }`, { id })).violation;
async function until(id: string, status: string): Promise<any> {
  for (;;) {
    const violation = await read(id);
    if (violation.status === status) return violation;
    await sleep(20);
  }
}
const ask = (who: Ask, name: string, input: object, selection: string) =>
  who(`mutation ($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${selection} cursor } }`, { input });
const decide = (who: Ask, name: string, input: object) => ask(who, name, input, `violation { ${VIOLATION} }`);
const decideMany = (who: Ask, name: string, input: object) =>
  ask(who, name, input, `results { id violation { ${VIOLATION} } error { code message field } }`);
const codes = (answer: Awaited<ReturnType<Ask>>) => answer.errors?.map((error) => error.extensions.code);
const hence = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();

describe('a violation', () => {
  it('tells what is wrong with what', async () => {
    const [table, column] = [await find('Stock', { policyIds: [tables.id] }), await find('Total')];
    expect(table).toMatchObject({
      severity: 'ERROR',
      status: 'OPEN',
      policy: { name: 'Tables' },
      asset: { id: table.assetId },
      column: null,
    });
    expect(column).toMatchObject({
      severity: 'WARNING',
      policy: { name: 'Columns' },
      asset: { displayName: 'orders' },
      column: { name: 'Total' },
    });
    expect([table.message, column.message]).toEqual([expect.stringContaining('Stock'), expect.stringContaining('Total')]);
    expect(table.evidence).not.toEqual(column.evidence);
    expect(await read(table.id)).toEqual(table);
  });

  it('is acknowledged, waived, open again after its term, and resolved when its cause goes; should that come back, as a new one', async () => {
    const { id } = await find('Stock', { policyIds: [tables.id] });
    const subject = { types: ['policy.*'], subject: id };
    const acknowledged = await decide(steward, 'acknowledgeViolation', { id });
    expect(acknowledged.data.acknowledgeViolation.violation).toMatchObject({ id, status: 'ACKNOWLEDGED' });
    const waived = await decide(steward, 'waiveViolation', { id, because: 'Renamed on Monday', until: hence(1) });
    expect(waived.data.waiveViolation.violation).toMatchObject({ status: 'WAIVED', waivedBecause: 'Renamed on Monday' });
    // What is found again while it is waived stays waived.
    await world.scan(north.id);
    expect(await until(id, 'OPEN')).toMatchObject({ waivedUntil: null, waivedBecause: null });
    await north.sql.unsafe('alter table "Stock" rename to stock');
    await world.scan(north.id);
    expect(await until(id, 'RESOLVED')).toMatchObject({ resolvedAt: expect.any(String) });
    expect(codes(await decide(steward, 'reopenViolation', { id }))).toEqual(['CONFLICT']);
    await north.sql.unsafe('alter table stock rename to "Stock"');
    await world.scan(north.id);
    const isBack = async () => find('Stock', { policyIds: [tables.id], statuses: ['OPEN'] });
    while (!(await isBack())) await sleep(20);
    expect((await isBack()).id).not.toBe(id);
    await world.sealed();
    const { events } = await world.admin(
      'query ($types: [String!], $subject: ID) { events(types: $types, subject: $subject) { nodes { type data } } }',
      subject,
    );
    const told = events.nodes.map(({ type, data }: any) => [type, data.because].filter(Boolean).join(': '));
    expect(told).toEqual([
      'policy.violated',
      'policy.acknowledged',
      'policy.waived: Renamed on Monday',
      'policy.reopened: the waiver expired',
      'policy.resolved',
    ]);
  });

  it('is never open twice for one thing', async () => {
    const open = await list({ statuses: ['OPEN', 'ACKNOWLEDGED', 'WAIVED'] });
    const keys = open.map(({ policy, assetId, column }) => `${policy.id} ${assetId} ${column?.id}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('three viewers', () => {
  const COUNTS = `query ($filter: ViolationFilter) { violations(filter: $filter) { totalCount nodes { asset { source { id } } } }
    day: violationCounts(by: DAY, filter: $filter) { value count } severity: violationCounts(by: SEVERITY, filter: $filter) { value count }
    status: violationCounts(by: STATUS, filter: $filter) { value count } policy: violationCounts(by: POLICY, filter: $filter) { value count }
    source: violationCounts(by: SOURCE, filter: $filter) { value count } owner: violationCounts(by: OWNER, filter: $filter) { value count }
    policies { nodes { id violations(filter: $filter) { totalCount } } } }`;
  const total = (counts: { count: number }[]): number => counts.reduce((sum, { count }) => sum + count, 0);
  const keys = ['day', 'severity', 'status', 'policy', 'source', 'owner'];

  it('see as much in lists, totals, counts and below policies: all, of one source, nothing', async () => {
    for (const filter of [{}, { statuses: ['OPEN'] }, { severities: ['WARNING'], raisedAfter: '2020-01-01T00:00:00Z' }]) {
      const all = (await world.ask(COUNTS, { filter })).data;
      const mine = (await reader(COUNTS, { filter })).data;
      const none = (await nobody(COUNTS, { filter })).data;
      for (const seen of [all, mine, none]) {
        const { totalCount, nodes } = seen.violations;
        expect(nodes).toHaveLength(totalCount);
        expect(total(seen.policies.nodes.map(({ violations }: any) => ({ count: violations.totalCount })))).toBe(totalCount);
        for (const key of keys) expect(total(seen[key])).toBe(totalCount);
      }
      const ofNorth = all.violations.nodes.filter(({ asset }: any) => asset.source.id === north.id);
      expect(mine.violations.nodes).toEqual(ofNorth);
      expect(ofNorth.length).toBeLessThan(all.violations.totalCount);
      expect(mine.source).toEqual([{ value: north.id, count: ofNorth.length }]);
      expect(none.violations.totalCount).toBe(0);
    }
  });

  it('find by owner what one of them owns, and count it for each owner', async () => {
    const { asset } = await find('People', { policyIds: [tables.id] });
    const { asset: read } = await world.admin(`{ asset(id: "${asset.id}") { version } }`);
    const { me } = await world.admin('{ me { id } }');
    const owners = [me.id, steward.id].map((userId) => ({ userId, role: 'OWNER' }));
    await mutate(world.admin, 'updateAsset', { id: asset.id, version: read.version, owners });
    await world.consumed();
    const owned = await list({ ownerIds: [steward.id] });
    expect(owned.map(({ asset: each }) => each.id)).toEqual([asset.id, asset.id]);
    const { violationCounts } = await world.admin('{ violationCounts(by: OWNER, filter: { statuses: [OPEN] }) { value count } }');
    expect(violationCounts).toEqual(expect.arrayContaining([me.id, steward.id].map((value) => ({ value, count: 2 }))));
    expect(await list({ ownerIds: [steward.id] }, reader)).toEqual([]);
  });

  it('get of an asset what they see of it', async () => {
    const { assetId } = await find('People', { policyIds: [tables.id] });
    const below = `{ asset(id: "${assetId}") { violations(first: 1) { totalCount nodes { id } } } }`;
    expect((await world.ask(below)).data.asset.violations.totalCount).toBe(2);
    expect((await reader(below)).data.asset).toBeNull();
  });

  it('decide on what they are stewards of, each item by itself', async () => {
    const [seen, hidden] = [await find('Amount'), await find('eMail')];
    const ids = [seen.id, hidden.id, seen.id, 'x'];
    const outcome = async (who: Ask, name: string, input: object) => {
      const { data } = await decideMany(who, name, input);
      return data[name].results.map(({ id, violation, error }: any) => [id, violation?.status ?? error.code]);
    };
    const expected = (...results: string[]) => ids.map((id, index) => [id, results[index]]);
    expect(await outcome(steward, 'acknowledgeViolations', { ids })).toEqual(
      expected('ACKNOWLEDGED', 'NOT_FOUND', 'ACKNOWLEDGED', 'NOT_FOUND'),
    );
    expect(await outcome(reader, 'acknowledgeViolations', { ids })).toEqual(expected('FORBIDDEN', 'NOT_FOUND', 'FORBIDDEN', 'NOT_FOUND'));
    expect(await outcome(nobody, 'acknowledgeViolations', { ids })).toEqual(expected(...Array.from({ length: 4 }, () => 'NOT_FOUND')));
    const waiver = { because: 'Both of them', until: hence(3600) };
    expect(await outcome(world.ask, 'waiveViolations', { ids, ...waiver })).toEqual(expected('WAIVED', 'WAIVED', 'WAIVED', 'NOT_FOUND'));
    expect(await outcome(steward, 'waiveViolations', { ids: [seen.id], ...waiver, because: 'Only one' })).toEqual([[seen.id, 'WAIVED']]);
    expect((await list({ statuses: ['WAIVED'] })).map(({ waivedBecause }) => waivedBecause).toSorted()).toEqual([
      'Both of them',
      'Only one',
    ]);
    expect(codes(await decide(reader, 'reopenViolation', { id: seen.id }))).toEqual(['FORBIDDEN']);
    expect(codes(await decide(reader, 'reopenViolation', { id: hidden.id }))).toEqual(['NOT_FOUND']);
    for (const { id } of [seen, hidden]) {
      expect((await decide(world.ask, 'reopenViolation', { id })).data.reopenViolation.violation).toMatchObject({ id, status: 'OPEN' });
      await decide(world.ask, 'acknowledgeViolation', { id });
      await world.sealed();
      await decide(world.ask, 'waiveViolation', { id, because: 'For the cursor', until: hence(3600) });
    }
  });
});
