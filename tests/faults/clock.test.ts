/** The clock of the product's process is set back by an hour while it runs; that of PostgreSQL is not. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { createWorld, PASSWORD, type World } from '../world.ts';
import { findLosses } from './ownServer.ts';

const HOUR_MS = 3_600_000;
const EDIT = 'mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { cursor asset { version } } }';

const RealDate = Date;
let offsetMs = 0;
const now = (): number => RealDate.now() + offsetMs;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length > 0 ? args : [now()], newTarget) as Date,
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
afterEach(() => (offsetMs = 0));

let world: World;
let source: Awaited<ReturnType<typeof createEmptyDatabase>>;
beforeAll(async () => {
  [world, source] = await Promise.all([createWorld(), createEmptyDatabase()]);
  await source.sql.unsafe(`
    create table orders (id int, amount int); create table gone (id int); create table parts (id int);
    create view totals as select sum(amount) as total from orders; create view dropped as select id from parts`);
});
afterAll(async () => {
  await world.stop();
  await source.drop();
});

it('nothing is lost, no interval ends before it begins, and what follows is not told to be before', { timeout: 90_000 }, async () => {
  const { id: sourceId } = await world.addSource('shop', { url: source.url });
  expect(await world.scan(sourceId)).toMatchObject({ status: 'COMPLETED' });
  const { createPolicy } = await world.admin('mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { policy { id } } }', {
    input: { name: 'Owners', ruleType: 'ownerRequired', params: {}, scope: { kinds: ['TABLE'] }, severity: 'INFO' },
  });
  await world.admin('mutation ($id: ID!) { publishPolicy(input: { id: $id, version: 1 }) { cursor } }', { id: createPolicy.policy.id });
  const assetOf = async (name: string) =>
    (await world.admin('{ assets(first: 50) { nodes { id displayName version } } }')).assets.nodes.find(
      (node: { displayName: string }) => node.displayName === name,
    );
  const orders = await assetOf('orders');
  await world.admin(EDIT, { input: { id: orders.id, version: orders.version, description: 'before' } });
  await world.consumed();
  const old = world.as(await world.accessToken());
  const live = await world.live();
  const { cursor: after } = (
    await world.admin(EDIT, { input: { id: orders.id, version: orders.version + 1, description: 'still before' } })
  ).updateAsset;
  const stream = live.subscribe('subscription ($after: String) { eventPublished(after: $after) { cursor event { type } } }', { after });
  await stream.next();
  // A guesser: its account waits a minute.
  const guesser = await world.createUser([{ role: 'READER' }]);
  const signIn = (password: string) =>
    world.anonymous('mutation ($input: SignInInput!) { signIn(input: $input) { session { expiresAt } } }', {
      input: { email: guesser.email, password },
    });
  for (let n = 0; n < 10; n++) await signIn(`wrong ${n}`);
  expect((await signIn(PASSWORD)).errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);

  offsetMs = -HOUR_MS;

  // Tokens of before are good, and so are new ones; nobody waits for a minute that is an hour away.
  expect((await old('{ me { id } }')).errors).toBeUndefined();
  expect((await world.as(await world.accessToken())('{ me { id } }')).errors).toBeUndefined();
  expect((await signIn(PASSWORD)).errors).toBeUndefined();

  const me = (await world.admin('{ me { id } }')).me.id;
  const edited = await world.admin(EDIT, {
    input: { id: orders.id, version: orders.version + 2, description: 'after', owners: [{ userId: me, role: 'OWNER' }] },
  });
  expect(edited.updateAsset.asset.version).toBe(orders.version + 3);
  await source.sql.unsafe('drop view dropped; drop table gone; alter table parts add column name text; create table fresh (id int)');
  expect(await world.scan(sourceId)).toMatchObject({ status: 'COMPLETED', added: 1, changed: 1, removed: 2 });
  await world.consumed();
  await world.consumed();

  expect(await findLosses(world.owner)).toEqual([]);
  const backwards = await world.owner`
    select 'a run' as what from catalog.scan_runs where started_at < queued_at or finished_at < started_at
    union all select 'a violation' from policy.violations where resolved_at < raised_at or updated_at < raised_at
    union all select 'an evaluation' from policy.evaluations where finished_at < started_at
    union all select 'a flow' from lineage.edges where valid_to <= valid_from
    union all select 'an asset' from catalog.assets where updated_at < created_at or deleted_at < created_at`;
  expect(backwards).toEqual([]);
  // What ended is not as if it had never been.
  const ended = await world.owner`select distinct origin from lineage.edges where valid_to is not null order by origin`;
  expect(ended).toEqual([{ origin: 'NATIVE' }, { origin: 'PARSED' }]);
  expect(await world.owner`select 1 from policy.violations where status = 'RESOLVED' and asset_id = ${orders.id}`).toHaveLength(1);
  const [asOf] = await world.owner<{ version: number }[]>`
    select version from catalog.asset_versions where asset_id = ${orders.id} and at <= (select max(at) from catalog.asset_versions where asset_id = ${orders.id})
    order by version desc limit 1`;
  expect(asOf!.version).toBe(orders.version + 3);

  // Whoever listens was told of each event once.
  const [log] = await world.owner<
    { count: number }[]
  >`select count(*)::int as count from events.log where seq > ${Number(after.split('.')[1])}`;
  await expect.poll(() => stream.payloads.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(log!.count);
  const cursors = stream.payloads.map(({ data }) => data.eventPublished.cursor);
  expect(new Set(cursors).size).toBe(cursors.length);

  // And forth again.
  offsetMs = 0;
  await world.admin(EDIT, { input: { id: orders.id, version: orders.version + 3, description: 'and forth' } });
  expect(await world.scan(sourceId)).toMatchObject({ status: 'COMPLETED', added: 0, changed: 0, removed: 0 });
  await world.consumed();
  expect(await findLosses(world.owner)).toEqual([]);
  expect(stream.ended()).toBeUndefined();
  await live.close();
});
