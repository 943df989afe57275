import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import type { AssetFacts } from '../facts.ts';
import { addMissingAssets, copyAssets, correctCopies, type AssetEvent } from './assets.ts';

let database: TestDatabase;
let sql: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('policy');
});
afterAll(() => database.drop());

const told = { sourceId: newId(), kind: 'TABLE', namespace: 'postgres://shop:5432', name: 'shop.public.t' };
const eventOf = (subject: string, index: number): AssetEvent => ({
  seq: index + 1,
  type: 'asset.created',
  subject,
  attributes: { ...told, accessAfter: 1 },
});
const factsOf = (id: string) => ({ ...told, id, accessClass: 1, owners: [], deletedAt: null, dependsOn: [] }) as unknown as AssetFacts;

/** Two that wrote the same new assets in different orders would each wait for the other. */
it.each([
  ['events', (ids: string[]) => sql.begin((tx) => copyAssets(tx, ids.map(eventOf)))],
  ['facts', (ids: string[]) => sql.begin((tx) => correctCopies(tx, ids.map(factsOf)))],
  ['decisions on labels', (ids: string[]) => sql.begin((tx) => addMissingAssets(tx, ids.map(factsOf)))],
])('assets are inserted in the order of their ids from %s, whatever the order in which they are told', async (_title, insert) => {
  const ids = Array.from({ length: 50 }, newId);
  await insert(ids.toReversed());
  const rows = await sql<{ assetId: string }[]>`select asset_id from policy.assets where asset_id = any(${ids}::uuid[]) order by ctid`;
  expect(rows.map((row) => row.assetId)).toEqual(ids.toSorted());
});
