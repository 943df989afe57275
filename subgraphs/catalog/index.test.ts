import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '#platform/ids.ts';
import { createLogger } from '#platform/logger.ts';
import { createEmptyDatabase, createTestDatabase, TEST_ROOT_KEY, type TestDatabase } from '#platform/testing/database.ts';
import { createCatalog, type Catalog } from './index.ts';
import { administrator, createAsker, readerOf, stewardOf, type Answer } from './testing/factories.ts';

/** The subgraph as it is wired, over a database that is really scanned. */
let database: TestDatabase;
let shop: Awaited<ReturnType<typeof createEmptyDatabase>>;
let catalog: Catalog;
let ask: ReturnType<typeof createAsker>;
let source: { id: string; namespace: string };

beforeAll(async () => {
  database = await createTestDatabase();
  shop = await createEmptyDatabase('wired.shop');
  await shop.sql.unsafe(`
    create table customers (id bigint primary key, email text not null);
    comment on table customers is 'Who buys';
    create table orders (id bigint primary key, customer_id bigint references customers);
    create view big_orders as select id from orders where id > 10;`);
  catalog = createCatalog({
    database: database.connect('catalog'),
    rootKey: TEST_ROOT_KEY,
    faults: new Set(),
    logger: createLogger({ level: 'silent', format: 'json' }),
    onCommit: () => undefined,
  });
  ask = createAsker(catalog.subgraph.schema);
  const { data, errors } = await ask(
    administrator(),
    'mutation ($input: RegisterSourceInput!) { registerSource(input: $input) { source { id namespace } } }',
    {
      input: { name: 'shop', connector: 'postgres', config: { url: shop.url } },
    },
  );
  expect(errors).toEqual([]);
  source = data.registerSource.source;
});
afterAll(async () => {
  await database.drop();
  await shop.drop();
});

async function scan(): Promise<Answer['data']> {
  const started = await ask(stewardOf(source), 'mutation ($input: StartScanInput!) { startScan(input: $input) { run { id } } }', {
    input: { sourceId: source.id },
  });
  expect(started.errors).toEqual([]);
  const runId: string = started.data.startScan.run.id;
  await catalog.tasks['scan']!({ runId }, new AbortController().signal);
  const { data } = await ask(
    readerOf(source),
    'query ($id: ID!) { scanRun(id: $id) { id status added changed unchanged removed warnings { code message } error } }',
    { id: runId },
  );
  return data.scanRun;
}

const ASSET = `query ($namespace: String!, $name: String!) { assetByName(namespace: $namespace, name: $name) {
  id version description sourceDescription tags owners { user { id } } source { name } parent { name kind }
  table { primaryKey definition foreignKeys { references { name } } }
  columns { nodes { id name nativeType nullable description version } }
  history { nodes { version by { id } byScanRun { id status } changes { path } snapshot } }
} }`;
const find = async (name: string, viewer = readerOf(source)) => {
  const { data, errors } = await ask(viewer, ASSET, { namespace: source.namespace, name });
  expect(errors).toEqual([]);
  return data.assetByName;
};

it('keeps what people said through changes, renames and returns of what was scanned', async () => {
  const first = await scan();
  expect(first).toMatchObject({ status: 'COMPLETED', changed: 0, removed: 0, warnings: [], error: null });
  const orders = await find('"wired.shop".public.orders');
  expect(orders).toMatchObject({
    version: 1,
    source: { name: 'shop' },
    parent: { name: '"wired.shop".public', kind: 'SCHEMA' },
    table: { primaryKey: ['id'], definition: null, foreignKeys: [{ references: { name: '"wired.shop".public.customers' } }] },
    history: { nodes: [{ version: 1, by: null, byScanRun: { id: first.id, status: 'COMPLETED' } }] },
  });
  expect(orders.columns.nodes.map((column: any) => `${column.name} ${column.nativeType}`)).toEqual(['id bigint', 'customer_id bigint']);

  const owner = newId();
  const steward = stewardOf(source);
  const edited = await ask(
    steward,
    `mutation ($asset: UpdateAssetInput!, $columns: UpdateColumnsInput!) {
      updateAsset(input: $asset) { asset { version } } updateColumns(input: $columns) { results { column { version } error { code } } } }`,
    {
      asset: { id: orders.id, version: 1, description: 'What was ordered', tags: ['gold'], owners: [{ userId: owner, role: 'OWNER' }] },
      columns: { items: [{ id: orders.columns.nodes[1].id, version: 1, description: 'Who ordered' }] },
    },
  );
  expect(edited).toEqual({
    data: { updateAsset: { asset: { version: 2 } }, updateColumns: { results: [{ column: { version: 2 }, error: null }] } },
    errors: [],
  });

  expect(await scan()).toMatchObject({ status: 'COMPLETED', added: 0, changed: 0, removed: 0 });

  await shop.sql.unsafe('alter table orders add column note text; alter table orders rename to purchases');
  const second = await scan();
  expect(second).toMatchObject({ status: 'COMPLETED', removed: 0 });
  const purchases = await find('"wired.shop".public.purchases');
  expect(purchases).toMatchObject({
    id: orders.id,
    version: 4,
    description: 'What was ordered',
    tags: ['gold'],
    owners: [{ user: { id: owner } }],
  });
  expect(purchases.columns.nodes.map((column: any) => [column.name, column.description])).toEqual([
    ['id', null],
    ['customer_id', 'Who ordered'],
    ['note', null],
  ]);
  const [fourth, third, , created] = purchases.history.nodes;
  expect(fourth).toMatchObject({ version: 4, by: null, byScanRun: { id: second.id } });
  expect(fourth.changes.map((change: any) => change.path)).toEqual(expect.arrayContaining(['/name', '/path', '/columns/note']));
  expect(third).toMatchObject({
    by: { id: steward.userId },
    changes: [{ path: '/columns/customer_id/description' }],
    snapshot: { name: '"wired.shop".public.orders', tags: ['gold'] },
  });
  expect(created.snapshot).toMatchObject({
    name: '"wired.shop".public.orders',
    description: null,
    tags: [],
    owners: [],
    columns: { customer_id: { description: null } },
  });
  expect(Object.keys(created.snapshot.columns)).toEqual(['id', 'customer_id']);

  await shop.sql.unsafe('drop table purchases cascade');
  expect(await scan()).toMatchObject({ status: 'COMPLETED', removed: 2 });
  const tombstone = await ask(
    readerOf(source),
    'query ($id: ID!) { asset(id: $id) { deletedAt description columns { nodes { name } } } assets { totalCount } }',
    { id: orders.id },
  );
  expect(tombstone.data).toMatchObject({
    asset: {
      deletedAt: expect.any(String),
      description: 'What was ordered',
      columns: { nodes: [{ name: 'id' }, { name: 'customer_id' }, { name: 'note' }] },
    },
    assets: { totalCount: 3 },
  });

  await shop.sql.unsafe('create table purchases (id bigint, customer_id bigint)');
  expect(await scan()).toMatchObject({ status: 'COMPLETED', removed: 0 });
  const revived = await find('"wired.shop".public.purchases');
  expect(revived).toMatchObject({
    id: orders.id,
    version: 6,
    description: 'What was ordered',
    owners: [{ user: { id: owner } }],
    table: { primaryKey: [] },
  });
  expect(revived.columns.nodes.map((column: any) => [column.name, column.description])).toEqual([
    ['id', null],
    ['customer_id', 'Who ordered'],
  ]);
  expect(revived.history.nodes[0].changes.map((change: any) => change.path)).toEqual(
    expect.arrayContaining(['/deletedAt', '/columns/note', '/table/primaryKey']),
  );
  expect(revived.history.nodes[1].snapshot).toMatchObject({
    deletedAt: tombstone.data.asset.deletedAt,
    columns: { note: { nativeType: 'text' } },
  });
  expect(revived.history.nodes[2].snapshot).toEqual(fourth.snapshot);
});

it('counts each version once while people edit what is being scanned', async () => {
  await shop.sql.unsafe(Array.from({ length: 30 }, (_, index) => `create table busy${index} (id int)`).join(';'));
  await scan();
  const list =
    'query { assets(first: 200, filter: { namePrefix: "\\"wired.shop\\".public.busy" }) { nodes { id version history(first: 200) { nodes { version snapshot } } } } }';
  const busy: { id: string; version: number }[] = (await ask(readerOf(source), list)).data.assets.nodes;
  expect(busy).toHaveLength(30);

  let scanning = true;
  const edits = (async () => {
    let done = 0;
    for (let round = 0; scanning || round < 3; round++) {
      const current = (await ask(readerOf(source), list)).data.assets.nodes;
      const { data, errors } = await ask(
        stewardOf(source),
        'mutation ($input: UpdateAssetsInput!) { updateAssets(input: $input) { results { error { code } } } }',
        {
          input: { items: current.map((asset: any) => ({ id: asset.id, version: asset.version, description: `round ${round}` })) },
        },
      );
      expect(errors).toEqual([]);
      for (const { error } of data.updateAssets.results) {
        if (error) expect(error.code).toBe('CONFLICT');
        else done++;
      }
    }
    return done;
  })();
  let changed = 0;
  for (let round = 0; round < 4; round++) {
    await shop.sql.unsafe(busy.map((_, index) => `alter table busy${index} add column c${round} int`).join(';'));
    const run = await scan();
    expect(run).toMatchObject({ status: 'COMPLETED', changed: 30 });
    changed += run.changed;
  }
  scanning = false;
  const edited = await edits;

  const after = (await ask(readerOf(source), list)).data.assets.nodes;
  for (const asset of after) {
    expect(asset.history.nodes.map((node: any) => node.version)).toEqual(
      Array.from({ length: asset.version }, (_, index) => asset.version - index),
    );
    expect(asset.history.nodes.at(-1).snapshot).toMatchObject({ description: null, columns: { id: {} } });
    expect(Object.keys(asset.history.nodes.at(-1).snapshot.columns)).toEqual(['id']);
  }
  const [events] = await database.owner<{ count: number }[]>`
    select count(*) as count from events.outbox where type = 'asset.updated' and subject = any(${busy.map((asset) => asset.id)})`;
  expect(events!.count).toBe(edited + changed);
  expect(after.reduce((sum: number, asset: any) => sum + asset.version - 1, 0)).toBe(edited + changed);
});
