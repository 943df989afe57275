/** Scans and their runs over two databases: what was asked for, what a run tells while it goes on, and when everything happened. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { createWorld, type World } from '../world.ts';
import { mutate } from './mutate.ts';

const SCAN = 'id name schedule include exclude version source { id name }';
const RUN = `id status queuedAt startedAt finishedAt error added changed unchanged removed
  scan { id name } source { id name } progress { phase done total message } pendingDeletions { totalCount nodes { path } }`;
const TABLES = Array.from({ length: 8 }, (_, index) => `t${index}`);
const create = (tables: readonly string[]) =>
  `create schema s; ${tables.map((name) => `create table s.${name} (id int primary key, note text, extra text);`).join('')}`;

type Place = { id: string; name: string; namespace: string; database: string; sql: World['owner'] };
let world: World;
let places: Place[];
beforeAll(async () => {
  world = await createWorld();
  places = [await addPlace('north', '127.0.0.1', TABLES), await addPlace('south', 'localhost', [...TABLES, 't8'])];
});
afterAll(() => world.stop());

/** A database as a source that is reached under a name of its server. */
async function addPlace(name: string, hostname: string, tables: readonly string[]): Promise<Place> {
  const { url, sql } = await createEmptyDatabase();
  await sql.unsafe(create(tables));
  const source = await world.addSource(name, { url: Object.assign(new URL(url), { hostname }).href });
  return { ...source, name, database: new URL(url).pathname.slice(1), sql };
}

const change = (name: string, input: object, selection: string) => mutate(world.admin, name, input, selection);
const readRun = async (id: string) => (await world.admin(`query ($id: ID!) { scanRun(id: $id) { ${RUN} } }`, { id })).scanRun;
const start = async (input: object) => (await change('startScan', input, `run { ${RUN} }`)).run;
const isOver = ({ status }: { status: string }): boolean => !['QUEUED', 'RUNNING'].includes(status);
async function waitFor(id: string, holds: (run: any) => boolean): Promise<any> {
  for (;;) {
    const run = await readRun(id);
    if (holds(run)) return run;
    if (isOver(run)) throw new Error(`The run is over: ${run.status}`);
    await sleep(10);
  }
}
const ran = async (input: object) => waitFor((await start(input)).id, isOver);
const relationsOf = async ({ id }: Place): Promise<string[]> =>
  (
    await world.admin('query ($filter: AssetFilter) { assets(filter: $filter) { nodes { path } } }', {
      filter: { sourceIds: [id], kinds: ['TABLE'] },
    })
  ).assets.nodes.map(({ path }: { path: string[] }) => path[2]);

/** Nothing is written about assets until the end of what this gives. */
async function holdWriting(): Promise<() => Promise<void>> {
  const [locked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const ended = world.owner.begin(async (tx) => {
    await tx`lock table catalog.assets in share mode`;
    locked.resolve();
    await released.promise;
  });
  await locked.promise;
  return async () => {
    released.resolve();
    await ended;
  };
}

/** As ISO 8601 in UTC, each not before the one before it. */
function expectInOrder(...times: string[]): void {
  for (const time of times) expect(new Date(time).toISOString()).toBe(time);
  expect(times.toSorted()).toEqual(times);
}

it('a scan is what was asked for, then what was changed, and reads no more than its scope', async () => {
  const asked = [
    { name: 'hourly', schedule: '30 4 29 2 *', include: ['s.t0', 's.t1'], exclude: ['s.t1'], finds: ['t0'] },
    { name: 'nightly', schedule: '45 5 29 2 *', include: ['s.*'], exclude: ['s.t[!45]'], finds: ['t4', 't5'] },
  ];
  for (const [index, { finds, ...wanted }] of asked.entries()) {
    const { id: sourceId, name } = places[index]!;
    const { scan } = await change('createScan', { sourceId, ...wanted }, `scan { ${SCAN} }`);
    expect(scan).toEqual({ ...wanted, id: scan.id, version: 1, source: { id: sourceId, name } });
    const read = async () => (await world.admin(`{ scan(id: "${scan.id}") { ${SCAN} } }`)).scan;
    expect(await read()).toEqual(scan);

    const run = await ran({ sourceId, scanId: scan.id });
    expect(run).toMatchObject({ status: 'COMPLETED', scan: { id: scan.id, name: wanted.name }, source: { id: sourceId, name } });
    expect(await relationsOf(places[index]!)).toEqual(finds);

    const changes = { name: `${wanted.name}, renamed`, schedule: null, include: ['s.t2'] };
    const updated = (await change('updateScan', { id: scan.id, version: 1, ...changes }, `scan { ${SCAN} }`)).scan;
    expect(updated).toEqual({ ...scan, ...changes, version: 2 });
    expect(await read()).toEqual(updated);
    const { source } = await world.admin(`{ source(id: "${sourceId}") { scans { name version } } }`);
    expect(source.scans).toEqual([
      { name: 'default', version: 1 },
      { name: changes.name, version: 2 },
    ]);

    expect((await change('removeScan', { id: scan.id }, `scan { ${SCAN} }`)).scan).toEqual(updated);
    expect(await read()).toBeNull();
    expect(await readRun(run.id)).toEqual({ ...run, scan: null });
  }
});

it('assets and columns tell when they came, changed and went: while the run that found it was going on', async () => {
  for (const place of places) {
    const first = await ran({ sourceId: place.id });
    expect(first.status).toBe('COMPLETED');
    const tables = await relationsOf(place);
    expect((await world.admin(`{ source(id: "${place.id}") { assetCount } }`)).source.assetCount).toBe(tables.length + 3);

    const ASSET = 'createdAt updatedAt namespace columns { nodes { id name updatedAt deletedAt } } history { nodes { id version at } }';
    const read = async () =>
      (
        await world.admin(
          `query ($namespace: String!, $name: String!) { assetByName(namespace: $namespace, name: $name) { id ${ASSET} } }`,
          {
            namespace: place.namespace,
            name: `${place.database}.s.t7`,
          },
        )
      ).assetByName;
    const before = await read();
    expect(before.namespace).toBe(`postgres://${place.name === 'north' ? '127.0.0.1' : 'localhost'}:${place.sql.options.port[0]}`);
    const [id, note, extra] = before.columns.nodes;
    expectInOrder(first.startedAt, before.createdAt, first.finishedAt);
    for (const time of [before.updatedAt, id.updatedAt, note.updatedAt]) expect(time).toBe(before.createdAt);

    await place.sql`alter table s.t7 drop column extra`;
    await place.sql`alter table s.t7 alter column note set not null`;
    const second = await ran({ sourceId: place.id });
    expect(second).toMatchObject({ status: 'COMPLETED', changed: 1, added: 0, removed: 0 });
    const after = await read();
    expect(after.createdAt).toBe(before.createdAt);
    expectInOrder(first.finishedAt, second.startedAt, after.updatedAt, second.finishedAt);
    expect(after.columns.nodes).toEqual([id, { ...note, updatedAt: after.updatedAt }]);
    const { column } = await world.admin(`{ column(id: "${extra.id}") { id name updatedAt deletedAt } }`);
    expect(column).toEqual({ id: extra.id, name: 'extra', updatedAt: after.updatedAt, deletedAt: after.updatedAt });
    expect(after.history.nodes).toEqual([
      { id: `${after.id}:2`, version: 2, at: after.updatedAt },
      { id: `${after.id}:1`, version: 1, at: before.createdAt },
    ]);
  }
});

describe('a run', () => {
  it('tells what it reads while it goes on, and ends when it is cancelled', async () => {
    for (const { sql } of places) await sql`create table s.fresh (id int)`;
    const release = await holdWriting();
    const runs = await Promise.all(places.map(({ id }) => start({ sourceId: id })));
    for (const [index, { id, name, database }] of places.entries()) {
      expect(runs[index]).toMatchObject({
        status: 'QUEUED',
        startedAt: null,
        finishedAt: null,
        progress: { phase: 'queued', message: null },
      });
      const reading = await waitFor(runs[index].id, ({ progress }) => progress.message !== null);
      expect(reading).toMatchObject({
        status: 'RUNNING',
        finishedAt: null,
        source: { id, name },
        scan: { name: 'default' },
        progress: { phase: 'reading', message: database, total: 1 + 2 + TABLES.length + index + 1 },
      });
      expectInOrder(reading.queuedAt, reading.startedAt);
      // While a run goes on there is no other one.
      expect((await start({ sourceId: id })).id).toBe(runs[index].id);
    }
    const cancelled = await change('cancelScanRun', { id: runs[0].id }, `run { ${RUN} }`);
    expect(cancelled.run).toMatchObject({ id: runs[0].id, source: { name: 'north' } });
    await release();
    const over = await waitFor(runs[0].id, isOver);
    expect(over).toMatchObject({ status: 'CANCELLED', error: null, progress: { phase: 'cancelled', message: null } });
    expectInOrder(over.queuedAt, over.startedAt, over.finishedAt);
    const completed = await waitFor(runs[1].id, isOver);
    expect(completed).toMatchObject({ status: 'COMPLETED', added: 1, progress: { phase: 'completed', message: null } });
    expectInOrder(completed.queuedAt, completed.startedAt, completed.finishedAt);
  });

  it('that would delete much asks, and the runs of a source are told newest first', async () => {
    for (const [index, place] of places.entries()) {
      const gone = TABLES.slice(0, 6 + index);
      await place.sql.unsafe(gone.map((name) => `drop table s.${name};`).join(''));
      const held = await ran({ sourceId: place.id });
      expect(held).toMatchObject({ status: 'NEEDS_REVIEW', removed: 0, pendingDeletions: { totalCount: gone.length } });
      expect(held.pendingDeletions.nodes).toEqual(gone.map((name) => ({ path: [place.database, 's', name] })));

      const { run } = await change('reviewScanRun', { id: held.id, acceptDeletions: index === 0 }, `run { ${RUN} }`);
      expect(run).toEqual({
        ...held,
        status: index === 0 ? 'COMPLETED' : 'COMPLETED_WITH_WARNINGS',
        removed: index === 0 ? gone.length : 0,
        progress: { ...held.progress, phase: 'reviewed' },
        pendingDeletions: { totalCount: 0, nodes: [] },
      });
      expect(await readRun(run.id)).toEqual(run);

      const { source } = await world.admin(`{ source(id: "${place.id}") { lastRun { ${RUN} } runs { totalCount nodes { ${RUN} } } } }`);
      const { nodes } = source.runs;
      expect(nodes.map(({ status }: { status: string }) => status)).toEqual([
        run.status,
        index === 0 ? 'CANCELLED' : 'COMPLETED',
        'COMPLETED',
        'COMPLETED',
        'COMPLETED',
      ]);
      expect(source.runs.totalCount).toBe(5);
      expect(source.lastRun).toEqual(nodes[0]);
      expect(nodes[0]).toEqual(run);
      expectInOrder(...nodes.toReversed().flatMap((each: any) => [each.queuedAt, each.startedAt, each.finishedAt]));
    }
  });
});
