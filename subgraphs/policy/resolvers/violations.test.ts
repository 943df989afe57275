import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deleteDomain, upsertClass, upsertDomain } from '#platform/auth/access.ts';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { administrator, readerOf, readerOfNothing, stewardOf, viewerWith } from '#platform/testing/asking.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createWaiverSweeper } from '../domain/waivers.ts';
import type { PolicyAssetRow, PolicyRow, ViolationRow } from '../store/tables/policy.ts';
import {
  createTestPolicy,
  insertAsset,
  insertPolicy,
  insertSource,
  insertViolation,
  insertViolations,
  silent,
} from '../testing/factories.ts';

let database: TestDatabase;
let sql: Database;
let policy: PolicyRow;
let mine: PolicyAssetRow;
let other: PolicyAssetRow;
let source: { id: string; accessClass: number };
let subgraph: ReturnType<typeof createTestPolicy>;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('policy');
  subgraph = createTestPolicy(sql);
  policy = await insertPolicy(sql);
  source = await insertSource(database);
  mine = await insertAsset(sql, source, { ownerIds: [newId()] });
  other = await insertAsset(sql, await insertSource(database), { name: 'shop.public.orders' });
});
afterAll(() => database.drop());
beforeEach(() => void (subgraph.clock.now = null));

const steward = () => stewardOf(source);
const raise = (given: Partial<ViolationRow> = {}, asset = mine) => insertViolation(sql, { policy, asset, ...given });
const stored = async (id: string): Promise<ViolationRow> =>
  (await sql<ViolationRow[]>`select * from policy.violations where id = ${id}`)[0]!;
const events = (id: string) =>
  database.owner<{ type: string; actorId: string | null; data: any; attributes: any }[]>`
    select type, actor_id, data, attributes from events.outbox where subject = ${id} order by id`;
const typesOf = async (id: string) => (await events(id)).map(({ type }) => type);

const ONE = 'violation { id status waivedUntil waivedBecause } cursor';
const input = (name: string) => `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
const change = (viewer: Parameters<typeof subgraph.ask>[0], name: string, given: object, selection = ONE) =>
  subgraph.ask(viewer, `mutation ($input: ${input(name)}!) { ${name}(input: $input) { ${selection} } }`, { input: given });
const MANY = 'results { id violation { id status } error { code message field } } cursor';
const later = (): string => new Date(Date.now() + 60_000).toISOString();
const waiver = (id: string, given: object = {}) => ({ id, because: 'It goes next week', until: later(), ...given });

describe('a violation', () => {
  it('is acknowledged once', async () => {
    const { id } = await raise();
    const viewer = steward();
    const { data, errors } = await change(viewer, 'acknowledgeViolation', { id: id.toUpperCase() });
    expect({ errors, ...data }).toMatchObject({ errors: [], acknowledgeViolation: { violation: { id, status: 'ACKNOWLEDGED' } } });
    const { updatedAt } = await stored(id);
    expect((await change(viewer, 'acknowledgeViolation', { id })).errors).toEqual([]);
    expect((await stored(id)).updatedAt).toEqual(updatedAt);
    expect(await events(id)).toMatchObject([
      {
        type: 'policy.acknowledged',
        actorId: viewer.userId,
        data: { policyName: 'A policy', namespace: mine.namespace, name: mine.name, column: 'a_column', message: 'It has no owner.' },
        attributes: {
          assetId: mine.assetId,
          policyId: policy.id,
          severity: 'WARNING',
          status: 'ACKNOWLEDGED',
          accessBefore: mine.accessClass,
          accessAfter: mine.accessClass,
          ownerIds: mine.ownerIds,
        },
      },
    ]);
  });

  it('is waived with a reason and for a term, again for a new one, and reopened', async () => {
    const { id } = await raise();
    const first = await change(steward(), 'waiveViolation', waiver(id, { because: '  It goes next week \n' }));
    expect(first.data.waiveViolation.violation).toMatchObject({ status: 'WAIVED', waivedBecause: 'It goes next week' });
    const until = new Date(Date.now() + 7_200_000).toISOString();
    const second = await change(steward(), 'waiveViolation', waiver(id, { because: 'Or the week after', until }));
    expect(second.data.waiveViolation.violation).toMatchObject({
      status: 'WAIVED',
      waivedBecause: 'Or the week after',
      waivedUntil: until,
    });
    expect((await change(steward(), 'acknowledgeViolation', { id })).errors).toMatchObject([
      { code: 'CONFLICT', message: expect.stringContaining('Reopen it first') },
    ]);
    for (let turn = 0; turn < 2; turn++) {
      const reopened = await change(steward(), 'reopenViolation', { id });
      expect(reopened.data.reopenViolation.violation).toEqual({ id, status: 'OPEN', waivedUntil: null, waivedBecause: null });
    }
    const told = await events(id);
    expect(told.map(({ type }) => type)).toEqual(['policy.waived', 'policy.waived', 'policy.reopened']);
    expect(told[1]!.data).toMatchObject({ because: 'Or the week after', until });
    expect(told[2]!.data).toMatchObject({ because: 'somebody reopened it' });
  });

  it('that is resolved is decided on no more', async () => {
    const { id } = await raise({ status: 'RESOLVED', resolvedAt: new Date() });
    for (const [name, given] of [
      ['acknowledgeViolation', { id }],
      ['waiveViolation', waiver(id)],
      ['reopenViolation', { id }],
    ] as const) {
      expect((await change(administrator(), name, given)).errors).toMatchObject([
        { code: 'CONFLICT', message: expect.stringContaining('its cause is gone') },
      ]);
    }
    expect(await typesOf(id)).toEqual([]);
  });
});

describe('the order of checks', () => {
  it('is: signed in, a reading role, input, sight, right', async () => {
    const [visible, hidden] = [await raise(), await raise({}, other)];
    const codeOf = async (viewer: Parameters<typeof subgraph.ask>[0], given: object) =>
      (await change(viewer, 'waiveViolation', given)).errors[0]?.code;
    const wrong = { until: '2020-01-01T00:00:00Z' };
    expect(await codeOf(null, waiver(visible.id, wrong))).toBe('UNAUTHENTICATED');
    expect(await codeOf(viewerWith({ role: 'INGESTOR' }), waiver(visible.id, wrong))).toBe('FORBIDDEN');
    expect(await codeOf(readerOf(source), waiver(hidden.id, wrong))).toBe('BAD_USER_INPUT');
    expect(await codeOf(readerOf(source), waiver(hidden.id))).toBe('NOT_FOUND');
    expect(await codeOf(readerOf(source), waiver(newId()))).toBe('NOT_FOUND');
    expect(await codeOf(readerOf(source), waiver('x'))).toBe('NOT_FOUND');
    expect(await codeOf(readerOf(source), waiver(visible.id))).toBe('FORBIDDEN');
    expect(await codeOf(steward(), waiver(hidden.id))).toBe('NOT_FOUND');
    expect(await codeOf(steward(), waiver(visible.id))).toBeUndefined();
  });

  it('refuses a waiver without a reason, that is over already, or that never ends', async () => {
    const { id } = await raise();
    const refused = async (given: object) =>
      (await change(steward(), 'waiveViolation', waiver(id, given))).errors.map(({ code, details }) => [code, details['field']]);
    expect(await refused({ because: ' \n ' })).toEqual([['BAD_USER_INPUT', 'input.because']]);
    expect(await refused({ because: 'x'.repeat(2001) })).toEqual([['BAD_USER_INPUT', 'input.because']]);
    expect(await refused({ because: 'a\0b' })).toEqual([['BAD_USER_INPUT', 'input.because']]);
    expect(await refused({ until: new Date(Date.now() - 1).toISOString() })).toEqual([['BAD_USER_INPUT', 'input.until']]);
    expect(await refused({ until: '9999-12-31T23:59:59Z' })).toEqual([['BAD_USER_INPUT', 'input.until']]);
    expect(await refused({ because: 'x'.repeat(2000), until: new Date(Date.now() + 9 * 365 * 86_400_000).toISOString() })).toEqual([]);
  });
});

describe('a batch', () => {
  it('has a result for each item, duplicates and bad ones too, in their order', async () => {
    const [open, waived, hidden, gone] = await insertViolations(sql, [
      { policy, asset: mine },
      { policy, asset: mine, status: 'WAIVED', waivedUntil: new Date(later()), waivedBecause: 'x' },
      { policy, asset: other },
      { policy, asset: mine, status: 'RESOLVED' },
    ]);
    const ids = [gone!.id, open!.id, 'x', hidden!.id, open!.id, waived!.id];
    const { data, errors } = await change(steward(), 'acknowledgeViolations', { ids }, MANY);
    expect(errors).toEqual([]);
    expect(data.acknowledgeViolations.results.map((result: any) => [result.id, result.violation?.status ?? result.error.code])).toEqual([
      [gone!.id, 'CONFLICT'],
      [open!.id, 'ACKNOWLEDGED'],
      ['x', 'NOT_FOUND'],
      [hidden!.id, 'NOT_FOUND'],
      [open!.id, 'ACKNOWLEDGED'],
      [waived!.id, 'CONFLICT'],
    ]);
    expect(await typesOf(open!.id)).toEqual(['policy.acknowledged']);
    const reading = await change(readerOf(source), 'waiveViolations', { ids: [open!.id], because: 'x', until: later() }, MANY);
    expect(reading.data.waiveViolations.results).toMatchObject([{ violation: null, error: { code: 'FORBIDDEN' } }]);
  });

  it('takes 200 items, and no more', async () => {
    const rows = await insertViolations(
      sql,
      Array.from({ length: 200 }, () => ({ policy, asset: mine })),
    );
    const ids = rows.map(({ id }) => id);
    const refused = await change(steward(), 'waiveViolations', { ids: [...ids, 'x'], because: 'x', until: later() }, MANY);
    expect(refused.errors).toMatchObject([{ code: 'BAD_USER_INPUT', details: { field: 'input.ids', max: 200 } }]);
    const { data } = await change(steward(), 'waiveViolations', { ids, because: 'x', until: later() }, MANY);
    expect(data.waiveViolations.results.filter((result: any) => result.violation.status === 'WAIVED')).toHaveLength(200);
    expect((await change(steward(), 'acknowledgeViolations', { ids: [] }, MANY)).data.acknowledgeViolations.results).toEqual([]);
  });

  it('that others decide on in another order does not wait for ever', async () => {
    const rows = await insertViolations(
      sql,
      Array.from({ length: 50 }, () => ({ policy, asset: mine })),
    );
    const ids = rows.map(({ id }) => id);
    const given = { because: 'x', until: later() };
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, turn) =>
        change(steward(), 'waiveViolations', { ids: turn % 2 ? ids : ids.toReversed(), ...given }, MANY),
      ),
    );
    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
  });
});

describe('a waiver', () => {
  it('ends by itself, once, however many look after it', async () => {
    const asset = await insertAsset(sql, source, { name: 'shop.public.waived' });
    const now = new Date('2026-05-01T00:00:00Z');
    const waived = { policy, asset, status: 'WAIVED' as const, waivedBecause: 'x' };
    const rows = await insertViolations(sql, [
      ...Array.from({ length: 700 }, () => ({ ...waived, waivedUntil: new Date(now.getTime() - 1) })),
      { ...waived, waivedUntil: now },
      { ...waived, waivedUntil: new Date(now.getTime() + 1) },
      { ...waived, status: 'RESOLVED' as const, waivedUntil: new Date(0) },
    ]);
    const create = () => createWaiverSweeper({ sql, onCommit: () => {}, logger: silent, now: () => now });
    await Promise.all(
      Array.from({ length: 3 }, async () => {
        const sweeper = create();
        while (await sweeper.runOnce());
      }),
    );
    const states = await sql<{ status: string; waivedBecause: string | null; count: number }[]>`
      select status, waived_because, count(*) as count from policy.violations where asset_id = ${asset.assetId} group by 1, 2 order by 1`;
    expect(states).toEqual([
      { status: 'OPEN', waivedBecause: null, count: 701 },
      { status: 'WAIVED', waivedBecause: 'x', count: 1 },
      { status: 'RESOLVED', waivedBecause: 'x', count: 1 },
    ]);
    expect(await events(rows[0]!.id)).toMatchObject([{ type: 'policy.reopened', actorId: null, data: { because: 'the waiver expired' } }]);
    const [told] = await database.owner<{ count: number }[]>`
      select count(*) as count from events.outbox where type = 'policy.reopened' and attributes ->> 'assetId' = ${asset.assetId}`;
    expect(told!.count).toBe(701);
  });

  it('ends while a worker runs', async () => {
    const sweeper = createWaiverSweeper({ sql, onCommit: () => {}, logger: silent });
    sweeper.start();
    const first = await raise({ status: 'WAIVED', waivedUntil: new Date(), waivedBecause: 'x' });
    while ((await stored(first.id)).status !== 'OPEN') await sleep(20);
    await sweeper.stop();
  });
});

describe('reading', () => {
  it('gives three viewers what they see, in lists, totals, counts, by id and below assets and policies', async () => {
    const [seen, hidden] = [
      await raise({ raisedAt: new Date('2026-02-03T23:59:59.999Z') }),
      await raise({ raisedAt: new Date('2026-02-04T00:00:00Z') }, other),
    ];
    const query = `query ($filter: ViolationFilter) {
      violations(filter: $filter) { totalCount nodes { id assetId policy { name } asset { id } column { id } } }
      seen: violation(id: "${seen.id}") { message } hidden: violation(id: "${hidden.id.toUpperCase()}") { message }
      days: violationCounts(by: DAY, filter: $filter) { value count } owners: violationCounts(by: OWNER, filter: $filter) { value count }
      policy(id: "${policy.id}") { violations(filter: $filter, first: 1) { totalCount nodes { id } pageInfo { hasNextPage } } }
      _entities(representations: [{ __typename: "Asset", id: "${other.assetId}" }, { __typename: "Asset", id: "${mine.assetId}" }, { __typename: "Asset", id: "x" }]) {
        ... on Asset { violations(filter: $filter) { totalCount nodes { id } } } }
    }`;
    const filter = {
      raisedAfter: '2026-02-01T00:00:00Z',
      policyIds: [policy.id],
      severities: ['WARNING'],
      assetIds: [mine.assetId, other.assetId],
      updatedAfter: '2026-02-01T00:00:00Z',
    };
    const restricted = { ...filter, statuses: ['OPEN'] };
    const read = async (viewer: Parameters<typeof subgraph.ask>[0]) => {
      await sql`update policy.violations set status = 'RESOLVED' where status <> 'RESOLVED' and id <> all(${[seen.id, hidden.id]}::uuid[])`;
      const { data, errors } = await subgraph.ask(viewer, query, { filter: restricted });
      expect(errors).toEqual([]);
      return data;
    };
    expect(await read(administrator())).toEqual({
      violations: {
        totalCount: 2,
        nodes: [hidden, seen].map(({ id, assetId, columnId }) => ({
          id,
          assetId,
          policy: { name: 'A policy' },
          asset: { id: assetId },
          column: { id: columnId },
        })),
      },
      seen: { message: 'It has no owner.' },
      hidden: { message: 'It has no owner.' },
      days: [
        { value: '2026-02-04', count: 1 },
        { value: '2026-02-03', count: 1 },
      ],
      owners: [
        { value: '', count: 1 },
        { value: mine.ownerIds[0], count: 1 },
      ],
      policy: { violations: { totalCount: 2, nodes: [{ id: hidden.id }], pageInfo: { hasNextPage: true } } },
      _entities: [
        { violations: { totalCount: 1, nodes: [{ id: hidden.id }] } },
        { violations: { totalCount: 1, nodes: [{ id: seen.id }] } },
        { violations: null },
      ],
    });
    expect(await read(readerOf(source))).toMatchObject({
      violations: { totalCount: 1, nodes: [{ id: seen.id }] },
      hidden: null,
      days: [{ value: '2026-02-03', count: 1 }],
      owners: [{ value: mine.ownerIds[0], count: 1 }],
      policy: { violations: { totalCount: 1, nodes: [{ id: seen.id }], pageInfo: { hasNextPage: false } } },
      _entities: [{ violations: { totalCount: 0, nodes: [] } }, { violations: { totalCount: 1, nodes: [{ id: seen.id }] } }, {}],
    });
    expect(await read(readerOfNothing())).toMatchObject({
      violations: { totalCount: 0, nodes: [] },
      seen: null,
      hidden: null,
      days: [],
      owners: [],
      policy: { violations: { totalCount: 0, nodes: [] } },
    });
  });

  it('follows the domain of the asset, as long as there is one, in lists, totals, counts and events', async () => {
    const [domainId, above] = [newId(), newId()];
    await database.owner.begin(async (tx) => {
      await upsertDomain(tx, { id: above, parentId: null });
      await upsertDomain(tx, { id: domainId, parentId: above });
    });
    const accessClass = await upsertClass(database.owner, { sourceId: source.id, domainId });
    const asset = await insertAsset(sql, { id: source.id, accessClass }, { name: 'shop.public.sold' });
    const { id } = await raise({ accessClass }, asset);
    await raise({}, mine);
    const query = `query ($filter: ViolationFilter) {
      violations(filter: $filter) { totalCount nodes { id } } violationCounts(by: SOURCE, filter: $filter) { value count } }`;
    const read = async (domainIds: string[], given: object = {}, viewer = administrator()) => {
      const { data, errors } = await subgraph.ask(viewer, query, { filter: { domainIds, ...given } });
      expect(errors).toEqual([]);
      return [data.violations.totalCount, data.violations.nodes.map((node: { id: string }) => node.id), data.violationCounts];
    };
    const one = [1, [id], [{ value: source.id, count: 1 }]];
    const none = [0, [], []];
    expect(await read([domainId.toUpperCase(), newId()])).toEqual(one);
    expect(await read([domainId], { statuses: ['OPEN'], raisedAfter: '2000-01-01T00:00:00Z' })).toEqual(one);
    expect(await read([domainId], {}, viewerWith({ role: 'READER', domainId: above }))).toEqual(one);
    expect(await read([domainId], {}, readerOf(await insertSource(database)))).toEqual(none);
    expect(await read([domainId], { sourceIds: [newId()] })).toEqual(none);
    for (const others of [[], ['x'], [above]]) expect(await read(others)).toEqual(none);
    await change(steward(), 'acknowledgeViolation', { id });
    expect((await events(id)).at(-1)!.attributes).toMatchObject({ domainId, sourceId: source.id });
    await database.owner.begin((tx) => deleteDomain(tx, domainId));
    expect(await read([domainId])).toEqual(none);
  });

  it('needs a reading role', async () => {
    for (const field of ['violations { totalCount }', 'violation(id: "x") { id }', 'violationCounts(by: DAY) { value }']) {
      expect((await subgraph.ask(null, `{ ${field} }`)).errors[0]!.code).toBe('UNAUTHENTICATED');
      expect((await subgraph.ask(viewerWith({ role: 'INGESTOR' }), `{ ${field} }`)).errors[0]!.code).toBe('FORBIDDEN');
    }
  });

  it('refuses a cursor of another list, and a forged one', async () => {
    const cursorOf = async (args: string) =>
      (await subgraph.ask(administrator(), `{ violations(first: 1${args}) { pageInfo { endCursor } } }`)).data.violations.pageInfo
        .endCursor;
    const follow = async (after: string, args = '') =>
      (await subgraph.ask(administrator(), `{ violations(first: 1, after: "${after}"${args}) { nodes { id } } }`)).errors[0]?.details[
        'field'
      ];
    const bySeverity = ', orderBy: { field: SEVERITY }';
    const [time, severity] = [await cursorOf(''), await cursorOf(bySeverity)];
    expect(await follow(time)).toBeUndefined();
    expect(await follow(severity, bySeverity)).toBeUndefined();
    expect(await follow(severity)).toBe('after');
    expect(await follow(time, ', filter: { statuses: [OPEN] }')).toBe('after');
    const [scope, , ...rest] = JSON.parse(Buffer.from(severity, 'base64url').toString());
    expect(await follow(Buffer.from(JSON.stringify([scope, 'HUGE', ...rest])).toString('base64url'), bySeverity)).toBe('after');
  });
});
