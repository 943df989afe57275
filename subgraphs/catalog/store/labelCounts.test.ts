/** Numbers of assets by label stay those of a plain count, whatever happens to assets and labels, and whatever at the same time. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { upsertClass, type VisibleClasses } from '#platform/auth/access.ts';
import { beginAgain } from '#platform/database/retry.ts';
import type { Database, Transaction } from '#platform/database/index.ts';
import type { LabelState } from '#platform/events/types.ts';
import { newId } from '#platform/ids.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { insertAssets, insertDomain, insertSource, type TestAsset, type TestSource } from '../testing/factories.ts';
import { countAssetsBy } from './counts.ts';
import { touchAssets } from './editing.ts';
import { replaceLabels } from './labels.ts';
import { entomb } from './scannedAssets.ts';

const ROUNDS = 30;
const LABELS = ['EMAIL', 'PHONE', 'CITY'];
const STATES: LabelState[] = ['CONFIRMED', 'CONFIRMED', 'SUGGESTED', 'REJECTED'];

let database: TestDatabase;
let sql: Database;
let source: TestSource;
let classes: number[];
let assets: TestAsset[];
let seq = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('catalog');
  source = await insertSource(sql, 'shop');
  const domains = [await insertDomain(sql, 'Sales'), await insertDomain(sql, 'CRM')];
  classes = [source.accessClass];
  for (const domainId of domains) classes.push(await upsertClass(sql, { sourceId: source.id, domainId }));
});
afterAll(() => database.drop());
let number = 0;
beforeEach(async () => {
  assets = await insertAssets(
    sql,
    source,
    Array.from({ length: 12 }, () => ({ path: ['shop', 'public', `t${number++}`] })),
  );
});

/** A generator of its own, so that what fails can be run again. */
function createRandom(seed: number) {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return { below, one: <Value>(values: readonly Value[]): Value => values[below(values.length)]! };
}
type Random = ReturnType<typeof createRandom>;

const some = (random: Random): TestAsset[] => assets.filter(() => random.below(3) === 0);
const idsOf = (chosen: readonly TestAsset[]): string[] => chosen.map(({ id }) => id);

const label = (random: Random) => {
  const told = some(random).map(({ id }) => ({
    assetId: id,
    seq: ++seq,
    labels: Array.from({ length: random.below(4) }, () => ({ columnId: newId(), label: random.one(LABELS), state: random.one(STATES) })),
  }));
  return () => beginAgain(sql, (tx) => replaceLabels(tx, told));
};
const move = (random: Random) => {
  const rows = some(random).map(({ id }) => ({ id, version: 2, accessClass: random.one(classes) }));
  return () => beginAgain(sql, (tx) => touchAssets(tx, rows, new Date()));
};
const remove = (random: Random) => {
  const ids = idsOf(some(random));
  return () => beginAgain(sql, (tx) => entomb(tx, source.id, ids, new Date(), null));
};
const revive = (random: Random) => {
  const ids = idsOf(some(random));
  const accessClass = random.one(classes);
  return () =>
    beginAgain(sql, async (tx) => {
      await tx`select from catalog.assets where id = any(${ids}::uuid[]) order by id for update`;
      await tx`update catalog.assets set deleted_at = null, access_class = ${accessClass} where id = any(${ids}::uuid[])`;
    });
};
const rollBack = (random: Random) => {
  const work = some(random);
  return async () => {
    const failed = sql.begin(async (tx) => {
      await tx`update catalog.assets set access_class = ${classes[0]!} where id = any(${idsOf(work)}::uuid[])`;
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow();
  };
};

async function expectTrue(): Promise<void> {
  const viewers: VisibleClasses[] = ['all', [classes[0]!], classes.slice(1), []];
  for (const viewer of viewers) {
    const plain = await countAssetsBy(sql, viewer, { updatedAfter: new Date(0) }, 'LABEL');
    expect(await countAssetsBy(sql, viewer, {}, 'LABEL')).toEqual(plain);
  }
}

it('one change after the other', async () => {
  const random = createRandom(1);
  for (let round = 0; round < ROUNDS; round++) {
    await random.one([label, label, move, remove, revive, rollBack])(random)();
    await expectTrue();
  }
  await sql`delete from catalog.assets where id = any(${idsOf(some(random))}::uuid[])`;
  await expectTrue();
});

it('several at a time', async () => {
  const random = createRandom(2);
  for (let round = 0; round < ROUNDS; round++) {
    await Promise.all([label(random)(), random.one([move, remove, revive])(random)(), random.one([move, revive])(random)()]);
    await expectTrue();
  }
});

it('when an asset moves while its labels are written, whoever comes first', async () => {
  const [asset] = assets;
  const tell = (states: LabelState[]) => ({
    assetId: asset!.id,
    seq: ++seq,
    labels: states.map((state, index) => ({ columnId: newId(), label: LABELS[index]!, state })),
  });
  const to = (accessClass: number) => [{ id: asset!.id, version: 2, accessClass }];
  await inTurn(
    (tx) => touchAssets(tx, to(classes[1]!), new Date()),
    (tx) => replaceLabels(tx, [tell(['CONFIRMED', 'CONFIRMED'])]),
  );
  await expectTrue();
  await inTurn(
    (tx) => replaceLabels(tx, [tell(['SUGGESTED', 'CONFIRMED', 'CONFIRMED'])]),
    (tx) => touchAssets(tx, to(classes[2]!), new Date()),
  );
  await expectTrue();
});

type Work = (tx: Transaction) => Promise<unknown>;

/** The first commits once the second waits for it. */
async function inTurn(first: Work, second: Work): Promise<void> {
  const [written, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const one = sql.begin(async (tx) => {
    await first(tx);
    written.resolve();
    await ended.promise;
  });
  await written.promise;
  const two = sql.begin(second);
  const waiting = () =>
    database.owner`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and wait_event <> 'advisory'`;
  await expect.poll(async () => (await waiting()).length, { timeout: 5_000 }).toBe(1);
  ended.resolve();
  await Promise.all([one, two]);
}

it('adds up differences once they are many, and the sums are the same', async () => {
  const random = createRandom(3);
  const rows = async (isSum: boolean) => (await sql`select from catalog.label_counts where is_sum = ${isSum}`).length;
  await sql`insert into catalog.label_counts (access_class, label, count) select ${classes[0]!}, 'EMAIL', case when n % 2 = 0 then 1 else -1 end from generate_series(1, 1200) n`;
  await label(random)();
  expect(await rows(false)).toBe(0);
  expect(await rows(true)).toBeGreaterThan(0);
  await expectTrue();
  await Promise.all([label(random)(), move(random)()]);
  await expectTrue();
});
