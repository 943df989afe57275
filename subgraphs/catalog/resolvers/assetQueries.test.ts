import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#platform/ids.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import type { Database } from '#platform/database/index.ts';
import { createTestCatalog } from '../testing/catalog.ts';
import {
  administrator,
  emptyFacet,
  insertAsset,
  insertDomain,
  insertAssets,
  insertSource,
  readerOf,
  readerOfNothing,
  viewerWith,
  type TestAsset,
  type TestSource,
} from '../testing/factories.ts';

let database: TestDatabase;
let sql: Database;
let ask: ReturnType<typeof createTestCatalog>['ask'];
let erp: TestSource;
let crm: TestSource;
let orders: TestAsset;
let customers: TestAsset;
let leads: TestAsset;
let gone: TestAsset;
const user = newId();
const team = newId();
const at = (day: number) => new Date(Date.UTC(2026, 1, day));

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('catalog');
  ({ ask } = createTestCatalog(sql));
  erp = await insertSource(sql, 'erp');
  crm = await insertSource(sql, 'crm');
  const [erpDatabase] = await insertAssets(sql, erp, [{ path: ['erp'], kind: 'DATABASE', updatedAt: at(1) }]);
  const [sales] = await insertAssets(sql, erp, [{ path: ['erp', 'sales'], kind: 'SCHEMA', parentId: erpDatabase!.id, updatedAt: at(2) }]);
  [customers, orders] = (await insertAssets(sql, erp, [
    {
      path: ['erp', 'sales', 'customers'],
      parentId: sales!.id,
      updatedAt: at(4),
      sourceDescription: 'Who buys',
      rowEstimate: 5_000_000_000,
      sizeBytes: 81_920,
      tableFacet: { ...emptyFacet(), primaryKey: ['id'], uniqueKeys: [{ name: 'customers_email', columns: ['email'] }] },
      columns: [
        { name: 'id', nativeType: 'bigint', dataType: 'bigint', nullable: false, generated: true },
        { name: 'email', nativeType: 'character varying(200)', dataType: 'character varying', sourceDescription: 'Where to write' },
        { name: 'lost', deletedAt: at(3) },
      ],
    },
    {
      path: ['erp', 'sales', 'orders'],
      parentId: sales!.id,
      updatedAt: at(3),
      tableFacet: {
        ...emptyFacet(),
        foreignKeys: [
          { name: 'orders_customer', columns: ['customer_id'], referencesName: 'erp.sales.customers', referencesColumns: ['id'] },
          { name: 'orders_unknown', columns: ['x'], referencesName: 'erp.sales.unknown', referencesColumns: ['id'] },
        ],
      },
      columns: [{ name: 'id' }, { name: 'customer_id', defaultValue: '0' }],
    },
  ])) as [TestAsset, TestAsset];
  leads = await insertAsset(sql, crm, { path: ['crm', 'public', 'leads'], kind: 'VIEW', updatedAt: at(5), columns: [{ name: 'email' }] });
  gone = await insertAsset(sql, erp, {
    path: ['erp', 'sales', 'gone'],
    parentId: sales!.id,
    updatedAt: at(6),
    deletedAt: at(6),
    columns: [{ name: 'left' }],
  });
  await sql`insert into catalog.asset_edits (asset_id, description) values (${customers.id}, 'Our customers')`;
  await sql`insert into catalog.asset_tags (asset_id, tag) values (${customers.id}, 'pii'), (${customers.id}, 'gold'), (${leads.id}, 'pii')`;
  await sql`insert into catalog.asset_owners (asset_id, user_id, team_id, role) values (${customers.id}, ${user}, null, 'OWNER'), (${leads.id}, null, ${team}, 'STEWARD')`;
  await sql`insert into catalog.column_edits (column_id, description) values (${customers.columns[1]!.id}, 'E-mail address')`;
});
afterAll(() => database.drop());

const names = async (args: string, viewer = administrator()): Promise<string[]> => {
  const { data, errors } = await ask(viewer, `{ assets${args} { nodes { name } totalCount } }`);
  expect(errors).toEqual([]);
  expect(data.assets.totalCount).toBe(data.assets.nodes.length);
  return data.assets.nodes.map((node: { name: string }) => node.name);
};

describe('assets', () => {
  it('lists the living by name', async () => {
    expect(await names('')).toEqual(['crm.public.leads', 'erp', 'erp.sales', 'erp.sales.customers', 'erp.sales.orders']);
  });

  it.each([
    ['(orderBy: { field: NAME, direction: DESC })', ['erp.sales.orders', 'erp.sales.customers', 'erp.sales', 'erp', 'crm.public.leads']],
    ['(orderBy: { field: UPDATED_AT })', ['erp', 'erp.sales', 'erp.sales.orders', 'erp.sales.customers', 'crm.public.leads']],
    [
      '(orderBy: { field: UPDATED_AT, direction: DESC }, filter: { includeDeleted: true })',
      ['erp.sales.gone', 'crm.public.leads', 'erp.sales.customers', 'erp.sales.orders', 'erp.sales', 'erp'],
    ],
    ['(filter: { includeDeleted: true, namePrefix: "erp.sales." })', ['erp.sales.customers', 'erp.sales.gone', 'erp.sales.orders']],
    ['(filter: { namePrefix: "erp.sales.c" })', ['erp.sales.customers']],
    ['(filter: { namePrefix: "%" })', []],
    ['(filter: { namePrefix: "" })', ['crm.public.leads', 'erp', 'erp.sales', 'erp.sales.customers', 'erp.sales.orders']],
    ['(filter: { kinds: [VIEW, SCHEMA] })', ['crm.public.leads', 'erp.sales']],
    ['(filter: { kinds: [] })', []],
    ['(filter: { kinds: [VIEW, VIEW], tags: ["pii", "pii"] })', ['crm.public.leads']],
    ['(filter: { kinds: [VIEW, VIEW] })', ['crm.public.leads']],
    [
      '(filter: { kinds: [VIEW, TABLE], includeDeleted: true }, orderBy: { field: NAME, direction: DESC })',
      ['erp.sales.orders', 'erp.sales.gone', 'erp.sales.customers', 'crm.public.leads'],
    ],
    ['(filter: { tags: ["pii"] })', ['crm.public.leads', 'erp.sales.customers']],
    ['(filter: { tags: ["pii"], kinds: [TABLE] })', ['erp.sales.customers']],
    ['(filter: { hasOwner: true })', ['crm.public.leads', 'erp.sales.customers']],
    ['(filter: { hasOwner: false, kinds: [TABLE] })', ['erp.sales.orders']],
    ['(filter: { updatedAfter: "2026-02-03T00:00:00Z" })', ['crm.public.leads', 'erp.sales.customers']],
    ['(filter: { namespace: "postgres://crm.example:5432" })', ['crm.public.leads']],
    ['(filter: { sourceIds: ["no id", "00000000-0000-7000-8000-000000000000"] })', []],
  ])('answers %s', async (args, expected) => {
    expect(await names(args)).toEqual(expected);
  });

  it('filters by source, by owner and by team', async () => {
    expect(await names(`(filter: { sourceIds: ["${crm.id.toUpperCase()}"] })`)).toEqual(['crm.public.leads']);
    expect(await names(`(filter: { sourceIds: ["${erp.id}"], kinds: [TABLE] }, orderBy: { field: UPDATED_AT })`)).toEqual([
      'erp.sales.orders',
      'erp.sales.customers',
    ]);
    expect(await names(`(filter: { ownerIds: ["${user}"] })`)).toEqual(['erp.sales.customers']);
    expect(await names(`(filter: { ownerIds: ["${user}", "${team}"] })`)).toEqual(['crm.public.leads', 'erp.sales.customers']);
  });

  it('pages in both directions of both orders without losing or repeating any', async () => {
    for (const order of ['NAME', 'UPDATED_AT']) {
      for (const direction of ['ASC', 'DESC']) {
        for (const filter of ['{}', '{ includeDeleted: true }']) {
          const all = await names(`(orderBy: { field: ${order}, direction: ${direction} }, filter: ${filter})`);
          const paged: string[] = [];
          let after: string | null = null;
          do {
            const { data }: { data: any } = await ask(
              administrator(),
              `query ($after: String) { assets(first: 2, after: $after, orderBy: { field: ${order}, direction: ${direction} }, filter: ${filter}) { nodes { name } pageInfo { hasNextPage endCursor hasPreviousPage } } }`,
              { after },
            );
            expect(data.assets.pageInfo.hasPreviousPage).toBe(after !== null);
            paged.push(...data.assets.nodes.map((node: { name: string }) => node.name));
            after = data.assets.pageInfo.hasNextPage ? data.assets.pageInfo.endCursor : null;
          } while (after);
          expect(paged).toEqual(all);
        }
      }
    }
  });

  it.each([
    ['a cursor of another order', 'assets(after: $after, orderBy: { field: UPDATED_AT }) { nodes { id } }', 'after'],
    ['a cursor of another direction', 'assets(after: $after, orderBy: { field: NAME, direction: DESC }) { nodes { id } }', 'after'],
    ['a cursor of another filter', 'assets(after: $after, filter: { kinds: [TABLE] }) { nodes { id } }', 'after'],
    ['a cursor of another field', 'columns(after: $after) { nodes { id } }', 'after'],
    ['no cursor at all', 'assets(after: "%%%") { nodes { id } }', 'after'],
    ['first: -1', 'assets(first: -1) { nodes { id } }', 'first'],
    ['first: 0', 'assets(first: 0) { nodes { id } }', 'first'],
    ['first: 201', 'columns(first: 201) { nodes { id } }', 'first'],
    ['first: 100000', 'assets(first: 100000) { nodes { id } }', 'first'],
    ['a NUL in a prefix', 'assets(filter: { namePrefix: "a\\u0000b" }) { nodes { id } }', 'filter.namePrefix'],
    ['201 ids', `assetsById(ids: [${Array.from({ length: 201 }, () => '"x"').join()}]) { id }`, 'ids'],
  ])('refuses %s', async (_title, field, at) => {
    const { data } = await ask(administrator(), '{ assets(first: 1) { pageInfo { endCursor } } }');
    const answer = await ask(administrator(), `query ${field.includes('$after') ? '($after: String)' : ''} { ${field} }`, {
      after: data.assets.pageInfo.endCursor,
    });
    expect(answer.errors).toMatchObject([{ code: 'BAD_USER_INPUT', details: { field: at } }]);
  });

  it.each(['0000-01-01T00:00:00Z', '9999-12-31T23:59:59-01:00', '2026-02-30', 'yesterday'])('refuses %s as a time', async (at) => {
    const { errors } = await ask(administrator(), 'query ($at: DateTime) { assets(filter: { updatedAfter: $at }) { nodes { id } } }', {
      at,
    });
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
  });

  it('refuses half of a surrogate pair', async () => {
    const { errors } = await ask(administrator(), 'query ($tags: [String!]) { assets(filter: { tags: $tags }) { nodes { id } } }', {
      tags: ['ok', '\ud800'],
    });
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', details: { field: 'filter.tags.1' } }]);
  });

  it('refuses a forged cursor', async () => {
    const { data } = await ask(administrator(), '{ assets(first: 1) { pageInfo { endCursor } } }');
    const [scope] = JSON.parse(Buffer.from(data.assets.pageInfo.endCursor, 'base64url').toString());
    for (const key of [
      ['a', 'no id'],
      ['a\0', newId()],
      [1, newId()],
      ['a', newId(), 'more'],
    ]) {
      const after = Buffer.from(JSON.stringify([scope, ...key])).toString('base64url');
      const answer = await ask(administrator(), 'query ($after: String) { assets(after: $after) { nodes { id } } }', { after });
      expect(answer.errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
    }
  });
});

describe('an asset', () => {
  const fields = `{
    id kind namespace name displayName path sourceDescription description owners { user { id } team { id } role } tags version
    parent { name } table { rowEstimate sizeBytes primaryKey uniqueKeys { name columns } partitioned foreignKeys { name } }
    columns { totalCount nodes { name ordinal nativeType dataType nullable generated default description sourceDescription asset { id } } }
  }`;

  it('comes with its words, its facet and its columns', async () => {
    const { data, errors } = await ask(administrator(), `query ($id: ID!) { asset(id: $id) ${fields} }`, { id: customers.id });
    expect(errors).toEqual([]);
    expect(data.asset).toEqual({
      id: customers.id,
      kind: 'TABLE',
      namespace: 'postgres://erp.example:5432',
      name: 'erp.sales.customers',
      displayName: 'customers',
      path: ['erp', 'sales', 'customers'],
      sourceDescription: 'Who buys',
      description: 'Our customers',
      owners: [{ user: { id: user }, team: null, role: 'OWNER' }],
      tags: ['gold', 'pii'],
      version: 1,
      parent: { name: 'erp.sales' },
      table: {
        rowEstimate: 5_000_000_000,
        sizeBytes: 81_920,
        primaryKey: ['id'],
        uniqueKeys: [{ name: 'customers_email', columns: ['email'] }],
        partitioned: false,
        foreignKeys: [],
      },
      columns: {
        totalCount: 2,
        nodes: [
          {
            name: 'id',
            ordinal: 1,
            nativeType: 'bigint',
            dataType: 'bigint',
            nullable: false,
            generated: true,
            default: null,
            description: null,
            sourceDescription: null,
            asset: { id: customers.id },
          },
          {
            name: 'email',
            ordinal: 2,
            nativeType: 'character varying(200)',
            dataType: 'character varying',
            nullable: true,
            generated: false,
            default: null,
            description: 'E-mail address',
            sourceDescription: 'Where to write',
            asset: { id: customers.id },
          },
        ],
      },
    });
  });

  it('is found by its name while it lives, and by its id after that too', async () => {
    const { data } = await ask(
      administrator(),
      `query ($gone: ID!, $namespace: String!) {
        living: assetByName(namespace: $namespace, name: "erp.sales.orders") { id }
        dead: assetByName(namespace: $namespace, name: "erp.sales.gone") { id }
        tombstone: asset(id: $gone) { name deletedAt columns { totalCount nodes { name } } }
      }`,
      { gone: gone.id, namespace: erp.namespace },
    );
    expect(data).toEqual({
      living: { id: orders.id },
      dead: null,
      tombstone: { name: 'erp.sales.gone', deletedAt: at(6).toISOString(), columns: { totalCount: 1, nodes: [{ name: 'left' }] } },
    });
  });

  it('leads to what its foreign keys reference, as far as that is known', async () => {
    const { data } = await ask(
      administrator(),
      `query ($id: ID!) { asset(id: $id) { table { foreignKeys { name columns references { id } referencesName referencesColumns } } } }`,
      { id: orders.id },
    );
    expect(data.asset.table.foreignKeys).toEqual([
      {
        name: 'orders_customer',
        columns: ['customer_id'],
        references: { id: customers.id },
        referencesName: 'erp.sales.customers',
        referencesColumns: ['id'],
      },
      { name: 'orders_unknown', columns: ['x'], references: null, referencesName: 'erp.sales.unknown', referencesColumns: ['id'] },
    ]);
  });

  it('has its living children by name', async () => {
    const query =
      'query ($after: String) { assets(filter: { kinds: [SCHEMA] }) { nodes { children(first: 1, after: $after) { totalCount nodes { name } pageInfo { endCursor hasNextPage } } } } }';
    const first = (await ask(administrator(), query)).data.assets.nodes[0].children;
    expect(first).toMatchObject({ totalCount: 2, nodes: [{ name: 'erp.sales.customers' }], pageInfo: { hasNextPage: true } });
    const second = (await ask(administrator(), query, { after: first.pageInfo.endCursor })).data.assets.nodes[0].children;
    expect(second).toMatchObject({ nodes: [{ name: 'erp.sales.orders' }], pageInfo: { hasNextPage: false } });
  });

  it('is given in the order asked, with null for what is absent, malformed or hidden', async () => {
    const ids = [leads.id, 'x', customers.id, newId(), gone.id, customers.id];
    const query = 'query ($ids: [ID!]!) { assetsById(ids: $ids) { name } }';
    expect((await ask(administrator(), query, { ids })).data.assetsById.map((asset: any) => asset?.name ?? null)).toEqual([
      'crm.public.leads',
      null,
      'erp.sales.customers',
      null,
      'erp.sales.gone',
      'erp.sales.customers',
    ]);
    expect((await ask(readerOf(crm), query, { ids })).data.assetsById.map((asset: any) => asset?.name ?? null)).toEqual([
      'crm.public.leads',
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  it('answers malformed ids with null', async () => {
    const { data, errors } = await ask(administrator(), '{ asset(id: "1; drop") { id } column(id: "") { id } }');
    expect({ data, errors }).toEqual({ data: { asset: null, column: null }, errors: [] });
  });

  it('pages its columns', async () => {
    const query =
      'query ($id: ID!, $after: String) { asset(id: $id) { columns(first: 1, after: $after) { nodes { name } pageInfo { endCursor } } } }';
    const first = (await ask(administrator(), query, { id: customers.id })).data.asset.columns;
    const second = (await ask(administrator(), query, { id: customers.id, after: first.pageInfo.endCursor })).data.asset.columns;
    expect([first.nodes, second.nodes]).toEqual([[{ name: 'id' }], [{ name: 'email' }]]);
    const foreign = await ask(administrator(), query, { id: orders.id, after: first.pageInfo.endCursor });
    expect(foreign.errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
  });
});

describe('columns', () => {
  const list = async (args: string, viewer = administrator()) => {
    const { data, errors } = await ask(viewer, `{ columns${args} { totalCount nodes { name asset { name } } } }`);
    expect(errors).toEqual([]);
    expect(data.columns.totalCount).toBe(data.columns.nodes.length);
    return data.columns.nodes.map((node: any) => `${node.asset.name} ${node.name}`);
  };

  it('are flat, by asset and ordinal or by name', async () => {
    expect(await list('')).toEqual([
      'erp.sales.customers id',
      'erp.sales.customers email',
      'erp.sales.orders id',
      'erp.sales.orders customer_id',
      'crm.public.leads email',
    ]);
    expect((await list('(orderBy: { field: NAME })')).map((text: string) => text.split(' ')[1])).toEqual([
      'customer_id',
      'email',
      'email',
      'id',
      'id',
    ]);
    expect((await list('(orderBy: { field: ASSET_AND_ORDINAL, direction: DESC })'))[0]).toBe('crm.public.leads email');
  });

  it('are filtered', async () => {
    expect(await list('(filter: { namePrefix: "em" })')).toEqual(['erp.sales.customers email', 'crm.public.leads email']);
    expect(await list('(filter: { dataTypes: ["bigint"] })')).toEqual(['erp.sales.customers id']);
    expect(await list(`(filter: { sourceIds: ["${crm.id}"] })`)).toEqual(['crm.public.leads email']);
    expect(await list(`(filter: { assetIds: ["${orders.id}"] }, orderBy: { field: NAME, direction: DESC })`)).toEqual([
      'erp.sales.orders id',
      'erp.sales.orders customer_id',
    ]);
    expect(await list('(filter: { includeDeleted: true, namePrefix: "l" })')).toEqual(['erp.sales.customers lost', 'erp.sales.gone left']);
  });

  it('page in every order', async () => {
    for (const field of ['ASSET_AND_ORDINAL', 'NAME']) {
      for (const direction of ['ASC', 'DESC']) {
        for (const viewer of [administrator(), readerOf(erp)]) {
          const order = `orderBy: { field: ${field}, direction: ${direction} }, filter: { includeDeleted: true }`;
          const all = await list(`(${order})`, viewer);
          const paged: string[] = [];
          let after: string | null = null;
          do {
            const { data }: { data: any } = await ask(
              viewer,
              `query ($after: String) { columns(first: 2, after: $after, ${order}) { nodes { name asset { name } } pageInfo { hasNextPage endCursor } } }`,
              { after },
            );
            paged.push(...data.columns.nodes.map((node: any) => `${node.asset.name} ${node.name}`));
            after = data.columns.pageInfo.hasNextPage ? data.columns.pageInfo.endCursor : null;
          } while (after);
          expect(paged).toEqual(all);
        }
      }
    }
  });
});

describe('visibility', () => {
  it('hides another source from every list, count, id, name, parent and reference', async () => {
    const { data, errors } = await ask(
      readerOf(crm),
      `query ($asset: ID!, $column: ID!, $source: ID!, $namespace: String!) {
        assets(filter: { includeDeleted: true }) { totalCount nodes { name } }
        bySource: assets(filter: { sourceIds: [$source] }) { totalCount nodes { name } }
        byTag: assets(filter: { tags: ["pii"] }, orderBy: { field: UPDATED_AT }) { totalCount nodes { name } }
        columns { totalCount nodes { name } }
        byAsset: columns(filter: { assetIds: [$asset] }) { totalCount nodes { name } }
        asset(id: $asset) { id } column(id: $column) { id } assetByName(namespace: $namespace, name: "erp.sales.customers") { id }
      }`,
      { asset: customers.id, column: customers.columns[0]!.id, source: erp.id, namespace: erp.namespace },
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({
      assets: { totalCount: 1, nodes: [{ name: 'crm.public.leads' }] },
      bySource: { totalCount: 0, nodes: [] },
      byTag: { totalCount: 1, nodes: [{ name: 'crm.public.leads' }] },
      columns: { totalCount: 1, nodes: [{ name: 'email' }] },
      byAsset: { totalCount: 0, nodes: [] },
      asset: null,
      column: null,
      assetByName: null,
    });
  });

  it('gives empty lists to a reader of nothing', async () => {
    const { data, errors } = await ask(readerOfNothing(), '{ assets { totalCount nodes { id } } columns { totalCount nodes { id } } }');
    expect({ data, errors }).toEqual({ data: { assets: { totalCount: 0, nodes: [] }, columns: { totalCount: 0, nodes: [] } }, errors: [] });
  });

  it('shows assets of a domain, but not their source', async () => {
    const domainId = await insertDomain(sql, 'Finance');
    const finance = await insertSource(sql, 'finance', { domainId });
    const ledger = await insertAsset(sql, finance, { path: ['finance', 'public', 'ledger'] });
    const query = 'query ($id: ID!) { asset(id: $id) { name source { id } } assets { totalCount } }';
    expect((await ask(viewerWith({ role: 'READER', domainId }), query, { id: ledger.id })).data).toEqual({
      asset: { name: 'finance.public.ledger', source: null },
      assets: { totalCount: 1 },
    });
    expect((await ask(readerOf(finance), query, { id: ledger.id })).data).toEqual({
      asset: { name: 'finance.public.ledger', source: { id: finance.id } },
      assets: { totalCount: 1 },
    });
  });

  it('is UNAUTHENTICATED for strangers and FORBIDDEN without a reading role', async () => {
    for (const [viewer, code] of [
      [null, 'UNAUTHENTICATED'],
      [viewerWith({ role: 'INGESTOR' }), 'FORBIDDEN'],
    ] as const) {
      const { data, errors } = await ask(
        viewer,
        `{ assets { totalCount } asset(id: "x") { id } assetsById(ids: []) { id } assetByName(namespace: "", name: "") { id } column(id: "x") { id } columns { totalCount } }`,
      );
      expect(errors.map((error) => error.code)).toEqual(Array.from({ length: 6 }, () => code));
      expect(data).toEqual({ assets: null, asset: null, assetsById: null, assetByName: null, column: null, columns: null });
    }
  });
});
