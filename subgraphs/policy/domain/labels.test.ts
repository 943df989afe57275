/** Decisions on labels beside classification and each other: who waits for whom, and what a decision goes by. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Database } from '#platform/database/index.ts';
import { roleUrl } from '#platform/database/roles.ts';
import { append } from '#platform/events/append.ts';
import { createSequencer } from '#platform/events/sequencer.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import { newId } from '#platform/ids.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { silent } from '../testing/factories.ts';
import { classifyAssets } from './classification.ts';
import { decideLabels, type Decider } from './labels.ts';

let database: TestDatabase;
let sql: Database;
const decider = {
  viewer: { userId: newId(), sessionId: null, roles: [] },
  context: { viewer: null, requestId: '', address: '' },
  classes: 'all',
  editable: 'all',
} satisfies Decider;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('policy');
});
afterAll(() => database.drop());

function makeAsset() {
  const id = newId();
  return {
    id,
    sourceId: newId(),
    domainId: null,
    accessClass: 7,
    kind: 'TABLE',
    namespace: 'postgres://shop:5432',
    name: `shop.public.${id}`,
    tags: [],
    owners: [],
    deletedAt: null,
    dependsOn: [],
    columns: [{ id: newId(), name: 'email', ordinal: 1, dataType: 'text', description: null }],
  };
}
type Asset = ReturnType<typeof makeAsset>;

/** `beforeFacts` runs between a question for facts, which is answered by what was so when it was put, and the answer. */
const catalogOf = (assets: readonly Asset[], beforeFacts: (ids: string[]) => Promise<unknown> = async () => {}): AskSubgraph =>
  (async (query: string, variables: { ids: string[]; columns: { id: string }[] }) => {
    if (query.includes('_entities')) {
      const assetOf = (id: string) => assets.find(({ columns }) => columns.some((column) => column.id === id));
      return { _entities: variables.columns.map(({ id }) => ({ id, asset: { id: assetOf(id)!.id } })) };
    }
    const told = structuredClone(assets.filter(({ id }) => variables.ids.includes(id)));
    await beforeFacts(variables.ids);
    return { assetFacts: told };
  }) as unknown as AskSubgraph;

const confirm = (pool: Database, askCatalog: AskSubgraph, columnId: string, label = 'EMAIL') =>
  decideLabels({ sql: pool, askCatalog }, decider, [{ columnId, label, state: 'CONFIRMED', field: 'input' }]);
const classify = (askCatalog: AskSubgraph, ids: readonly string[]) => sql.begin((tx) => classifyAssets(tx, askCatalog, ids, new Date()));
const statesOf = ({ id }: Asset) =>
  sql<{ state: string; isLiving: boolean }[]>`select state, is_living from policy.column_labels where asset_id = ${id}`;

/** As a scan would tell of a change. */
async function tellChange({ id, namespace, name }: Asset): Promise<void> {
  const catalog = database.connect('catalog');
  await catalog.begin((tx) =>
    append(tx, 'catalog', [
      { type: 'asset.updated', subject: id, actorId: null, data: { namespace, name, kind: 'TABLE', version: 2, changes: [] } },
    ]),
  );
  await createSequencer({ sql: database.connect('events'), logger: silent }).sealOnce();
}

describe('a decision', () => {
  it('waits for classification of its own asset, never of others', async () => {
    const [mine, other] = [makeAsset(), makeAsset()];
    const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow = catalogOf([other], () => (asked.resolve(), answered.promise));
    const classified = classify(slow, [other.id]);
    await asked.promise;
    const waiting = confirm(sql, catalogOf([other]), other.columns[0]!.id);
    const { errors } = await confirm(sql, catalogOf([mine]), mine.columns[0]!.id);
    expect(errors).toEqual([null]);
    expect(await statesOf(mine)).toEqual([{ state: 'CONFIRMED', isLiving: true }]);
    expect(await statesOf(other)).toEqual([]);
    answered.resolve();
    await Promise.all([classified, waiting]);
    expect(await statesOf(other)).toEqual([{ state: 'CONFIRMED', isLiving: true }]);
  });

  it('holds no connection while catalog is asked', async () => {
    const asset = makeAsset();
    const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const pool = connect({ url: roleUrl(database.location, 'policy'), name: 'one', max: 1 });
    const decided = confirm(
      pool,
      catalogOf([asset], () => (asked.resolve(), answered.promise)),
      asset.columns[0]!.id,
    );
    await asked.promise;
    expect(await pool`select 1 as one`).toEqual([{ one: 1 }]);
    answered.resolve();
    expect((await decided).errors).toEqual([null]);
    await pool.end();
  });

  it('goes by what is so when its turn has come, not by what catalog said before', async () => {
    const asset = makeAsset();
    const [column] = asset.columns;
    let isFirst = true;
    const catalog = catalogOf([asset], async () => {
      if (!isFirst) return;
      isFirst = false;
      asset.columns = [];
      await tellChange(asset);
      await classify(catalogOf([asset]), [asset.id]);
    });
    const { errors } = await confirm(sql, catalog, column!.id);
    expect(errors).toMatchObject([{ code: 'CONFLICT', message: expect.stringContaining('deleted') }]);
    expect(await statesOf(asset)).toEqual([]);
  });

  it('is taken of an asset that changes each time somebody looks', async () => {
    const asset = makeAsset();
    const questions: string[][] = [];
    const catalog = catalogOf([asset], async (ids) => {
      questions.push(ids);
      await tellChange(asset);
    });
    expect((await confirm(sql, catalog, asset.columns[0]!.id)).errors).toEqual([null]);
    expect(await statesOf(asset)).toEqual([{ state: 'CONFIRMED', isLiving: true }]);
    expect(questions.length).toBe(4);
  });

  it('is not lost to another one at the same time', async () => {
    const asset = makeAsset();
    const labels = ['EMAIL', 'PHONE', 'CITY', 'ADDRESS', 'HEALTH'];
    await Promise.all(labels.map((label) => confirm(sql, catalogOf([asset]), asset.columns[0]!.id, label)));
    const told = await database.owner<{ labels: string[] }[]>`
      select attributes -> 'labels' as labels from events.outbox where subject = ${asset.id} and type like 'classification.%' order by id`;
    expect(told.map((event) => event.labels.length)).toEqual([1, 2, 3, 4, 5]);
  });
});

it('classification asks for the facts of 250 assets at a time, however many there are', async () => {
  const assets = Array.from({ length: 600 }, makeAsset);
  const questions: number[] = [];
  const catalog = catalogOf(assets, async (ids) => questions.push(ids.length));
  await classify(
    catalog,
    assets.map(({ id }) => id),
  );
  expect(questions).toEqual([250, 250, 100]);
  const [row] =
    await sql`select count(*)::int as count from policy.column_labels where asset_id = any(${assets.map(({ id }) => id)}::uuid[])`;
  expect(row).toEqual({ count: 600 });
});
