import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createTestCatalog } from '../testing/catalog.ts';
import {
  administrator,
  insertAsset,
  insertAssets,
  insertSource,
  readerOf,
  readerOfNothing,
  type TestSource,
} from '../testing/factories.ts';
import { afterPrefix } from './prefix.ts';

let database: TestDatabase;
let sql: Database;
let ask: ReturnType<typeof createTestCatalog>['ask'];
let big: TestSource;
let small: TestSource;

/** Scattered, so that what is added later falls anywhere among the pages. */
const name = (index: number): string => `t${((index * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0')}`;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('catalog');
  ({ ask } = createTestCatalog(sql));
  big = await insertSource(sql, 'big');
  small = await insertSource(sql, 'small');
  const assets = await insertAssets(
    sql,
    big,
    Array.from({ length: 2970 }, (_, index) => ({ path: ['big', 'public', name(index)], columns: [{ name: 'a' }, { name: 'b' }] })),
  );
  assets.push(
    ...(await insertAssets(
      sql,
      small,
      Array.from({ length: 30 }, (_, index) => ({ path: ['small', 'public', name(index)], columns: [{ name: 'a' }, { name: 'b' }] })),
    )),
  );
  const ids = assets.map((asset) => asset.id);
  await sql`insert into catalog.asset_edits (asset_id, description) select unnest(${ids}::uuid[]), 'words'`;
  await sql`insert into catalog.asset_tags (asset_id, tag) select unnest(${ids}::uuid[]), 'tag'`;
  await sql`insert into catalog.asset_owners (asset_id, user_id, role) select unnest(${ids}::uuid[]), ${newId()}, 'OWNER'`;
});
afterAll(() => database.drop());

describe('paging', () => {
  it.each([
    ['all', administrator],
    ['1 %', () => readerOf(small)],
    ['nothing', readerOfNothing],
  ] as const)('shows who sees %s each asset once while others are added', async (_title, viewerOf) => {
    const viewer = viewerOf();
    const [expected] = (await ask(viewer, '{ assets { totalCount } }')).data
      ? [(await ask(viewer, '{ assets { totalCount } }')).data.assets.totalCount]
      : [0];
    const seen: string[] = [];
    const added = new Set<string>();
    let after: string | null = null;
    do {
      const { data, errors }: { data: any; errors: unknown[] } = await ask(
        viewer,
        'query ($after: String) { assets(first: 200, after: $after) { nodes { name } pageInfo { endCursor hasNextPage } } }',
        { after },
      );
      expect(errors).toEqual([]);
      seen.push(...data.assets.nodes.map((node: { name: string }) => node.name));
      after = data.assets.pageInfo.hasNextPage ? data.assets.pageInfo.endCursor : null;
      const fresh = await insertAssets(
        sql,
        big,
        Array.from({ length: 10 }, () => ({ path: ['big', 'public', `t${newId().slice(-8)}`] })),
      );
      for (const asset of fresh) added.add(asset.name);
    } while (after);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(seen.toSorted());
    expect(seen.filter((each) => !added.has(each))).toHaveLength(expected);
    await sql`delete from catalog.assets where name = any(${[...added]})`;
  });
});

describe('the number of statements', () => {
  const PAGE =
    '{ assets(first: 50) { nodes { name owners { user { id } team { id } role } tags description columns { nodes { name nativeType description } } } } }';
  const statements = async (work: () => Promise<unknown>): Promise<string[]> => {
    await database.owner`select public.pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0)`;
    await work();
    const rows = await database.owner<{ query: string; calls: number }[]>`
      select query, calls from public.pg_stat_statements
      where dbid = (select oid from pg_database where datname = current_database()) and userid = (select oid from pg_roles where rolname = 'test_catalog')
        and query !~* '^(begin|commit|set|start)'`;
    return rows.flatMap((row) => Array.from({ length: row.calls }, () => row.query));
  };

  beforeAll(() => database.owner`create extension if not exists pg_stat_statements schema public`);

  it.each([
    ['all', administrator, 50, 4],
    ['1 %', () => readerOf(small), 30, 5],
    ['nothing', readerOfNothing, 0, 1],
  ] as const)('does not grow with the assets of who sees %s', async (_title, viewerOf, assets, most) => {
    const viewer = viewerOf();
    const { data } = await ask(viewer, PAGE);
    expect(data.assets.nodes).toHaveLength(assets);
    for (const node of data.assets.nodes)
      expect(node).toMatchObject({
        tags: ['tag'],
        description: 'words',
        owners: [{ role: 'OWNER' }],
        columns: { nodes: [{ name: 'a' }, { name: 'b' }] },
      });
    const made = await statements(() => ask(viewer, PAGE));
    expect(made.length, made.join('\n\n')).toBeLessThanOrEqual(most);
  });

  it('is one for the columns of many assets, with paging too', async () => {
    const made = await statements(() =>
      ask(
        administrator(),
        '{ assets(first: 50) { nodes { columns(first: 1) { nodes { name } totalCount } history(first: 2) { nodes { version snapshot } } table { partitioned } parent { id } } } }',
      ),
    );
    // page, columns, their counts, history, facets; stored snapshots, current ones, changes
    expect(made.length, made.join('\n\n')).toBeLessThanOrEqual(8);
  });
});

describe('totals', () => {
  it('follow what is inserted, changed, moved, deleted and revived', async () => {
    const source = await insertSource(sql, 'counted');
    const elsewhere = await insertSource(sql, 'elsewhere');
    const [first, second] = await insertAssets(sql, source, [
      { path: ['c', 'p', 'one'] },
      { path: ['c', 'p', 'two'], kind: 'VIEW' },
      { path: ['c', 'p', 'dead'], deletedAt: new Date() },
    ]);
    const totals = async () => {
      const query =
        '{ assets { totalCount } tables: assets(filter: { kinds: [TABLE] }) { totalCount } found: assets(filter: { namePrefix: "c" }) { totalCount } }';
      const { data, errors } = await ask(readerOf(source), query);
      expect(errors).toEqual([]);
      return [data.assets.totalCount, data.tables.totalCount, data.found.totalCount];
    };
    expect(await totals()).toEqual([2, 1, 2]);
    await sql`update catalog.assets set kind = 'TABLE', updated_at = now() where id = any(${[first!.id, second!.id]}::uuid[])`;
    expect(await totals()).toEqual([2, 2, 2]);
    await sql`update catalog.assets set deleted_at = now() where id = ${first!.id}`;
    expect(await totals()).toEqual([1, 1, 1]);
    await sql`update catalog.assets set deleted_at = null where source_id = ${source.id}`;
    expect(await totals()).toEqual([3, 3, 3]);
    await sql`update catalog.assets set access_class = ${elsewhere.accessClass}, source_id = ${elsewhere.id} where id = ${second!.id}`;
    expect(await totals()).toEqual([2, 2, 2]);
    await sql`delete from catalog.assets where source_id = ${source.id}`;
    expect(await totals()).toEqual([0, 0, 0]);
  });
});

describe('afterPrefix', () => {
  it.each([
    ['a', 'b'],
    ['az', 'a{'],
    ['a\u{10ffff}', 'b'],
    ['\u{d7ff}', '\u{e000}'],
    ['\u{10ffff}', undefined],
    ['😀', '😁'],
  ])('of %j is %j', (prefix, expected) => {
    expect(afterPrefix(prefix)).toBe(expected);
  });

  it('bounds the names of a prefix as the database sorts them', async () => {
    const source = await insertSource(sql, 'letters');
    const found = ['pre', 'pre_', 'pre%x', 'pre😀', 'pre\u{10ffff}x', 'préx'];
    for (const each of [...found, 'prf', 'pr', 'Pre']) await insertAsset(sql, source, { path: [each] });
    const { data } = await ask(readerOf(source), 'query ($prefix: String) { assets(filter: { namePrefix: $prefix }) { nodes { name } } }', {
      prefix: 'pre',
    });
    expect(data.assets.nodes.map((node: any) => node.name)).toEqual(
      found.slice(0, 5).toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
  });
});
