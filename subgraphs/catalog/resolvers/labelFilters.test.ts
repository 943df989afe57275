/** Lists filtered by labels give the same to a viewer of everything and to one of some classes, page by page, however they are read. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createTestCatalog } from '../testing/catalog.ts';
import { administrator, insertAssets, insertSource, readerOf, readerOfNothing, type TestSource } from '../testing/factories.ts';

let database: TestDatabase;
let sql: Database;
let catalog: ReturnType<typeof createTestCatalog>;
let mine: TestSource;
let other: TestSource;

/** Of each table `email` is confirmed as EMAIL, `phone` rejected as PHONE and suggested as EMAIL, and `note` nothing. */
beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('catalog');
  catalog = createTestCatalog(sql);
  [mine, other] = [await insertSource(sql, 'mine'), await insertSource(sql, 'other')];
  for (const source of [mine, other]) {
    const tables = await insertAssets(
      sql,
      source,
      [0, 1, 2].map((number) => ({
        path: [source.name, 'public', `t${number}`],
        columns: ['email', 'note', 'phone'].map((name) => ({ name: `${name}${number}` })),
      })),
    );
    for (const { id, columns } of tables) {
      const [email, , phone] = columns;
      await sql`insert into catalog.column_labels (column_id, asset_id, label, state) values
        (${email!.id}, ${id}, 'EMAIL', 'CONFIRMED'), (${phone!.id}, ${id}, 'PHONE', 'REJECTED'), (${phone!.id}, ${id}, 'EMAIL', 'SUGGESTED')`;
    }
  }
});
afterAll(() => database.drop());

async function pagesOf(viewer: Viewer, filter: object, field: string, direction: string): Promise<string[]> {
  const names: string[] = [];
  for (let after: string | null = null; ;) {
    const { data, errors }: Awaited<ReturnType<typeof catalog.ask>> = await catalog.ask(
      viewer,
      `query ($filter: ColumnFilter, $order: ColumnOrder, $after: String) { columns(first: 2, filter: $filter, orderBy: $order, after: $after) {
        totalCount nodes { name asset { name } } pageInfo { hasNextPage endCursor } } }`,
      { filter, order: { field, direction }, after },
    );
    expect(errors).toEqual([]);
    names.push(
      ...data.columns.nodes.map((node: { name: string; asset: { name: string } }) => `${node.asset.name.split('.')[0]} ${node.name}`),
    );
    if (!data.columns.pageInfo.hasNextPage) {
      expect(data.columns.totalCount).toBe(names.length);
      return names;
    }
    after = data.columns.pageInfo.endCursor;
  }
}

const three = (source: string, name: string): string[] => [0, 1, 2].map((number) => `${source} ${name}${number}`);
const CASES: [object, (source: string) => string[]][] = [
  [{ labels: ['EMAIL'] }, (source) => three(source, 'email')],
  [{ labels: ['PHONE'] }, () => []],
  [{ labels: ['PHONE', 'EMAIL'], labelStates: ['REJECTED'] }, (source) => three(source, 'phone')],
  [{ labels: ['EMAIL'], labelStates: ['CONFIRMED', 'SUGGESTED'] }, (source) => [...three(source, 'email'), ...three(source, 'phone')]],
  [{ labelStates: ['SUGGESTED', 'REJECTED'] }, (source) => three(source, 'phone')],
  [{ labelStates: ['CONFIRMED'], namePrefix: 'email1', includeDeleted: true }, (source) => [`${source} email1`]],
  [{ labels: ['EMAIL'], includeDeleted: true }, (source) => three(source, 'email')],
  [{ labels: [] }, () => []],
  [{ labelStates: [] }, () => []],
  [{ labels: ['email'] }, () => []],
];

describe.each(['ASSET_AND_ORDINAL', 'NAME'])('columns by %s', (field) => {
  it.each(CASES)('with %j are those of what the viewer sees', async (filter, expected) => {
    const up = await pagesOf(administrator(), filter, field, 'ASC');
    expect(up.toSorted()).toEqual([...expected('mine'), ...expected('other')].toSorted());
    expect(await pagesOf(readerOf(mine), filter, field, 'ASC')).toEqual(up.filter((name) => name.startsWith('mine')));
    expect(await pagesOf(readerOf(mine), filter, field, 'DESC')).toEqual(up.filter((name) => name.startsWith('mine')).toReversed());
    expect(await pagesOf(readerOfNothing(), filter, field, 'ASC')).toEqual([]);
  });
});

it('assets with a label are those of which a column has it confirmed', async () => {
  const ask = async (viewer: Viewer, labels: string[]) =>
    (
      await catalog.ask(viewer, 'query ($labels: [String!]) { assets(filter: { labels: $labels }) { totalCount nodes { name } } }', {
        labels,
      })
    ).data.assets.nodes.length;
  expect(await Promise.all([administrator(), readerOf(mine), readerOfNothing()].map((viewer) => ask(viewer, ['EMAIL', 'PHONE'])))).toEqual([
    6, 3, 0,
  ]);
  expect(await ask(administrator(), ['PHONE'])).toBe(0);
  expect(await ask(administrator(), [])).toBe(0);
});

it('a cursor belongs to its labels and states', async () => {
  const page =
    'query ($filter: ColumnFilter, $after: String) { columns(first: 1, filter: $filter, after: $after) { pageInfo { endCursor } } }';
  const { data } = await catalog.ask(administrator(), page, { filter: { labels: ['EMAIL'] } });
  const after = data.columns.pageInfo.endCursor;
  for (const filter of [{}, { labels: ['PHONE'] }, { labels: ['EMAIL'], labelStates: ['SUGGESTED'] }])
    expect((await catalog.ask(administrator(), page, { filter, after })).errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
});
