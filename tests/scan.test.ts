/** Scanning a real PostgreSQL through the whole product, as its users see it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());

const ASSET =
  'id name kind version deletedAt columns { nodes { name nativeType nullable } } history { nodes { version changes { path } } } owners { role user { name } }';
let sourceNumber = 0;

/** A database of its own, filled by `statements`, registered and scanned once. */
async function scanned(statements: string) {
  const source = await createEmptyDatabase();
  await source.sql.unsafe(statements);
  const registered = await world.addSource(`source ${++sourceNumber}`, { url: source.url });
  const run = await world.scan(registered.id);
  const database = decodeURIComponent(new URL(source.url).pathname.slice(1));
  const asset = async (name: string) =>
    (
      await world.admin(`query ($namespace: String!, $name: String!) { assetByName(namespace: $namespace, name: $name) { ${ASSET} } }`, {
        namespace: registered.namespace,
        name: `${database}.${name}`,
      })
    ).assetByName;
  const assetEvents = async () => {
    await world.sealed();
    const { events } = await world.admin('query { events(first: 200, types: ["asset.*"]) { totalCount } }');
    return events.totalCount as number;
  };
  return {
    source,
    database,
    asset,
    run,
    assetEvents,
    scan: () => world.scan(registered.id),
    id: registered.id,
    namespace: registered.namespace,
  };
}

describe('what a scan finds', () => {
  it('keeps names apart that only quotes tell apart', async () => {
    const long = 'x'.repeat(63);
    const { asset, run } =
      await scanned(`create schema "a.b"; create schema a; create table "a.b".c (id int); create table a."b.c" (id int);
      create table a."""quoted""" (id int); create table a."😀 emoji" (id int); create table a."${long}" (id int);`);
    expect(run).toMatchObject({ status: 'COMPLETED', removed: 0 });
    const found = await Promise.all(['"a.b".c', 'a."b.c"', 'a."""quoted"""', 'a.😀 emoji', `a.${long}`].map(asset));
    expect(found.every(Boolean)).toBe(true);
    expect(new Set(found.map((each) => each.id)).size).toBe(5);
  });

  it('changes nothing the second time, and ANALYZE is no change', async () => {
    const { source, scan, assetEvents, asset } = await scanned(
      'create table t (id int primary key, name text); insert into t select i from generate_series(1, 100) i',
    );
    const before = await assetEvents();
    await source.sql`analyze`;
    expect(await scan()).toMatchObject({ status: 'COMPLETED', added: 0, changed: 0, removed: 0, unchanged: 3 });
    expect(await assetEvents()).toBe(before);
    expect(await asset('public.t')).toMatchObject({ version: 1 });
  });

  it('tells an added column by one event, one version and its path', async () => {
    const { source, scan, assetEvents, asset } = await scanned('create table t (id int)');
    const before = await assetEvents();
    await source.sql`alter table t add column email varchar(80) not null`;
    expect(await scan()).toMatchObject({ changed: 1, unchanged: 2 });
    expect(await assetEvents()).toBe(before + 1);
    const table = await asset('public.t');
    expect(table.version).toBe(2);
    expect(table.history.nodes[0]).toEqual({ version: 2, changes: [{ path: '/columns/email' }] });
    expect(table.columns.nodes[1]).toEqual({ name: 'email', nativeType: 'character varying(80)', nullable: false });
  });

  it('keeps id and owners of a renamed table, and the id of one dropped and made again', async () => {
    const { source, scan, asset } = await scanned('create table t (id int); create table u (id int)');
    const before = await asset('public.t');
    const { me } = await world.admin('{ me { id } }');
    await world.admin('mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { asset { id } } }', {
      input: { id: before.id, version: 1, owners: [{ userId: me.id, role: 'OWNER' }] },
    });
    const u = await asset('public.u');
    await source.sql`alter table t rename to orders`;
    await source.sql`drop table u`;
    await source.sql`create table u (id int)`;
    expect(await scan()).toMatchObject({ added: 0, removed: 0, changed: 1 });
    const renamed = await asset('public.orders');
    expect(renamed.id).toBe(before.id);
    expect(renamed.owners).toEqual([{ role: 'OWNER', user: { name: 'Administrator' } }]);
    expect((await asset('public.u')).id).toBe(u.id);
    expect(await asset('public.t')).toBeNull();
  });
});

describe('faults', () => {
  it('ends FAILED and deletes nothing when its connection is terminated', async () => {
    const { source, scan, asset } = await scanned('create table t (id int); create table gone (id int); create view v as select id from t');
    await source.sql`drop table gone`;
    // Holds the scan's reading of a view's SQL for as long as the test needs.
    let release: () => void = () => undefined;
    const held = source.sql.begin(async (tx) => {
      await tx`lock table pg_catalog.pg_rewrite in access exclusive mode`;
      await new Promise<void>((resolve) => (release = resolve));
    });
    const run = scan();
    for (let killed = 0; killed === 0;) {
      const rows =
        await world.owner`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pursight scan' and wait_event_type = 'Lock'
          and datname = ${source.sql.options.database}`;
      killed = rows.length;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    release();
    await held;
    expect(await run).toMatchObject({ status: 'FAILED', removed: 0 });
    expect(await asset('public.gone')).not.toBeNull();
  });

  it('warns of a listed database that it may not enter and deletes nothing of it', async () => {
    const other = await createEmptyDatabase();
    await other.sql`create table secret (id int)`;
    const first = await createEmptyDatabase();
    await first.sql`create table t (id int)`;
    const role = `reader_${Date.now()}`;
    await world.owner.unsafe(`create role ${role} login password 'reader password'`);
    const url = new URL(first.url);
    url.username = role;
    url.password = 'reader password';
    const names = [first.url, other.url].map((each) => new URL(each).pathname.slice(1));
    const { id, namespace } = await world.addSource('two databases', { url: url.href, databases: names });
    expect(await world.scan(id)).toMatchObject({ status: 'COMPLETED' });
    await world.owner.unsafe(`revoke connect on database ${names[1]} from public`);
    await other.sql`drop table secret`;
    const run = await world.scan(id);
    expect(run).toMatchObject({ status: 'COMPLETED_WITH_WARNINGS', removed: 0 });
    expect(run.warnings).toHaveLength(1);
    const { assetByName } = await world.admin(
      'query ($namespace: String!, $name: String!) { assetByName(namespace: $namespace, name: $name) { id } }',
      { namespace, name: `${names[1]}.public.secret` },
    );
    expect(assetByName).not.toBeNull();
  });

  it('keeps what it knows of a locked table, with a warning', async () => {
    const { source, scan, asset } = await scanned(
      'create table t (id int default 5, check (id > 0)); insert into t select i from generate_series(1, 100) i; create table u (id int)',
    );
    const size = async () =>
      (await world.admin(`{ asset(id: "${(await asset('public.t')).id}") { table { sizeBytes checks { expression } } } }`)).asset.table;
    const before = await size();
    expect(before.sizeBytes).toBeGreaterThan(0);
    let release: () => void = () => undefined;
    const held = source.sql.begin(async (tx) => {
      await tx`lock table t in access exclusive mode`;
      await new Promise<void>((resolve) => (release = resolve));
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const run = await scan();
    release();
    await held;
    expect(run).toMatchObject({ status: 'COMPLETED_WITH_WARNINGS', removed: 0, changed: 0, unchanged: 4 });
    expect(run.warnings.length).toBeGreaterThan(0);
    expect(await size()).toEqual(before);
  });

  it('asks before it deletes a third of a database', async () => {
    const tables = Array.from({ length: 30 }, (_, index) => `create table t${index} (id int);`).join('');
    const { source, scan, asset } = await scanned(tables);
    const drop = (from: number, to: number) =>
      source.sql.unsafe(Array.from({ length: to - from }, (_, index) => `drop table t${from + index};`).join(''));
    await drop(0, 9);
    const held = await scan();
    expect(held).toMatchObject({ status: 'NEEDS_REVIEW', removed: 0 });
    const REVIEW =
      'mutation ($input: ReviewScanRunInput!) { reviewScanRun(input: $input) { run { status removed pendingDeletions { totalCount } } } }';
    const pending = await world.admin(`{ scanRun(id: "${held.id}") { pendingDeletions(first: 5) { totalCount nodes { name } } } }`);
    expect(pending.scanRun.pendingDeletions).toMatchObject({ totalCount: 9 });
    expect(pending.scanRun.pendingDeletions.nodes).toHaveLength(5);
    expect((await world.admin(REVIEW, { input: { id: held.id, acceptDeletions: false } })).reviewScanRun.run).toMatchObject({
      status: 'COMPLETED_WITH_WARNINGS',
      removed: 0,
    });
    expect(await asset('public.t0')).not.toBeNull();
    const again = await scan();
    expect(again.status).toBe('NEEDS_REVIEW');
    expect((await world.admin(REVIEW, { input: { id: again.id, acceptDeletions: true } })).reviewScanRun.run).toEqual({
      status: 'COMPLETED',
      removed: 9,
      pendingDeletions: { totalCount: 0 },
    });
    expect(await asset('public.t0')).toBeNull();
  });
});
