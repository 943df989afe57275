import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { countStatements } from '#platform/testing/statements.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createTestCatalog } from '../testing/catalog.ts';
import {
  administrator,
  emptyFacet,
  insertAsset,
  insertAssets,
  insertDomain,
  insertSource,
  readerOf,
  readerOfNothing,
  type TestSource,
} from '../testing/factories.ts';
import { upsertClass } from '#platform/auth/access.ts';

let database: TestDatabase;
let sql: Database;
let ask: ReturnType<typeof createTestCatalog>['ask'];
let shop: TestSource;
let hr: TestSource;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('catalog');
  ({ ask } = createTestCatalog(sql));
  shop = await insertSource(sql, 'shop');
  hr = await insertSource(sql, 'hr');
});
afterAll(() => database.drop());

const QUERY = 'query ($ids: [ID!]!, $parts: [AssetFactPart!]) { assetFacts(ids: $ids, parts: $parts) }';
const factsOf = async (ids: readonly string[], parts: string[] = [], viewer = administrator()) => {
  const { data, errors } = await ask(viewer, QUERY, { ids, parts });
  return errors[0] ?? data.assetFacts;
};

it('tells what is asked of an asset, and no more', async () => {
  const domainId = await insertDomain(sql, 'Sales');
  const accessClass = await upsertClass(sql, { sourceId: shop.id, domainId });
  const asset = await insertAsset(sql, shop, {
    path: ['shop', 'public', 'v.1'],
    kind: 'VIEW',
    accessClass,
    version: 7,
    sourceDescription: 'The comment',
    dependsOn: [{ name: 'shop.public.t', columns: ['a'] }],
    tableFacet: { ...emptyFacet(), definition: 'SELECT 1' },
    columns: [{ name: 'b', sourceDescription: 'What b is' }, { name: 'a' }, { name: 'gone', deletedAt: new Date() }],
  });
  const [userId, teamId] = [newId(), newId()];
  await sql`insert into catalog.asset_owners (asset_id, user_id, team_id, role) values (${asset.id}, ${userId}, null, 'OWNER'), (${asset.id}, null, ${teamId}, 'EXPERT')`;
  await sql`insert into catalog.asset_tags (asset_id, tag) values (${asset.id}, 'red'), (${asset.id}, 'blue')`;
  const base = {
    id: asset.id,
    version: 7,
    sourceId: shop.id,
    domainId,
    accessClass,
    kind: 'VIEW',
    namespace: shop.namespace,
    name: 'shop.public."v.1"',
    path: ['shop', 'public', 'v.1'],
    description: 'The comment',
    tags: ['blue', 'red'],
    owners: [
      { userId: null, teamId, role: 'EXPERT' },
      { userId, teamId: null, role: 'OWNER' },
    ],
    updatedAt: '2026-01-01T00:00:00.000Z',
    deletedAt: null,
    dependsOn: [{ name: 'shop.public.t', columns: ['a'] }],
  };
  expect(await factsOf([asset.id])).toEqual([base]);
  const [b, a] = asset.columns;
  await sql`insert into catalog.asset_edits (asset_id, description) values (${asset.id}, 'What people say')`;
  await sql`insert into catalog.column_edits (column_id, description) values (${a!.id}, 'What people say of a')`;
  expect(await factsOf([asset.id], ['COLUMNS', 'DEFINITION'])).toEqual([
    {
      ...base,
      description: 'What people say',
      definition: 'SELECT 1',
      columns: [
        { id: b!.id, name: 'b', ordinal: 1, dataType: 'text', description: 'What b is' },
        { id: a!.id, name: 'a', ordinal: 2, dataType: 'text', description: 'What people say of a' },
      ],
    },
  ]);
});

it('tells of tombstones, and of what has no words, columns or SQL', async () => {
  const deletedAt = new Date('2026-02-03T04:05:06.789Z');
  const asset = await insertAsset(sql, shop, { path: ['shop', 'public', 'dead'], deletedAt, columns: [{ name: 'a' }] });
  expect(await factsOf([asset.id], ['COLUMNS', 'DEFINITION'])).toMatchObject([
    {
      deletedAt: deletedAt.toISOString(),
      description: null,
      domainId: null,
      tags: [],
      owners: [],
      dependsOn: [],
      definition: null,
      columns: [],
    },
  ]);
});

it('takes a removed domain for none', async () => {
  const accessClass = await upsertClass(sql, { sourceId: shop.id, domainId: newId() });
  const asset = await insertAsset(sql, shop, { path: ['shop', 'public', 'moved'], accessClass });
  expect(await factsOf([asset.id])).toMatchObject([{ accessClass, domainId: null }]);
});

it('bears any character in names and descriptions', async () => {
  const odd = ['a\u001fb', 'a\u001eb', '\u001e', '=', '', '\u001f\u001e\u001f', '"{},\\', '日本'];
  const asset = await insertAsset(sql, shop, {
    path: ['shop', 'public', 'odd'],
    columns: odd.map((name, index) => ({ name, sourceDescription: odd.at(-1 - index)! })),
  });
  const plain = await insertAsset(sql, shop, { path: ['shop', 'public', 'plain'], columns: [{ name: 'a', sourceDescription: '' }] });
  const facts = await factsOf([asset.id, plain.id], ['COLUMNS']);
  const columnsOf = (id: string) => facts.find((each: { id: string }) => each.id === id).columns;
  expect(columnsOf(asset.id)).toMatchObject(odd.map((name, index) => ({ name, description: odd.at(-1 - index) })));
  expect(columnsOf(plain.id)).toMatchObject([{ name: 'a', description: '' }]);
});

it('leaves out what the viewer does not see, or what there is not', async () => {
  const [seen, hidden] = [
    await insertAsset(sql, shop, { path: ['shop', 'public', 'seen'], columns: [{ name: 'a' }] }),
    await insertAsset(sql, hr, { path: ['hr', 'public', 'hidden'], columns: [{ name: 'a' }] }),
  ];
  const ids = [seen.id.toUpperCase(), hidden.id, newId(), 'nonsense'];
  expect((await factsOf(ids, ['COLUMNS'], readerOf(shop))).map(({ id }: { id: string }) => id)).toEqual([seen.id]);
  expect(await factsOf(ids, ['COLUMNS'], readerOfNothing())).toEqual([]);
  expect((await ask(null, QUERY, { ids })).errors[0]!.code).toBe('UNAUTHENTICATED');
});

it('takes 1,000 ids in two statements, and no more', async () => {
  const assets = await insertAssets(
    sql,
    shop,
    Array.from({ length: 1000 }, (_, index) => ({ path: ['shop', 'many', `t${index}`], columns: [{ name: 'a' }, { name: 'b' }] })),
  );
  const ids = assets.map(({ id }) => id);
  const work = async () => expect(await factsOf(ids, ['COLUMNS', 'DEFINITION'])).toHaveLength(1000);
  await work();
  expect(await countStatements(database.owner, 'catalog', work)).toBe(2);
  expect(await factsOf([...ids, newId()])).toMatchObject({ code: 'BAD_USER_INPUT', details: { field: 'ids' } });
});

describe('which columns there are', () => {
  const BY_ID = 'query ($ids: [ID!]!) { columnsById(ids: $ids) }';
  const BY_NAME = 'query ($names: [ColumnNameInput!]!) { columnsByName(names: $names) }';
  const byId = async (ids: string[], viewer = administrator()) => (await ask(viewer, BY_ID, { ids })).data.columnsById;
  const byName = async (names: object[], viewer = administrator()) => (await ask(viewer, BY_NAME, { names })).data.columnsByName;

  it('is told by id and by name, of deleted ones too', async () => {
    const asset = await insertAsset(sql, shop, {
      path: ['shop', 'named', 'orders'],
      columns: [{ name: 'id' }, { name: 'ID' }, { name: 'gone', deletedAt: new Date() }],
    });
    const columns = asset.columns.map(({ id, name }) => ({ id, assetId: asset.id, name, isDeleted: name === 'gone' }));
    const sorted = (found: { id: string }[]) => found.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect(sorted(await byId(columns.map(({ id }) => id.toUpperCase())))).toEqual(sorted(columns));
    expect(sorted(await byName(columns.map(({ assetId, name }) => ({ assetId: assetId.toUpperCase(), name }))))).toEqual(sorted(columns));
    expect(await byName([{ assetId: asset.id, name: 'Id' }])).toEqual([]);
  });

  it('is not told of what the viewer does not see, or what there is not', async () => {
    const [seen, hidden] = [
      await insertAsset(sql, shop, { path: ['shop', 'named', 'seen'], columns: [{ name: 'a' }] }),
      await insertAsset(sql, hr, { path: ['hr', 'named', 'hidden'], columns: [{ name: 'a' }] }),
    ];
    const ids = [seen.columns[0]!.id, hidden.columns[0]!.id, newId(), 'nonsense'];
    const names = [seen.id, hidden.id, newId(), 'nonsense'].map((assetId) => ({ assetId, name: 'a' }));
    const only = [{ id: seen.columns[0]!.id, assetId: seen.id, name: 'a', isDeleted: false }];
    expect([await byId(ids, readerOf(shop)), await byName(names, readerOf(shop))]).toEqual([only, only]);
    expect([await byId(ids, readerOfNothing()), await byName(names, readerOfNothing())]).toEqual([[], []]);
    expect((await ask(null, BY_ID, { ids })).errors[0]!.code).toBe('UNAUTHENTICATED');
    expect((await ask(null, BY_NAME, { names })).errors[0]!.code).toBe('UNAUTHENTICATED');
  });

  it('takes five thousand of them in a statement, and no more', async () => {
    const names = Array.from({ length: 5000 }, (_, index) => `c${index}`);
    const asset = await insertAsset(sql, shop, { path: ['shop', 'named', 'wide'], columns: names.map((name) => ({ name })) });
    const work = async () => {
      const found = await byName(names.map((name) => ({ assetId: asset.id, name })));
      expect(await byId(found.map(({ id }: { id: string }) => id))).toHaveLength(5000);
    };
    await work();
    expect(await countStatements(database.owner, 'catalog', work)).toBe(2);
    const [ids, tooMany] = [Array.from({ length: 5001 }, newId), Array.from({ length: 5001 }, () => ({ assetId: asset.id, name: 'a' }))];
    expect((await ask(administrator(), BY_ID, { ids })).errors).toMatchObject([{ code: 'BAD_USER_INPUT', details: { field: 'ids' } }]);
    expect((await ask(administrator(), BY_NAME, { names: tooMany })).errors).toMatchObject([
      { code: 'BAD_USER_INPUT', details: { field: 'names' } },
    ]);
  });
});
