import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '../testing/database.ts';
import { connect, type Database } from './index.ts';
import { outsideOperation, withinOperation } from './operations.ts';

let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
let pool: Database;
beforeAll(async () => {
  database = await createEmptyDatabase();
  pool = connect({ url: database.url, name: 'operations', max: 3 });
  await database.sql`create table notes (word text)`;
});
afterAll(async () => {
  await pool.end({ timeout: 1 });
  await database.drop();
});

const count = async (): Promise<{ sleeping: number; open: number }> => {
  const [row] = await database.sql<{ sleeping: number; open: number }[]>`
    select count(*) filter (where state = 'active' and query like '%pg_sleep%') as sleeping,
      count(*) filter (where state like 'idle in%') as open
    from pg_stat_activity where datname = current_database() and application_name = 'pursight operations'`;
  return row!;
};
/** Statements under way, of the tests. (A session that is new asks something by itself.) */
const sleeping = async (): Promise<number> => (await count()).sleeping;
const NOTHING = { sleeping: 0, open: 0 };
const outcome = (work: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(work).then(
    () => 'done',
    (error: unknown) => error,
  );

describe('an operation that is aborted', () => {
  it('leaves no statement behind in the server', async () => {
    const controller = new AbortController();
    const asked = withinOperation(controller.signal, () => [
      outcome(pool`select pg_sleep(20)`),
      outcome(pool.unsafe('select pg_sleep(20)')),
    ]);
    await expect.poll(sleeping).toBe(2);
    controller.abort(new Error('left'));
    expect(await Promise.all(asked)).toMatchObject([{ code: '57014' }, { code: '57014' }]);
    expect(await count()).toEqual(NOTHING);
    expect(await pool`select 1 as one`).toEqual([{ one: 1 }]);
  });

  it('rolls its transaction back, also when its function swallows the error', async () => {
    const controller = new AbortController();
    const asked = withinOperation(controller.signal, () =>
      outcome(
        pool.begin(async (tx) => {
          await tx`insert into notes values ('lost')`;
          await Promise.allSettled([tx`select pg_sleep(20)`, tx`insert into notes values (${'lost too'})`]);
          await tx`insert into notes values ('and this')`.catch(() => {});
          return 'all is well';
        }),
      ),
    );
    await expect.poll(sleeping).toBe(1);
    const reason = new Error('left');
    controller.abort(reason);
    expect(await asked).toBe(reason);
    expect(await database.sql`select word from notes`).toEqual([]);
    expect(await count()).toEqual(NOTHING);
  });

  it('asks nothing more, neither alone nor in a transaction, and does not wait for a free session', async () => {
    const reason = new Error('left');
    const done = AbortSignal.abort(reason);
    expect(await withinOperation(done, () => outcome(pool`insert into notes values ('late')`))).toBe(reason);
    expect(await withinOperation(done, () => outcome(pool.begin((tx) => tx`insert into notes values ('late')`)))).toBe(reason);

    const busy = Array.from({ length: 3 }, () => outcome(pool`select pg_sleep(1)`));
    const controller = new AbortController();
    const waiting = withinOperation(controller.signal, () => outcome(pool`insert into notes values ('late')`));
    controller.abort(reason);
    expect(await Promise.race([waiting, ...busy])).toBe(reason);
    await Promise.all(busy);
    expect(await database.sql`select word from notes`).toEqual([]);
  });

  it('spares what was started outside of it', async () => {
    const controller = new AbortController();
    const shared = withinOperation(controller.signal, () => outsideOperation(() => outcome(pool`select pg_sleep(0.3)`)));
    await expect.poll(sleeping).toBe(1);
    controller.abort(new Error('left'));
    expect(await shared).toBe('done');
  });
});

it('within an operation, fragments, lists, names and rows work as outside', async () => {
  const { signal } = new AbortController();
  const rows = await withinOperation(signal, async () => {
    const where = pool`where word = any(${['a', 'b']})`;
    await pool.begin((tx) => tx`insert into notes ${tx([{ word: 'a' }, { word: 'c' }])}`);
    const found = await pool`select ${pool('word')} from notes ${where}`;
    await pool`delete from notes`;
    return found;
  });
  expect(rows).toEqual([{ word: 'a' }]);
});

it('an error of an operation in time is its own, and its session goes on', async () => {
  const { signal } = new AbortController();
  for (let i = 0; i < 5; i++) {
    expect(await withinOperation(signal, () => outcome(pool`select ${i}::int / 0 as x`))).toMatchObject({ code: '22012' });
  }
  expect(await withinOperation(signal, () => outcome(pool.begin((tx) => tx`select 1 / 0`)))).toMatchObject({ code: '22012' });
  expect(await pool`select 1 as one`).toEqual([{ one: 1 }]);
});

it('operations that are aborted at any moment cost their neighbours nothing', { timeout: 60_000 }, async () => {
  let cancelled = 0;
  const mine = async (n: number): Promise<void> => {
    const { signal } = new AbortController();
    const within = <Result>(work: () => Result): Result => (n % 3 === 0 ? outsideOperation(work) : withinOperation(signal, work));
    expect(await within(() => pool`select ${n}::int as n, pg_sleep(0.002)`)).toMatchObject([{ n }]);
    expect(await within(() => pool.begin((tx) => Promise.all([tx`select ${n}::int as n`, tx`select ${-n}::int as n`])))).toEqual([
      [{ n }],
      [{ n: -n }],
    ]);
  };
  const aborted = async (n: number): Promise<void> => {
    const controller = new AbortController();
    const work = withinOperation(controller.signal, () =>
      n % 2
        ? pool`select ${n}::int, pg_sleep(0.003)`
        : pool.begin((tx) => Promise.all([tx`select pg_sleep(0.002)`, tx`select pg_sleep(0.002)`])),
    );
    setTimeout(() => controller.abort(new Error('left')), Math.random() * 40);
    if ((await outcome(work as PromiseLike<unknown>)) !== 'done') cancelled++;
  };
  for (let round = 0; round < 40; round++) {
    await Promise.all(Array.from({ length: 24 }, (_, i) => (i % 2 ? mine(round * 24 + i) : aborted(i / 2))));
  }
  expect(cancelled).toBeGreaterThan(100);
  await sleep(100);
  expect(await count()).toEqual(NOTHING);
  expect(await Promise.all(Array.from({ length: 20 }, (_, n) => pool`select ${n}::int as n`))).toEqual(
    Array.from({ length: 20 }, (_, n) => [{ n }]),
  );
});
