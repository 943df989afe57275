import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '../testing/database.ts';
import { connect, type Database } from './index.ts';
import { outsideOperation, withinOperation } from './operations.ts';

let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
let pool: Database;
beforeAll(async () => {
  database = await createEmptyDatabase();
  pool = connect({ url: database.url, name: 'operations', max: 6 });
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
    const asked = withinOperation(controller.signal, 'somebody', () => [
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
    const asked = withinOperation(controller.signal, 'somebody', () =>
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
    expect(await withinOperation(done, 'somebody', () => outcome(pool`insert into notes values ('late')`))).toBe(reason);
    expect(await withinOperation(done, 'somebody', () => outcome(pool.begin((tx) => tx`insert into notes values ('late')`)))).toBe(reason);

    const busy = Array.from({ length: 6 }, () => outcome(pool`select pg_sleep(1)`));
    const controller = new AbortController();
    const waiting = withinOperation(controller.signal, 'somebody', () => outcome(pool`insert into notes values ('late')`));
    controller.abort(reason);
    expect(await Promise.race([waiting, ...busy])).toBe(reason);
    await Promise.all(busy);
    expect(await database.sql`select word from notes`).toEqual([]);
  });

  it('spares what was started outside of it', async () => {
    const controller = new AbortController();
    const shared = withinOperation(controller.signal, 'somebody', () => outsideOperation(() => outcome(pool`select pg_sleep(0.3)`)));
    await expect.poll(sleeping).toBe(1);
    controller.abort(new Error('left'));
    expect(await shared).toBe('done');
  });
});

describe('callers of operations', () => {
  const ask = (caller: string, word: string, signal = new AbortController().signal): Promise<unknown> =>
    withinOperation(signal, caller, () => outcome(pool`insert into notes values (${word})`));
  const lockNotes = async (work: () => Promise<void>): Promise<void> => {
    await database.sql.begin(async (tx) => {
      await tx`lock table notes`;
      await work();
    });
  };
  const lines = async (): Promise<number> => {
    const [row] = await database.sql<{ waiting: number }[]>`
      select count(*) as waiting from pg_stat_activity where application_name = 'pursight operations' and wait_event_type = 'Lock'
        and datname = current_database()`;
    return Number(row!.waiting);
  };

  it('have half of the pool each: statements and transactions of one that hang leave the rest to others', async () => {
    await database.sql`delete from notes`;
    const hanging: Promise<unknown>[] = [];
    await lockNotes(async () => {
      for (let n = 0; n < 10; n++) hanging.push(ask('crowd', 'crowd'));
      for (let n = 0; n < 10; n++) {
        const { signal } = new AbortController();
        hanging.push(withinOperation(signal, 'crowd', () => outcome(pool.begin((tx) => tx`insert into notes values ('crowd')`))));
      }
      await expect.poll(lines).toBe(3);
      expect(await withinOperation(new AbortController().signal, 'other', () => pool`select 1 as one`)).toEqual([{ one: 1 }]);
      expect(await lines()).toBe(3);
    });
    expect(await Promise.all(hanging)).toEqual(Array(20).fill('done'));
    expect(await database.sql`select count(*) as asked from notes`).toEqual([{ asked: 20 }]);
  });

  it('leave the queue with their operation, and what waits behind it goes on', async () => {
    const reason = new Error('left');
    const controller = new AbortController();
    const hanging: Promise<unknown>[] = [];
    await lockNotes(async () => {
      for (let n = 0; n < 3; n++) hanging.push(ask('crowd', 'first'));
      await expect.poll(lines).toBe(3);
      const left = [
        ask('crowd', 'left', controller.signal),
        withinOperation(controller.signal, 'crowd', () => outcome(pool.begin((tx) => tx`insert into notes values ('left')`))),
      ];
      hanging.push(ask('crowd', 'behind'));
      controller.abort(reason);
      expect(await Promise.all(left)).toEqual([reason, reason]);
      expect(await lines()).toBe(3);
    });
    expect(await Promise.all(hanging)).toEqual(Array(4).fill('done'));
    expect(await database.sql`select word from notes where word = 'left'`).toEqual([]);
  });

  it('do not wait for themselves: a transaction that asks for a second session gets it', async () => {
    const { signal } = new AbortController();
    const nested = withinOperation(signal, 'somebody', () =>
      Promise.all(
        Array.from({ length: 3 }, (_, n) => pool.begin(async (tx) => [await tx`select ${n}::int as n`, await pool`select 1 as one`])),
      ),
    );
    expect(await nested).toEqual(Array.from({ length: 3 }, (_, n) => [[{ n }], [{ one: 1 }]]));
  });

  it('outside of operations nothing is bound', async () => {
    const free: Promise<unknown>[] = [];
    await lockNotes(async () => {
      for (let n = 0; n < 6; n++) free.push(outcome(pool`insert into notes values ('free')`));
      await expect.poll(lines).toBe(6);
    });
    expect(await Promise.all(free)).toEqual(Array(6).fill('done'));
    await database.sql`delete from notes`;
  });
});

it('within an operation, fragments, lists, names and rows work as outside', async () => {
  const { signal } = new AbortController();
  const rows = await withinOperation(signal, 'somebody', async () => {
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
    expect(await withinOperation(signal, 'somebody', () => outcome(pool`select ${i}::int / 0 as x`))).toMatchObject({ code: '22012' });
  }
  expect(await withinOperation(signal, 'somebody', () => outcome(pool.begin((tx) => tx`select 1 / 0`)))).toMatchObject({ code: '22012' });
  expect(await pool`select 1 as one`).toEqual([{ one: 1 }]);
});

it('operations that are aborted at any moment cost their neighbours nothing', { timeout: 60_000 }, async () => {
  let cancelled = 0;
  const mine = async (n: number): Promise<void> => {
    const { signal } = new AbortController();
    const within = <Result>(work: () => Result): Result =>
      n % 3 === 0 ? outsideOperation(work) : withinOperation(signal, 'somebody', work);
    expect(await within(() => pool`select ${n}::int as n, pg_sleep(0.002)`)).toMatchObject([{ n }]);
    expect(await within(() => pool.begin((tx) => Promise.all([tx`select ${n}::int as n`, tx`select ${-n}::int as n`])))).toEqual([
      [{ n }],
      [{ n: -n }],
    ]);
  };
  const aborted = async (n: number): Promise<void> => {
    const controller = new AbortController();
    const work = withinOperation(controller.signal, 'somebody', () =>
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

it.each(['within an operation', 'outside of one'])(
  'a statement that fails after it gave rows leaves none to the next one, %s',
  async (where) => {
    const within = <Result>(work: () => Result): Result =>
      where === 'outside of one' ? outsideOperation(work) : withinOperation(new AbortController().signal, 'somebody', work);
    // Of every session.
    const fail = () => within(() => pool`select n, 1 / (9000 - n) from generate_series(1, 10000) n`);
    const failed = await Promise.allSettled(Array.from({ length: 20 }, fail));
    expect(new Set(failed.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(await Promise.all(Array.from({ length: 20 }, (_, n) => within(() => pool`select ${n}::int as n`)))).toEqual(
      Array.from({ length: 20 }, (_, n) => [{ n }]),
    );
    await Promise.allSettled(Array.from({ length: 20 }, fail));
    const batches: unknown[] = [];
    for await (const rows of outsideOperation(() => pool`select n from generate_series(1, 3) n`.cursor(2))) batches.push([...rows]);
    expect(batches).toEqual([[{ n: 1 }, { n: 2 }], [{ n: 3 }]]);
  },
);
