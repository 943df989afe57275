import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import { createLogger } from '#platform/logger.ts';
import { newId } from '#platform/ids.ts';
import { createTestDatabase, TEST_ROOT_KEY, type TestDatabase } from '#platform/testing/database.ts';
import type { ScannedAsset } from '../../connectors/types.ts';
import { createVault } from '../../store/vault.ts';
import { loadSnapshots } from '../../store/snapshots.ts';
import { insertDomain, insertTerm } from '../../testing/factories.ts';
import { createMemoryConnector, scannedContainer, scannedDatabase, scannedTable } from '../../testing/memoryConnector.ts';
import { reconstruct } from '../history.ts';
import { editAsset } from '../assets.ts';
import { checkAssetEdit } from '../edits.ts';
import { createScans } from '../scans.ts';
import { createSources } from '../sources.ts';
import { createScanner } from './index.ts';

let database: TestDatabase;
let sql: Database;
const admin: Viewer = { userId: newId(), sessionId: null, roles: [{ role: 'ADMIN', sourceId: null, domainId: null }] };
const quiet = createLogger({ level: 'silent', format: 'json' });

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('catalog');
});
afterAll(() => database.drop());

let host = 0;

/** A source of its own, so that tests do not see each other. */
async function createWorld(databases = ['shop']) {
  const { connector, system } = createMemoryConnector();
  const vault = createVault({ rootKey: TEST_ROOT_KEY });
  const connectors = new Map([[connector.id, connector]]);
  const onCommit = () => undefined;
  const sources = createSources({ sql, vault, connectors, onCommit });
  const scans = createScans({ sql, onCommit });
  const scanner = createScanner({ sql, vault, connectors, faults: new Set(), logger: quiet, onCommit });
  const name = `source ${++host}`;
  const config = { host: `h${host}`, databases };
  const { id: sourceId } = await sources.register(admin, { name, connector: 'memory', config });
  const start = async () => (await scans.start(admin, { sourceId })).run.id;
  const read = async (id: string) => (await sql`select * from catalog.scan_runs where id = ${id}`)[0]!;
  const scan = async (signal = new AbortController().signal) => {
    const id = await start();
    await scanner.run(id, signal);
    return await read(id);
  };
  const asset = async (assetName: string) =>
    (await sql`select * from catalog.assets where source_id = ${sourceId} and name = ${assetName} order by deleted_at desc nulls first`)[0];
  const events = async (type: string) =>
    await database.owner`
    select * from events.outbox where type like ${type} and attributes->>'sourceId' = ${sourceId} order by id`;
  const versions = async (assetId: string) => await sql`select * from catalog.asset_versions where asset_id = ${assetId} order by version`;
  return { system, sources, scans, scanner, sourceId, name, config, start, read, scan, asset, events, versions };
}

type World = Awaited<ReturnType<typeof createWorld>>;
let world: World;
beforeEach(async () => {
  world = await createWorld();
  world.system.containers.set('shop', scannedDatabase('shop', 10));
});
const shop = () => world.system.containers.get('shop')!;

describe('a run', () => {
  it('adds all at first and writes nothing the second time', async () => {
    expect(await world.scan()).toMatchObject({ status: 'COMPLETED', added: 12, changed: 0, unchanged: 0, removed: 0, done: 12, total: 12 });
    const before = await world.events('asset.%');
    expect(before).toHaveLength(12);
    expect(await world.scan()).toMatchObject({ status: 'COMPLETED', added: 0, changed: 0, unchanged: 12, removed: 0 });
    expect(await world.events('asset.%')).toHaveLength(12);
    expect((await world.asset('shop.public.t1'))!.version).toBe(1);
  });

  it('gives each asset its parent', async () => {
    await world.scan();
    const schema = (await world.asset('shop.public'))!;
    expect(schema.parentId).toBe((await world.asset('shop'))!.id);
    expect((await world.asset('shop.public.t3'))!.parentId).toBe(schema.id);
  });

  it('keeps estimates out of versions and events', async () => {
    await world.scan();
    shop()[2]!.rowEstimate = 500;
    expect(await world.scan()).toMatchObject({ changed: 0, unchanged: 12 });
    expect(await world.asset('shop.public.t0')).toMatchObject({ rowEstimate: 500, version: 1 });
  });

  it('makes one version and one event of a changed asset and names what changed', async () => {
    await world.scan();
    shop()[2] = scannedTable(['shop', 'public', 't0'], 'shop/100', ['id', 'name', 'e/mail~']);
    expect(await world.scan()).toMatchObject({ changed: 1, unchanged: 11 });
    const asset = (await world.asset('shop.public.t0'))!;
    const [, second] = await world.versions(asset.id);
    expect(second!.changes.map((change: { path: string }) => change.path)).toEqual(['/columns/e~1mail~0']);
    const [event] = await world.events('asset.updated');
    expect(event).toMatchObject({ subject: asset.id, data: { version: 2, changes: [{ path: '/columns/e~1mail~0' }] } });
    expect(event!.attributes).toMatchObject({ accessBefore: asset.accessClass, accessAfter: asset.accessClass, kind: 'TABLE' });
  });

  it('tells what a view reads with each of its events, and its SQL when it became another, a very long one as none', async () => {
    const view = (definition: string, columns = ['id']) => {
      const table = scannedTable(['shop', 'public', 't0'], 'shop/100', columns);
      shop()[2] = {
        ...table,
        kind: 'VIEW',
        table: { ...table.table!, definition },
        dependsOn: [{ name: 'shop.public.t1', columns: ['id'] }],
      };
    };
    view('SELECT id FROM public.t1');
    await world.scan();
    const words = { dependsOn: [{ name: 'shop.public.t1', columns: ['id'] }] };
    const told = async (type: string): Promise<unknown> => {
      const { namespace: _namespace, name: _name, kind: _kind, ...data } = (await world.events(type)).at(-1)!.data;
      return data;
    };
    const created = (await world.events('asset.created')).filter(({ data }) => 'definition' in data);
    expect(created.map(({ data }) => data)).toMatchObject([{ name: 'shop.public.t0', ...words, definition: 'SELECT id FROM public.t1' }]);
    view('SELECT id + 1 AS id FROM public.t1');
    await world.scan();
    expect(await told('asset.updated')).toMatchObject({ ...words, definition: 'SELECT id + 1 AS id FROM public.t1' });
    view('SELECT id + 1 AS id FROM public.t1', ['id', 'more']);
    await world.scan();
    expect(await told('asset.updated')).toEqual({ version: 3, changes: [expect.anything()], ...words });
    view(`SELECT ${'1 + '.repeat(50_000)}id AS id FROM public.t1`);
    await world.scan();
    expect(await told('asset.updated')).toMatchObject({ version: 4, ...words, definition: null });
  });

  it('keeps the column row of a column that goes and comes back', async () => {
    await world.scan();
    const asset = (await world.asset('shop.public.t0'))!;
    const id = async () => (await sql`select id, deleted_at from catalog.columns where asset_id = ${asset.id} and name = 'name'`)[0]!;
    const before = await id();
    shop()[2] = scannedTable(['shop', 'public', 't0'], 'shop/100', ['id']);
    await world.scan();
    expect((await id()).deletedAt).not.toBeNull();
    shop()[2] = scannedTable(['shop', 'public', 't0'], 'shop/100');
    await world.scan();
    expect(await id()).toEqual({ id: before.id, deletedAt: null });
  });

  it('goes on after it was stopped and counts nothing twice', async () => {
    world.system.containers.set('shop', scannedDatabase('shop', 1_000));
    const stop = new AbortController();
    let told = 0;
    world.system.onAsset = () => {
      if (++told === 900) stop.abort();
    };
    const id = await world.start();
    await expect(world.scanner.run(id, stop.signal)).rejects.toThrow('The worker stops');
    const half = await world.read(id);
    expect(half.status).toBe('RUNNING');
    expect(half.added).toBeGreaterThan(0);
    world.system.onAsset = () => undefined;
    await world.scanner.run(id, new AbortController().signal);
    expect(await world.read(id)).toMatchObject({ status: 'COMPLETED', added: 1_002, unchanged: 0, done: 1_002 });
    expect(await world.events('asset.created')).toHaveLength(1_002);
  });

  it('ends as CANCELLED when somebody asks', async () => {
    const id = await world.start();
    world.system.onAsset = async () => {
      await world.scans.cancel(admin, id);
      world.system.onAsset = () => new Promise((resolve) => setTimeout(resolve, 200));
    };
    await world.scanner.run(id, new AbortController().signal);
    expect(await world.read(id)).toMatchObject({ status: 'CANCELLED', removed: 0 });
  });

  it('keeps what is locked as it is known', async () => {
    await world.scan();
    world.system.locked.add('shop.public.t4');
    const run = await world.scan();
    expect(run).toMatchObject({ status: 'COMPLETED_WITH_WARNINGS', unchanged: 12, removed: 0 });
    expect((await world.asset('shop.public.t4'))!.deletedAt).toBeNull();
  });
});

describe('names and identities', () => {
  it('keeps the id and the owners of a renamed table', async () => {
    await world.scan();
    const before = (await world.asset('shop.public.t0'))!;
    await sql`insert into catalog.asset_owners (asset_id, user_id, role) values (${before.id}, ${newId()}, 'OWNER')`;
    shop()[2] = scannedTable(['shop', 'public', 'orders'], 'shop/100');
    expect(await world.scan()).toMatchObject({ added: 0, changed: 1, removed: 0, unchanged: 11 });
    const after = (await world.asset('shop.public.orders'))!;
    expect(after.id).toBe(before.id);
    expect(await sql`select 1 from catalog.asset_owners where asset_id = ${after.id}`).toHaveLength(1);
    const [event] = await world.events('asset.updated');
    expect(event!.data.changes.map((change: { path: string }) => change.path).sort()).toEqual(['/name', '/path']);
    expect(event!.attributes.ownerIds).toHaveLength(1);
  });

  it('keeps the id of a table that was dropped and made again under its name', async () => {
    await world.scan();
    const before = (await world.asset('shop.public.t0'))!;
    shop()[2] = scannedTable(['shop', 'public', 't0'], 'shop/999');
    expect(await world.scan()).toMatchObject({ unchanged: 12, changed: 0 });
    expect(await world.asset('shop.public.t0')).toMatchObject({ id: before.id, nativeId: 'shop/999', version: 1 });
  });

  it('takes the name before the native id where both claim an asset', async () => {
    await world.scan();
    const before = (await world.asset('shop.public.t0'))!;
    // `alter table t0 rename to t0_old; create table t0`
    shop()[2] = scannedTable(['shop', 'public', 't0'], 'shop/777');
    shop().push(scannedTable(['shop', 'public', 't0_old'], 'shop/100'));
    expect(await world.scan()).toMatchObject({ added: 1, removed: 0 });
    expect((await world.asset('shop.public.t0'))!.id).toBe(before.id);
    expect((await world.asset('shop.public.t0_old'))!.id).not.toBe(before.id);
  });

  it('follows a renamed schema with all of its tables, new ones too', async () => {
    await world.scan();
    const table = (await world.asset('shop.public.t5'))!;
    const schema = (await world.asset('shop.public'))!;
    world.system.containers.set('shop', [
      shop()[0]!,
      scannedContainer(['shop', 'main'], 'shop/n1'),
      ...Array.from({ length: 10 }, (_, index) => scannedTable(['shop', 'main', `t${index}`], `shop/${index + 100}`)),
      scannedTable(['shop', 'main', 'fresh'], 'shop/500'),
    ]);
    expect(await world.scan()).toMatchObject({ status: 'COMPLETED', added: 1, changed: 11, unchanged: 1, removed: 0 });
    expect((await world.asset('shop.main.t5'))!.id).toBe(table.id);
    expect((await world.asset('shop.main'))!.id).toBe(schema.id);
    expect((await world.asset('shop.main.fresh'))!.parentId).toBe(schema.id);
  });

  const view = (path: string[], nativeId: string, ...reads: string[]): ScannedAsset => {
    const table = scannedTable(path, nativeId);
    const dependsOn = reads.map((name) => ({ name, columns: ['id'] }));
    return { ...table, kind: 'VIEW', table: { ...table.table!, definition: `SELECT id FROM ${reads.join(', ')}` }, dependsOn };
  };
  /** What was told of assets after some events, in its order: the last part of each name, and how often it is told. */
  const toldSince = async (count: number): Promise<string[]> =>
    (await world.events('asset.%')).slice(count).map(({ type, data }) => `${type.split('.')[1]} ${data.name.split('.').at(-1)}`);

  it('tells what is read before who reads it, when all have new names', async () => {
    const schema = (name: string): ScannedAsset[] => [
      shop()[0]!,
      scannedContainer(['shop', name], 'shop/n1'),
      scannedContainer(['shop', 'other'], 'shop/n2'),
      // One that stays where it is, told before what it reads.
      view(['shop', 'other', 'top'], 'shop/1', `shop.${name}.v2`, `shop.${name}.t1`),
      view(['shop', name, 'v2'], 'shop/2', `shop.${name}.v1`),
      view(['shop', name, 'v1'], 'shop/3', `shop.${name}.t1`, `shop.${name}.v3`),
      // They read each other, which no view should: the others are in order nevertheless.
      view(['shop', name, 'v3'], 'shop/4', `shop.${name}.v4`),
      view(['shop', name, 'v4'], 'shop/5', `shop.${name}.v3`),
      scannedTable(['shop', name, 't1'], 'shop/6'),
    ];
    world.system.containers.set('shop', schema('public'));
    await world.scan();
    const before = (await world.events('asset.%')).length;
    const ids = async (names: string[]) => await Promise.all(names.map(async (name) => (await world.asset(name))!.id));
    const names = ['v1', 'v2', 'v3', 'v4', 't1'];
    const known = await ids(names.map((name) => `shop.public.${name}`));
    world.system.containers.set('shop', schema('main'));
    expect(await world.scan()).toMatchObject({ status: 'COMPLETED', added: 0, changed: 7, unchanged: 2, removed: 0, done: 9 });
    expect(await ids(names.map((name) => `shop.main.${name}`))).toEqual(known);
    const told = await toldSince(before);
    expect(told).toHaveLength(7);
    for (const [read, reader] of [
      ['main', 't1'],
      ['t1', 'v1'],
      ['v3', 'v1'],
      ['v1', 'v2'],
      ['v2', 'top'],
      ['t1', 'top'],
    ])
      expect(told.indexOf(`updated ${read}`)).toBeLessThan(told.indexOf(`updated ${reader}`));
    expect(await world.scan()).toMatchObject({ changed: 0, unchanged: 9 });
  });

  it('waits for the new name of what a view reads, however many batches later it is told', async () => {
    const many = Array.from({ length: 900 }, (_, index) => scannedTable(['shop', 'public', `t${index}`], `shop/${index + 100}`));
    const all = (name: string, nativeId: string, ...reads: string[]): ScannedAsset[] => [
      ...shop().slice(0, 2),
      view(['shop', 'public', 'v'], nativeId, ...reads),
      ...many,
      scannedTable(['shop', 'public', name], 'shop/2'),
    ];
    world.system.containers.set('shop', all('old', 'shop/1', 'shop.public.old'));
    await world.scan();
    const before = (await world.events('asset.%')).length;
    const known = (await world.asset('shop.public.v'))!.id;
    // It keeps its place while it waits: what has its native id now is another one.
    const copy = view(['shop', 'public', 'copy'], 'shop/1', 'shop.public.new');
    const renamed = [...all('new', 'shop/9', 'shop.public.new', 'shop.public.nowhere'), copy];
    // The connector has to begin again.
    world.system.containers.set('shop', [...renamed.slice(0, 500), ...renamed]);
    expect(await world.scan()).toMatchObject({ status: 'COMPLETED', added: 1, changed: 2, unchanged: 902, removed: 0 });
    expect(await toldSince(before)).toEqual(['created copy', 'updated new', 'updated v']);
    expect((await world.asset('shop.public.v'))!.id).toBe(known);
  });

  it('leaves a view that waits as it was where its database is not read to its end', async () => {
    world.system.containers.set('shop', [...shop(), view(['shop', 'public', 'v'], 'shop/1', 'shop.public.t0')]);
    await world.scan();
    const before = (await world.events('asset.%')).length;
    shop()[2] = scannedTable(['shop', 'public', 'orders'], 'shop/100');
    shop()[12] = view(['shop', 'public', 'v'], 'shop/1', 'shop.public.orders');
    world.system.failing.add('shop');
    await world.scan();
    expect(await toldSince(before)).toEqual([]);
    world.system.failing.clear();
    expect(await world.scan()).toMatchObject({ status: 'COMPLETED', added: 0, changed: 2, removed: 0, unchanged: 11 });
    expect(await toldSince(before)).toEqual(['updated orders', 'updated v']);
  });

  it('revives the tombstone of a name that comes back', async () => {
    await world.scan();
    const before = (await world.asset('shop.public.t0'))!;
    const [kept] = shop().splice(2, 1);
    expect(await world.scan()).toMatchObject({ removed: 1, status: 'COMPLETED' });
    const dead = (await world.asset('shop.public.t0'))!;
    expect(dead).toMatchObject({ id: before.id, version: 2 });
    expect(dead.deletedAt).not.toBeNull();
    shop().push(kept!);
    expect(await world.scan()).toMatchObject({ added: 1, removed: 0 });
    const alive = (await world.asset('shop.public.t0'))!;
    expect(alive).toMatchObject({ id: before.id, version: 3, deletedAt: null });
    expect((await world.versions(before.id))[2]!.changes.map((change: { path: string }) => change.path)).toEqual(['/deletedAt']);
    expect(await sql`select 1 from catalog.columns where asset_id = ${before.id} and deleted_at is null`).toHaveLength(2);
  });

  it('tells each version as it was', async () => {
    await world.scan();
    const { id } = (await world.asset('shop.public.t0'))!;
    const told = [(await loadSnapshots(sql, [id])).get(id)!.snapshot];
    for (let version = 2; version <= 45; version++) {
      const columns = ['id', `c${version % 3}`, ...(version % 2 ? ['odd'] : [])];
      if (version % 10 === 0) shop().splice(2, 1);
      else shop().splice(2, version % 10 === 1 ? 0 : 1, scannedTable(['shop', 'public', 't0'], 'shop/100', columns));
      await world.scan();
      const now = (await loadSnapshots(sql, [id])).get(id)!;
      expect(now.version).toBe(version);
      told.push(now.snapshot);
    }
    const snapshots = await reconstruct(
      sql,
      told.map((_, index) => ({ assetId: id, version: index + 1 })),
    );
    expect(snapshots).toEqual(told);
    expect(await world.events('asset.%').then((all) => all.filter((event) => event.subject === id))).toHaveLength(45);
  });
});

describe('deletions', () => {
  it('deletes nothing of a container that failed, and FAILED is a run that read none', async () => {
    await world.scan();
    shop().splice(2, 5);
    world.system.failing.add('shop');
    expect(await world.scan()).toMatchObject({ status: 'FAILED', removed: 0, error: 'shop could not be read' });
    expect((await world.asset('shop.public.t0'))!.deletedAt).toBeNull();
  });

  it('warns of the container that failed and goes on with the others', async () => {
    world = await createWorld(['shop', 'more']);
    world.system.containers.set('shop', scannedDatabase('shop', 10)).set('more', scannedDatabase('more', 3));
    await world.scan();
    shop().splice(2, 1);
    world.system.containers.get('more')!.pop();
    world.system.failing.add('shop');
    expect(await world.scan()).toMatchObject({ status: 'COMPLETED_WITH_WARNINGS', removed: 1 });
    expect((await world.asset('shop.public.t0'))!.deletedAt).toBeNull();
  });

  it('holds deletions of more than a fifth, and accepts them', async () => {
    world.system.containers.set('shop', scannedDatabase('shop', 20));
    await world.scan();
    shop().splice(2, 6);
    const run = await world.scan();
    expect(run).toMatchObject({ status: 'NEEDS_REVIEW', removed: 0, unchanged: 16 });
    expect(await world.events('scan.held')).toHaveLength(1);
    const { run: reviewed } = await world.scans.review(admin, { id: run.id, acceptDeletions: true });
    expect(reviewed).toMatchObject({ status: 'COMPLETED', removed: 6 });
    expect((await world.asset('shop.public.t0'))!.deletedAt).not.toBeNull();
    expect(await world.events('asset.deleted')).toHaveLength(6);
  });

  it('keeps rejected ones and asks again; a newer run replaces the question', async () => {
    world.system.containers.set('shop', scannedDatabase('shop', 20));
    await world.scan();
    shop().splice(2, 6);
    const first = await world.scan();
    expect((await world.scans.review(admin, { id: first.id, acceptDeletions: false })).run).toMatchObject({
      status: 'COMPLETED_WITH_WARNINGS',
      removed: 0,
    });
    const second = await world.scan();
    expect(second.status).toBe('NEEDS_REVIEW');
    const third = await world.scan();
    expect(third.status).toBe('NEEDS_REVIEW');
    expect((await world.read(second.id)).status).toBe('COMPLETED_WITH_WARNINGS');
    await expect(world.scans.review(admin, { id: second.id, acceptDeletions: true })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('does not ask about five or fewer', async () => {
    await world.scan();
    shop().splice(2, 5);
    expect(await world.scan()).toMatchObject({ status: 'COMPLETED', removed: 5 });
  });

  it('deletes nothing outside of a narrowed scope', async () => {
    await world.scan();
    const [scan] = await sql`select * from catalog.scans where source_id = ${world.sourceId}`;
    await world.scans.update(admin, { id: scan!.id, version: 1, include: ['public.t1*'] });
    shop().splice(2, 2);
    expect(await world.scan()).toMatchObject({ status: 'COMPLETED', removed: 1 });
    expect((await world.asset('shop.public.t0'))!.deletedAt).toBeNull();
    expect((await world.asset('shop.public.t1'))!.deletedAt).not.toBeNull();
  });

  it('deletes a database that is gone from a complete list, and not one that is only not listed', async () => {
    world = await createWorld(['*']);
    world.system.containers.set('shop', scannedDatabase('shop', 3)).set('more', scannedDatabase('more', 3));
    world.system.complete = true;
    await world.scan();
    world.system.containers.delete('more');
    world.system.complete = false;
    expect(await world.scan()).toMatchObject({ removed: 0 });
    world.system.complete = true;
    expect(await world.scan()).toMatchObject({ removed: 5 });
    expect((await world.asset('more'))!.deletedAt).not.toBeNull();
  });

  it('turns a removed source into tombstones that a source of the same namespace revives', async () => {
    await world.scan();
    const before = (await world.asset('shop.public.t0'))!;
    await world.sources.remove(admin, world.sourceId);
    await world.scanner.removeAssets(world.sourceId, admin.userId, new AbortController().signal);
    expect(await sql`select 1 from catalog.assets where source_id = ${world.sourceId} and deleted_at is null`).toHaveLength(0);
    const { id } = await world.sources.register(admin, { name: world.name, connector: 'memory', config: world.config });
    const { run } = await world.scans.start(admin, { sourceId: id });
    await world.scanner.run(run.id, new AbortController().signal);
    expect(await world.read(run.id)).toMatchObject({ status: 'COMPLETED', added: 12 });
    const [after] = await sql`select * from catalog.assets where id = ${before.id}`;
    expect(after).toMatchObject({ sourceId: id, deletedAt: null, version: 3 });
    expect(after!.accessClass).not.toBe(before.accessClass);
    expect(await sql`select distinct access_class from catalog.columns where asset_id = ${before.id}`).toEqual([
      { accessClass: after!.accessClass },
    ]);
  });
});

describe('one at a time', () => {
  it('gives the run that is going on', async () => {
    const [first, second] = await Promise.all([world.start(), world.start()]);
    expect(first).toBe(second);
  });

  it('refuses a container that another source has', async () => {
    await expect(world.sources.register(admin, { name: 'other', connector: 'memory', config: world.config })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });
});

describe('a run that is disturbed', () => {
  it('continues a renamed table although the connector begins its database again', async () => {
    world.system.containers.set('shop', scannedDatabase('shop', 900));
    await world.scan();
    const before = (await world.asset('shop.public.t0'))!;
    const list = shop();
    list[2] = scannedTable(['shop', 'public', 'orders'], 'shop/100');
    world.system.containers.set('shop', [...list.slice(0, 600), ...list]);
    expect(await world.scan()).toMatchObject({ status: 'COMPLETED', added: 0, changed: 1, removed: 0, unchanged: 901 });
    expect((await world.asset('shop.public.orders'))!.id).toBe(before.id);
    // Renamed once more between the two readings.
    const later = list.map((asset, index) => (index === 2 ? scannedTable(['shop', 'public', 'bought'], 'shop/100') : asset));
    world.system.containers.set('shop', [...list.slice(0, 600), ...later]);
    expect(await world.scan()).toMatchObject({ status: 'COMPLETED', added: 0, removed: 0 });
    expect((await world.asset('shop.public.bought'))!.id).toBe(before.id);
  });

  it('leaves a rename for the next run when the database could not be read to its end', async () => {
    await world.scan();
    const before = (await world.asset('shop.public.t0'))!;
    shop()[2] = scannedTable(['shop', 'public', 'orders'], 'shop/100');
    world.system.failing.add('shop');
    await world.scan();
    world.system.failing.clear();
    expect(await world.scan()).toMatchObject({ status: 'COMPLETED', added: 0, changed: 1, removed: 0 });
    expect((await world.asset('shop.public.orders'))!.id).toBe(before.id);
  });

  it('tells warnings and held deletions of its last try only', async () => {
    world = await createWorld(['shop', 'more']);
    world.system.containers.set('shop', scannedDatabase('shop', 20)).set('more', scannedDatabase('more', 20));
    await world.scan();
    const gone = shop().splice(2, 6);
    world.system.locked.add('shop.public.t19');
    const stop = new AbortController();
    let told = 0;
    world.system.onAsset = (asset) => {
      if (asset.path[0] === 'more' && ++told === 10) stop.abort();
    };
    const id = await world.start();
    await expect(world.scanner.run(id, stop.signal)).rejects.toThrow();
    shop().push(...gone);
    world.system.containers.get('more')!.splice(2, 6);
    world.system.onAsset = () => undefined;
    await world.scanner.run(id, new AbortController().signal);
    expect((await world.read(id)).status).toBe('NEEDS_REVIEW');
    expect(await sql`select 1 from catalog.pending_deletions where run_id = ${id}`).toHaveLength(6);
    expect(await sql`select 1 from catalog.scan_warnings where run_id = ${id}`).toHaveLength(1);
  });

  it('deletes nothing any more when it was cancelled while it read', async () => {
    await world.scan();
    shop().splice(2, 3);
    const id = await world.start();
    let told = 0;
    world.system.onAsset = async () => {
      if (++told === 9) await world.scans.cancel(admin, id);
    };
    await world.scanner.run(id, new AbortController().signal);
    expect(await world.read(id)).toMatchObject({ status: 'CANCELLED', removed: 0 });
  });

  it('does not scan a source that was removed meanwhile', async () => {
    await world.scan();
    const id = await world.start();
    await sql`update catalog.sources set removed_at = now() where id = ${world.sourceId}`;
    await world.scanner.run(id, new AbortController().signal);
    expect((await world.read(id)).status).toBe('CANCELLED');
    await expect(world.start()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('asks before a replaced database goes, however much came instead', async () => {
    await world.scan();
    const [database, schema] = shop();
    const others = Array.from({ length: 60 }, (_, index) => scannedTable(['shop', 'public', `other${index}`], `shop/9${index}`));
    world.system.containers.set('shop', [database!, schema!, ...others]);
    expect(await world.scan()).toMatchObject({ status: 'NEEDS_REVIEW', added: 60, removed: 0 });
  });

  it('leaves what another source has taken over when its own source is removed', async () => {
    await world.scan();
    await world.sources.remove(admin, world.sourceId);
    const { id } = await world.sources.register(admin, { name: `${world.name} again`, connector: 'memory', config: world.config });
    const { run } = await world.scans.start(admin, { sourceId: id });
    const [first] = await Promise.all([
      world.scanner.removeAssets(world.sourceId, null, new AbortController().signal),
      world.scanner.run(run.id, new AbortController().signal),
    ]);
    expect(first).toBeUndefined();
    expect(await sql`select 1 from catalog.assets where source_id = ${id} and deleted_at is null`).toHaveLength(12);
    expect(await sql`select 1 from catalog.assets where source_id = ${world.sourceId} and deleted_at is null`).toHaveLength(0);
  });
});

describe("an asset's domain and terms", () => {
  const say = async (name: string) => {
    const { id, version } = (await world.asset(name))!;
    const said = { domainId: await insertDomain(sql, newId()), termIds: [await insertTerm(sql, newId())] };
    await editAsset(
      sql,
      { viewer: admin, classes: 'all', editable: 'all' },
      checkAssetEdit({ id: id as string, version: version as number, ...said }, 'input'),
      'input',
    );
    return { id: id as string, ...said };
  };
  /** Of the asset and of all its columns: the source and the domain of their class, which must be one. */
  const classOf = async (id: string) => {
    const rows = await sql`
      select distinct k.source_id, k.domain_id from access.classes k where k.id in (
        select access_class from catalog.assets where id = ${id} union select access_class from catalog.columns where asset_id = ${id} and deleted_at is null)`;
    expect(rows).toHaveLength(1);
    return { ...rows[0] };
  };
  const wordsOf = async (id: string) => {
    const { snapshot } = (await loadSnapshots(sql, [id])).get(id)!;
    return { domainId: snapshot.domainId, termIds: snapshot.termIds };
  };
  const last = async (id: string) =>
    (await database.owner`select type, data, attributes from events.outbox where subject = ${id} order by id desc limit 1`)[0]!;

  it('stay through a rescan, a change with new columns, and a rename', async () => {
    await world.scan();
    const { id, ...said } = await say('shop.public.t0');
    const check = async (paths: string[]) => {
      expect(await classOf(id)).toEqual({ sourceId: world.sourceId, domainId: said.domainId });
      expect(await wordsOf(id)).toEqual(said);
      const { data, attributes } = await last(id);
      expect(data.changes.map((change: { path: string }) => change.path)).toEqual(paths);
      const [asset] = await sql`select access_class from catalog.assets where id = ${id}`;
      expect(attributes).toMatchObject({ domainId: said.domainId, accessAfter: asset!.accessClass });
    };
    expect(await world.scan()).toMatchObject({ changed: 0, unchanged: 12 });
    await check(['/domainId', '/termIds']);
    shop()[2] = scannedTable(['shop', 'public', 't0'], 'shop/100', ['id', 'name', 'email']);
    expect(await world.scan()).toMatchObject({ changed: 1, unchanged: 11 });
    await check(['/columns/email']);
    shop()[2] = scannedTable(['shop', 'public', 'renamed'], 'shop/100', ['id', 'name', 'email']);
    expect(await world.scan()).toMatchObject({ changed: 1, unchanged: 11, removed: 0 });
    await check(['/name', '/path']);
    expect((await last(id)).attributes).toMatchObject({ accessBefore: (await last(id)).attributes.accessAfter });
  });

  it('stay through a deletion and a revival', async () => {
    await world.scan();
    const { id, ...said } = await say('shop.public.t0');
    const [table] = shop().splice(2, 1);
    expect(await world.scan()).toMatchObject({ removed: 1 });
    const { type, attributes } = await last(id);
    expect([type, attributes.domainId]).toEqual(['asset.deleted', said.domainId]);
    shop().push(table!);
    expect(await world.scan()).toMatchObject({ added: 1 });
    expect(await classOf(id)).toEqual({ sourceId: world.sourceId, domainId: said.domainId });
    expect(await wordsOf(id)).toEqual(said);
    expect((await last(id)).attributes).toMatchObject({ domainId: said.domainId });
  });

  it('go with it to another source, and the class follows from both', async () => {
    await world.scan();
    const { id, ...said } = await say('shop.public.t0');
    await world.sources.remove(admin, world.sourceId);
    await world.scanner.removeAssets(world.sourceId, admin.userId, new AbortController().signal);
    const next = await world.sources.register(admin, { name: world.name, connector: 'memory', config: world.config });
    const { run } = await world.scans.start(admin, { sourceId: next.id });
    await world.scanner.run(run.id, new AbortController().signal);
    expect(await classOf(id)).toEqual({ sourceId: next.id, domainId: said.domainId });
    expect(await wordsOf(id)).toEqual(said);
    const beside = (await sql`select id from catalog.assets where source_id = ${next.id} and name = 'shop.public.t1'`)[0]!;
    expect(await classOf(beside.id)).toEqual({ sourceId: next.id, domainId: null });
  });

  it('take columns that went before along, so that none is seen by the roles of the removed source', async () => {
    shop()[2] = scannedTable(['shop', 'public', 't0'], 'shop/100', ['id', 'dropped before', 'dropped between']);
    await world.scan();
    const { id } = (await world.asset('shop.public.t0'))!;
    shop()[2] = scannedTable(['shop', 'public', 't0'], 'shop/100', ['id', 'dropped between']);
    await world.scan();
    await world.sources.remove(admin, world.sourceId);
    await world.scanner.removeAssets(world.sourceId, admin.userId, new AbortController().signal);
    shop()[2] = scannedTable(['shop', 'public', 't0'], 'shop/100', ['id']);
    const next = await world.sources.register(admin, { name: world.name, connector: 'memory', config: world.config });
    const { run } = await world.scans.start(admin, { sourceId: next.id });
    await world.scanner.run(run.id, new AbortController().signal);
    const [asset] = await sql`select access_class from catalog.assets where id = ${id}`;
    const columns =
      await sql`select name, source_id, access_class, deleted_at is null as living, version from catalog.columns where asset_id = ${id} order by name`;
    expect(columns.map(({ name, living, version }) => [name, living, version])).toEqual([
      ['dropped before', false, 2],
      ['dropped between', false, 2],
      ['id', true, 2],
    ]);
    for (const column of columns) expect(column).toMatchObject({ sourceId: next.id, accessClass: asset!.accessClass });
  });
});
