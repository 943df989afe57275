/** Domains and terms of assets: who gives them, who sees the assets then, and what the filters and lists make of it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { visibleClasses } from '#platform/auth/access.ts';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createTestCatalog } from '../testing/catalog.ts';
import {
  administrator,
  insertAsset,
  insertDomain,
  insertSource,
  insertTerm,
  readerOf,
  stewardOf,
  viewerWith,
  type TestAsset,
  type TestSource,
} from '../testing/factories.ts';

let database: TestDatabase;
let sql: Database;
let ask: ReturnType<typeof createTestCatalog>['ask'];
let source: TestSource;
let asset: TestAsset;
let finance: string;
let ledgers: string;
let crm: string;
let number = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('catalog');
  ({ ask } = createTestCatalog(sql));
  source = await insertSource(sql, 'shop');
  finance = await insertDomain(sql, 'Finance');
  ledgers = await insertDomain(sql, 'Ledgers', finance);
  crm = await insertDomain(sql, 'CRM');
});
beforeEach(async () => {
  asset = await insertAsset(sql, source, {
    path: ['shop', 'public', `t${++number}`],
    columns: [{ name: 'id' }, { name: 'gone', deletedAt: new Date() }],
  });
});
afterAll(() => database.drop());

const over = (domainId: string, role: 'READER' | 'STEWARD' = 'READER'): Viewer => viewerWith({ role, domainId });
const UPDATE = `mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { asset {
  id version domain { name parent { name } } terms { id name } } } }`;
const update = async (input: Record<string, unknown>, viewer = stewardOf(source)) => {
  const { data, errors } = await ask(viewer, UPDATE, { input: { id: asset.id, version: 1, ...input } });
  return { asset: data?.updateAsset?.asset, error: errors[0] };
};
const sees = async (viewer: Viewer): Promise<boolean> => {
  const query = `query ($id: ID!, $column: ID!) { asset(id: $id) { id } column(id: $column) { id } columns(filter: { assetIds: [$id] }) { nodes { name } } }`;
  const { data } = await ask(viewer, query, { id: asset.id, column: asset.columns[0]!.id });
  const answers = [data.asset !== null, data.column !== null, data.columns.nodes.length > 0];
  expect(new Set(answers).size, 'the asset and its columns are seen together').toBe(1);
  return answers[0]!;
};
const classesOf = async () => {
  const [row] = await sql`
    select a.access_class, k.domain_id, array(select distinct c.access_class from catalog.columns c where c.asset_id = a.id) as columns
    from catalog.assets a join access.classes k on k.id = a.access_class where a.id = ${asset.id}`;
  return row!;
};
const lastEvent = async () =>
  (await database.owner`select data, attributes, actor_id from events.outbox where subject = ${asset.id} order by id desc limit 1`)[0]!;

describe('the domain of an asset', () => {
  it('moves it and its columns from one sight to another', async () => {
    const before = (await classesOf()).accessClass as number;
    const [ofParent, ofChild, ofOther] = [over(finance), over(ledgers), over(crm)];
    expect([await sees(ofParent), await sees(ofChild), await sees(ofOther)]).toEqual([false, false, false]);

    const given = await update({ domainId: ledgers.toUpperCase() });
    expect(given.asset).toMatchObject({ version: 2, domain: { name: 'Ledgers', parent: { name: 'Finance' } } });
    expect([await sees(ofParent), await sees(ofChild), await sees(ofOther)]).toEqual([true, true, false]);
    const middle = await classesOf();
    expect(middle).toMatchObject({ domainId: ledgers, columns: [middle.accessClass] });
    expect(await lastEvent()).toMatchObject({
      data: { version: 2, changes: [{ path: '/domainId', before: null, after: ledgers }] },
      attributes: { accessBefore: before, accessAfter: middle.accessClass, domainId: ledgers, sourceId: source.id },
    });
    expect(await visibleClasses(sql, ofChild, 'read')).toContain((await lastEvent()).attributes.accessAfter);

    expect((await update({ version: 2, domainId: crm })).asset).toMatchObject({ domain: { name: 'CRM', parent: null } });
    expect([await sees(ofParent), await sees(ofChild), await sees(ofOther)]).toEqual([false, false, true]);
    expect((await lastEvent()).attributes).toMatchObject({ accessBefore: middle.accessClass, domainId: crm });

    expect((await update({ version: 3, domainId: null })).asset).toMatchObject({ version: 4, domain: null });
    expect([await sees(ofParent), await sees(ofChild), await sees(ofOther), await sees(readerOf(source))]).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect((await classesOf()).accessClass).toBe(before);
    expect((await lastEvent()).attributes).not.toHaveProperty('domainId');
  });

  it('stays when it is absent, and is no change when it is the same', async () => {
    await update({ domainId: finance });
    expect((await update({ version: 2, description: 'Words' })).asset).toMatchObject({ version: 3, domain: { name: 'Finance' } });
    expect((await lastEvent()).attributes).toMatchObject({ domainId: finance });
    expect((await update({ version: 3, domainId: finance })).asset.version).toBe(3);
    expect((await classesOf()).domainId).toBe(finance);
  });

  it('lets a steward of a parent domain edit, columns too, and give it to a domain beyond', async () => {
    const steward = over(finance, 'STEWARD');
    expect((await update({ domainId: ledgers }, steward)).error).toMatchObject({ code: 'NOT_FOUND' });
    await update({ domainId: ledgers });
    const reader = viewerWith({ role: 'STEWARD', domainId: crm }, { role: 'READER', sourceId: source.id });
    expect((await update({ version: 2, description: 'x' }, reader)).error).toMatchObject({ code: 'FORBIDDEN' });
    expect((await update({ version: 2, description: 'x' }, over(finance))).error).toMatchObject({ code: 'FORBIDDEN' });
    const COLUMNS =
      'mutation ($input: UpdateColumnsInput!) { updateColumns(input: $input) { results { column { description } error { code } } } }';
    const items = [{ id: asset.columns[0]!.id, version: 1, description: 'The key' }];
    expect((await ask(reader, COLUMNS, { input: { items } })).data.updateColumns.results[0].error).toEqual({ code: 'FORBIDDEN' });
    expect((await ask(steward, COLUMNS, { input: { items } })).data.updateColumns.results[0].column).toEqual({ description: 'The key' });
    expect((await lastEvent()).attributes).toMatchObject({ domainId: ledgers });
    // The right to edit the asset is enough; the steward does not see it any more.
    expect(await update({ version: 3, domainId: crm }, steward)).toEqual({ asset: null, error: undefined });
    expect([await sees(steward), await sees(over(crm))]).toEqual([false, true]);
  });

  it('that nothing of its source was in before leaves it in the sight of the source, also for what follows in a batch', async () => {
    const fresh = await insertDomain(sql, `Fresh ${number}`);
    const BATCH = `mutation ($input: UpdateAssetsInput!) { updateAssets(input: $input) { results { asset { version } error { code } } } }`;
    const items = [
      { id: asset.id, version: 1, domainId: fresh },
      { id: asset.id, version: 2, tags: ['x'] },
    ];
    expect((await ask(stewardOf(source), BATCH, { input: { items } })).data.updateAssets.results).toEqual([
      { asset: { version: 3 }, error: null },
      { asset: { version: 3 }, error: null },
    ]);
  });

  it('is one that there is', async () => {
    const problem = { code: 'BAD_USER_INPUT', details: { field: 'input.domainId' } };
    expect((await update({ domainId: newId() })).error).toMatchObject(problem);
    expect((await update({ domainId: 'nonsense' })).error).toMatchObject(problem);
    expect(await classesOf()).toMatchObject({ domainId: null });
  });
});

describe('the terms of an asset', () => {
  it('are given, replaced and cleared, each once, by name', async () => {
    const [order, margin] = [await insertTerm(sql, `Order ${number}`), await insertTerm(sql, `Margin ${number}`)];
    const given = await update({ termIds: [order, margin.toUpperCase(), order] });
    expect(given.asset.terms.map((term: { id: string }) => term.id)).toEqual([margin, order]);
    const sorted = [order, margin].sort();
    expect((await lastEvent()).data.changes).toEqual([{ path: '/termIds', before: [], after: sorted }]);
    expect((await update({ version: 2, termIds: sorted.toReversed() })).asset.version).toBe(2);
    expect((await update({ version: 2, description: 'Words' })).asset.terms).toHaveLength(2);
    expect((await update({ version: 3, termIds: null })).asset).toMatchObject({ version: 4, terms: [] });
    expect((await lastEvent()).data.changes).toEqual([{ path: '/termIds', before: sorted, after: [] }]);
  });

  it('are those that there are, at most 100', async () => {
    const term = await insertTerm(sql, `Known ${number}`);
    for (const termIds of [[term, newId()], ['nonsense'], Array.from({ length: 101 }, newId)]) {
      expect((await update({ termIds })).error).toMatchObject({ code: 'BAD_USER_INPUT', details: { field: 'input.termIds' } });
    }
    const BATCH = `mutation ($input: UpdateAssetsInput!) { updateAssets(input: $input) { results { asset { domain { id } terms { id } } error { code field } } } }`;
    const other = await insertAsset(sql, source, { path: ['shop', 'public', `other${number}`] });
    const items = [
      { id: asset.id, version: 1, termIds: [newId()] },
      { id: other.id, version: 1, termIds: [term], domainId: finance },
    ];
    expect((await ask(stewardOf(source), BATCH, { input: { items } })).data.updateAssets.results).toEqual([
      { asset: null, error: { code: 'BAD_USER_INPUT', field: 'input.items.0.termIds' } },
      { asset: { domain: { id: finance }, terms: [{ id: term }] }, error: null },
    ]);
  });
});

describe('the history', () => {
  it('tells domain and terms of each version, and none of those that were stored before there were any', async () => {
    const term = await insertTerm(sql, `Told ${number}`);
    await update({ domainId: finance });
    await update({ version: 2, termIds: [term], domainId: null });
    const read = async () => {
      const { data } = await ask(administrator(), 'query ($id: ID!) { asset(id: $id) { history { nodes { version snapshot } } } }', {
        id: asset.id,
      });
      return data.asset.history.nodes.map(({ snapshot }: any) => [snapshot.domainId, snapshot.termIds]);
    };
    expect(await read()).toEqual([
      [null, [term]],
      [finance, []],
      [null, []],
    ]);
    await sql`update catalog.asset_versions set snapshot = '{"kind": "TABLE"}' where asset_id = ${asset.id} and version = 1`;
    const first = 'query ($id: ID!) { asset(id: $id) { asOf(at: "2026-01-02T00:00:00Z") { version snapshot } } }';
    expect((await ask(administrator(), first, { id: asset.id })).data.asset.asOf).toEqual({
      version: 1,
      snapshot: { kind: 'TABLE', domainId: null, termIds: [] },
    });
  });
});
