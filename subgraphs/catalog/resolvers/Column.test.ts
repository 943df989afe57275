/** A column whose asset is moved between two statements of one operation. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createCatalogContext, type CatalogContext } from '../context.ts';
import { createTestCatalog } from '../testing/catalog.ts';
import {
  administrator,
  contextOf,
  insertAsset,
  insertDomain,
  insertSource,
  readerOf,
  viewerWith,
  type TestAsset,
} from '../testing/factories.ts';
import { createColumn } from './Column.ts';

let database: TestDatabase;
let sql: Database;
let catalog: CatalogContext;
let source: Awaited<ReturnType<typeof insertSource>>;
let asset: TestAsset;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('catalog');
  catalog = createCatalogContext({ sql });
  source = await insertSource(sql, 'shop');
  asset = await insertAsset(sql, source, { path: ['shop', 'public', 'orders'], columns: [{ name: 'id' }] });
});
afterAll(() => database.drop());

/** By an administrator; gives the asset's version from then on. */
async function move(version: number, domainId: string | null): Promise<number> {
  const { data, errors } = await createTestCatalog(sql).ask(
    administrator(),
    'mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { asset { version } } }',
    { input: { id: asset.id, version, domainId } },
  );
  expect(errors).toEqual([]);
  return data.updateAsset.asset.version;
}

it('has its asset also by a class that was made meanwhile, and NOT_FOUND where that is not for the viewer', async () => {
  const ofSource = contextOf(readerOf(source));
  const column = await catalog.of(ofSource).columnById.load(asset.columns[0]!.id);
  const domain = await insertDomain(sql, 'Finance');
  const version = await move(1, domain);
  expect(await createColumn(catalog).asset(column!, undefined, ofSource)).toMatchObject({ id: asset.id });

  const ofDomain = contextOf(viewerWith({ role: 'READER', domainId: domain }));
  expect(await catalog.of(ofDomain).columnById.load(asset.columns[0]!.id)).not.toBeNull();
  await move(version, null);
  await expect(createColumn(catalog).asset(column!, undefined, ofDomain)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
