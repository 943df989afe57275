import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { append } from '#platform/events/append.ts';
import type { ConsumedEvent } from '#platform/events/consumer.ts';
import { createSequencer } from '#platform/events/sequencer.ts';
import type { EventAttributes, NewEvent } from '#platform/events/types.ts';
import { newId } from '#platform/ids.ts';
import { createLogger } from '#platform/logger.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createRandom, type Random } from '../graph/testing/randomHistory.ts';
import { createFeed, feed } from './feed.ts';

const logger = createLogger({ level: 'silent', format: 'json' });
const NAMESPACE = 'postgres://host:5432';

let test: TestDatabase;
let catalog: Database;
let sql: Database;
let sequencer: ReturnType<typeof createSequencer>;
beforeAll(async () => {
  test = await createTestDatabase();
  catalog = test.connect('catalog');
  sql = test.connect('lineage');
  sequencer = createSequencer({ sql: test.connect('events'), logger });
});
afterAll(() => test.drop());
const empty = async (): Promise<void> => {
  for (const table of ['edges', 'dependencies', 'assets']) await sql.unsafe(`delete from lineage.${table}`);
};
beforeEach(async () => {
  await empty();
  await consume();
  await empty();
});

const consume = async (): Promise<void> => {
  const { runOnce } = createFeed({ sql, faults: new Set(), logger });
  while (await runOnce());
};
const sealAll = async (): Promise<void> => {
  while ((await sequencer.sealOnce()) > 0);
};

type Asset = { id: string; name: string; accessClass: number; isDeleted: boolean; reads: string[] };
type Step = { asset: Asset; event: 'asset.created' | 'asset.updated' | 'asset.deleted'; revived?: true; at: Date };

function eventOf({ asset, event, revived }: Step): NewEvent {
  const { id, name, accessClass } = asset;
  const attributes: EventAttributes = {
    namespace: NAMESPACE,
    name,
    kind: 'VIEW',
    ...(event === 'asset.created' || revived ? {} : { accessBefore: accessClass }),
    ...(event === 'asset.deleted' ? {} : { accessAfter: accessClass }),
  };
  const dependsOn = asset.reads.map((read) => ({ name: read, columns: ['a', 'b'].slice(0, read.length % 3) }));
  const data = { namespace: NAMESPACE, name, kind: 'VIEW', ...(dependsOn.length > 0 && event !== 'asset.deleted' ? { dependsOn } : {}) };
  return { type: event, subject: id, actorId: null, data: { ...data, version: 2, changes: [] }, attributes } as NewEvent;
}

const write = async (steps: readonly Step[]): Promise<void> => {
  for (const step of steps) await catalog.begin((tx) => append(tx, 'catalog', [eventOf(step)], step.at));
  await sealAll();
};

const minute = (number: number): Date => new Date(Date.UTC(2026, 0, 1, 0, number));
type Row = { from: string; to: string; since: string; until: string | null };
const rows = async (): Promise<Row[]> =>
  (
    await sql<{ fromId: string; toId: string; validFrom: Date; validTo: Date | null }[]>`
      select from_id, to_id, valid_from, valid_to from lineage.edges where valid_to is null or valid_to > valid_from`
  )
    .map((row): Row => ({ from: row.fromId, to: row.toId, since: row.validFrom.toISOString(), until: row.validTo?.toISOString() ?? null }))
    .sort(byText);
const byText = (a: Row, b: Row): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** A short way to write: `name reads other, other`. */
const asset = (name: string, ...reads: string[]): Asset => ({ id: newId(), name, accessClass: 1, isDeleted: false, reads });
const flows = async (...assets: Asset[]): Promise<string[]> => {
  const names = new Map(assets.map(({ id, name }) => [id, name]));
  return (await rows())
    .map(({ from, to, since, until }) => {
      const at = (time: string) => (Date.parse(time) - minute(0).getTime()) / 60_000;
      return `${names.get(from)}>${names.get(to)} ${at(since)}-${until ? at(until) : ''}`;
    })
    .sort();
};

it('connects a view with what it reads, whichever is found first', async () => {
  const [table, view, top] = [asset('t'), asset('v', 't', 'v', 'elsewhere'), asset('w', 'v', 't')];
  await write([
    { asset: top, event: 'asset.created', at: minute(1) },
    { asset: view, event: 'asset.created', at: minute(2) },
    { asset: table, event: 'asset.created', at: minute(3) },
  ]);
  await consume();
  expect(await flows(table, view, top)).toEqual(['t>v 3-', 't>w 3-', 'v>w 2-']);
  expect(await sql`select access_class, name, is_deleted from lineage.assets order by name`).toEqual(
    ['t', 'v', 'w'].map((name) => ({ accessClass: 1, name, isDeleted: false })),
  );
  expect(await sql`select name, columns from lineage.dependencies where asset_id = ${view.id} order by name`).toEqual([
    { name: 'elsewhere', columns: [] },
    { name: 't', columns: ['a'] },
    { name: 'v', columns: ['a'] },
  ]);
});

it('follows renames, drops, returns, and what a view reads no more', async () => {
  const [table, view] = [asset('t'), asset('v', 't')];
  await write([
    { asset: table, event: 'asset.created', at: minute(1) },
    { asset: view, event: 'asset.created', at: minute(1) },
    // The view follows the table's new name within the same scan.
    { asset: { ...table, name: 't2' }, event: 'asset.updated', at: minute(2) },
    { asset: { ...view, reads: ['t2'] }, event: 'asset.updated', at: minute(2) },
  ]);
  await consume();
  expect(await flows(table, view)).toEqual(['t>v 1-2', 't>v 2-']);
  await write([{ asset: { ...table, name: 't2' }, event: 'asset.deleted', at: minute(4) }]);
  await consume();
  // Words of a tombstone, as of one whose domain is removed, do not bring it back.
  await write([{ asset: { ...table, name: 't2', accessClass: 7 }, event: 'asset.updated', at: minute(5) }]);
  await consume();
  expect(await flows(table, view)).toEqual(['t>v 1-2', 't>v 2-4']);
  expect(await sql`select is_deleted, access_class from lineage.assets where asset_id = ${table.id}`).toEqual([
    { isDeleted: true, accessClass: 7 },
  ]);
  await write([{ asset: { ...table, name: 't2' }, event: 'asset.updated', revived: true, at: minute(6) }]);
  await write([{ asset: { ...view, reads: [] }, event: 'asset.updated', at: minute(8) }]);
  await consume();
  expect(await flows(table, view)).toEqual(['t>v 1-2', 't>v 2-4', 't>v 6-8']);
});

it('does not mistake what came and went within a batch, in one millisecond or with clocks that differ', async () => {
  const [table, view] = [asset('t'), asset('v', 't')];
  const going: Step[] = [
    { asset: table, event: 'asset.created', at: minute(1) },
    { asset: view, event: 'asset.created', at: minute(1) },
    { asset: table, event: 'asset.deleted', at: minute(1) },
    { asset: table, event: 'asset.updated', revived: true, at: minute(1) },
    { asset: table, event: 'asset.deleted', at: minute(3) },
    { asset: table, event: 'asset.updated', revived: true, at: minute(2) },
    { asset: view, event: 'asset.deleted', at: minute(2) },
  ];
  await write(going);
  await consume();
  expect(await flows(table, view)).toEqual(['t>v 1-3']);
  expect(await sql`select count(*) from lineage.dependencies`).toEqual([{ count: 0 }]);
});

const seed = Number(process.env['SEED'] ?? randomInt(1_000_000));
it(`has the same edges as an oracle after random histories, however they are cut, and after starting over (SEED=${seed})`, async () => {
  const random = createRandom(seed);
  for (let round = 0; round < 3; round++) {
    await empty();
    const steps = randomSteps(random);
    for (let from = 0; from < steps.length;) {
      const to = from + random.between(1, 40);
      await write(steps.slice(from, to));
      if (random.chance(0.7)) await consume();
      from = to;
    }
    await consume();
    const expected = history(steps).sort(byText);
    expect(await rows()).toEqual(expected);

    await empty();
    const events = await log(steps.length);
    await sql.begin((tx) => feed(tx, events));
    expect(await rows()).toEqual(expected);
    await sql.begin((tx) => feed(tx, events.slice(random.between(0, events.length))));
    expect(await rows()).toEqual(expected);
  }
});

it(`ends with the right edges when events come after newer ones of their asset (SEED=${seed})`, async () => {
  const random = createRandom(seed);
  for (let round = 0; round < 3; round++) {
    await empty();
    const steps = randomSteps(random);
    await write(steps);
    const events = await log(steps.length);
    const dead = events.filter(() => random.chance(0.1));
    for (const some of [events.filter((event) => !dead.includes(event)), ...dead.map((event) => [event])]) {
      await sql.begin((tx) => feed(tx, some));
    }
    const open = (all: Row[]): string[] =>
      all
        .filter(({ until }) => until === null)
        .map(({ from, to }) => `${from} ${to}`)
        .sort();
    expect(open(await rows())).toEqual(open(history(steps)));
    await createFeed({ sql, faults: new Set(), logger }).runOnce();
  }
});

/** The last events of the log. */
const log = async (count: number): Promise<ConsumedEvent[]> =>
  (
    await sql<ConsumedEvent[]>`
      select seq, type, subject, time, actor_id, attributes, data from events.log where type like 'asset.%' order by seq desc limit ${count}`
  ).toReversed();

/** Of some twenty assets with ten names between them: two may have one name for a while, as in an exchange of names. */
function randomSteps(random: Random): Step[] {
  const name = () => `n${random.between(0, 9)}`;
  const reads = () => [...new Set(Array.from({ length: random.between(0, 3) }, name))];
  const assets = new Map<string, Asset>();
  const steps: Step[] = [];
  let at = 0;
  for (let count = random.between(20, 120); count > 0; count--) {
    at += random.between(0, 2);
    const known = assets.size > 3 && random.chance(0.8) ? random.one([...assets.values()]) : undefined;
    const before = known ?? (assets.size < 20 ? asset(name(), ...reads()) : random.one([...assets.values()]));
    const change = random.between(0, 4);
    const words = { ...before, accessClass: random.between(1, 3) };
    const step: Omit<Step, 'at'> = !assets.has(before.id)
      ? { asset: before, event: 'asset.created' }
      : before.isDeleted
        ? random.chance(0.5)
          ? { asset: { ...before, isDeleted: false, reads: reads() }, event: 'asset.updated', revived: true }
          : { asset: words, event: 'asset.updated' }
        : change === 0
          ? { asset: { ...before, isDeleted: true }, event: 'asset.deleted' }
          : change === 1
            ? { asset: words, event: 'asset.updated' }
            : change === 2
              ? { asset: { ...before, name: name() }, event: 'asset.updated' }
              : { asset: { ...before, reads: reads() }, event: 'asset.updated' };
    assets.set(step.asset.id, step.asset);
    steps.push({ ...step, at: minute(at) });
  }
  return steps;
}

/** All flows looked for anew after each event. What has no length has not been. */
function history(steps: readonly Step[]): Row[] {
  const assets = new Map<string, Asset>();
  const found: Row[] = [];
  for (const step of steps) {
    assets.set(step.asset.id, step.asset);
    const living = [...assets.values()].filter((each) => !each.isDeleted);
    const now = living.flatMap((to) =>
      living.filter((from) => from.id !== to.id && to.reads.includes(from.name)).map((from) => `${from.id} ${to.id}`),
    );
    const time = step.at.toISOString();
    for (const row of found) if (row.until === null && !now.includes(`${row.from} ${row.to}`)) row.until = time;
    for (const flow of now) {
      const [from, to] = flow.split(' ') as [string, string];
      if (!found.some((row) => row.from === from && row.to === to && row.until === null))
        found.push({ from, to, since: time, until: null });
    }
  }
  return found.filter(({ since, until }) => since !== until);
}
