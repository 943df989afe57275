import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from '../database/index.ts';
import { TimedOut, TooMuch, Upstream } from '../errors.ts';
import { newId } from '../ids.ts';
import { createLogger } from '../logger.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { append } from './append.ts';
import { createConsumer, type ConsumedEvent, type Consumer, type ConsumerOptions } from './consumer.ts';
import { describeError } from './failures.ts';
import { createSequencer } from './sequencer.ts';
import type { EventType } from './types.ts';

let test: TestDatabase;
let sql: Database;
const logger = createLogger({ level: 'silent', format: 'json' });
beforeAll(async () => {
  test = await createTestDatabase();
  sql = test.connect('catalog');
  // Time stands still for retries, however slow this machine is: each is an hour later than it should be.
  await test.owner.unsafe(`
    create function public.later() returns trigger language plpgsql as $$
      begin
        if new.retry_at > clock_timestamp() and isfinite(new.retry_at) then new.retry_at := new.retry_at + interval '1 hour'; end if;
        return new;
      end $$;
    create trigger later before insert or update on events.failures for each row execute function public.later()`);
});
afterAll(() => test.drop());

const seal = async (): Promise<void> => {
  const sequencer = createSequencer({ sql: test.connect('events'), logger });
  while ((await sequencer.sealOnce()) > 0);
};
/** Events of subjects, in this order, each with a name. Other consumers' tests have theirs in the same log: a type for each. */
async function write(...events: [subject: string, name: string][]): Promise<void> {
  await sql.begin((tx) =>
    append(
      tx,
      'catalog',
      events.map(([subject, name]) => ({
        type: 'domain.created',
        subject,
        actorId: null,
        data: { name, parentId: null },
        attributes: { name },
      })),
    ),
  );
  await seal();
}
let consumers = 0;
/** A consumer of its own for the events that are written from now on. `wrong` names fail. What succeeds is in `done`, in the same transaction. */
async function world(wrong: string[] = [], options: Partial<ConsumerOptions> = {}) {
  const name = `catalog.test${++consumers}`;
  await test.owner`create table if not exists public.done (id bigserial, consumer text, seq bigint, name text)`;
  await test.owner`grant all on public.done, public.done_id_seq to public`;
  await sql`insert into events.cursors (consumer, seq) select ${name}, seq from events.head`;
  const bad = new Set(wrong);
  const batches: number[] = [];
  const make = (): Consumer =>
    createConsumer({
      sql,
      name,
      types: ['domain.created'] satisfies EventType[],
      logger,
      async handle(tx, events: readonly ConsumedEvent[]) {
        batches.push(events.length);
        for (const { seq, attributes } of events)
          await tx`insert into public.done (consumer, seq, name) values (${name}, ${seq}, ${attributes.name!})`;
        const fault = events.find(({ attributes }) => bad.has(attributes.name!));
        if (fault) throw new Error(`${fault.attributes.name} cannot be handled`);
      },
      ...options,
    });
  const consumer = make();
  return {
    name,
    bad,
    batches,
    make,
    consumer,
    /** Turns until nothing is due. */
    run: async (): Promise<void> => {
      while (await consumer.runOnce());
    },
    done: async (): Promise<string[]> =>
      (await test.owner<{ name: string }[]>`select name from public.done where consumer = ${name} order by id`).map((row) => row.name),
    failures: async () =>
      (
        await test.owner<{ name: string; attempts: number; lastError: string; wait: string }[]>`
          select l.attributes ->> 'name' as name, f.attempts, f.last_error,
            case when retry_at = 'infinity' then 'parked' else coalesce(round(extract(epoch from retry_at - failed_at) - 3600, 1)::text, 'dead') end as wait
          from events.failures f join events.log l using (seq) where f.consumer = ${name} order by f.seq`
      ).map((row) => ({ ...row })),
    /** Time passes: what is being retried is due. */
    makeDue: async (): Promise<void> => {
      await test.owner`update events.failures set retry_at = now() - interval '1 second' where consumer = ${name} and retry_at < 'infinity'`;
    },
    redrive: async (): Promise<void> => {
      await test.owner`update events.failures set retry_at = now() - interval '1 second', attempts = 0 where consumer = ${name} and retry_at is null`;
    },
    seq: async (): Promise<number> =>
      (await test.owner<{ seq: number }[]>`select seq from events.cursors where consumer = ${name}`)[0]!.seq,
  };
}
const untilDead = async ({ makeDue, run }: Awaited<ReturnType<typeof world>>): Promise<void> => {
  for (let tries = 1; tries < 5; tries++) {
    await makeDue();
    await run();
  }
};

describe('an event that fails', () => {
  it('is passed by, written down with its message alone, and the others are done once and in order', async () => {
    const here = await world(['bad']);
    await write([newId(), 'a'], [newId(), 'bad'], [newId(), 'b'], [newId(), 'c']);
    await here.run();
    expect(await here.done()).toEqual(['a', 'b', 'c']);
    expect(await here.failures()).toEqual([{ name: 'bad', attempts: 1, lastError: 'bad cannot be handled', wait: '0.2' }]);
    expect(await here.seq()).toBe((await sql`select seq from events.head`)[0]!.seq);
  });

  it('is tried five times, later each time, and is a dead letter then', async () => {
    const here = await world(['bad']);
    await write([newId(), 'bad']);
    await here.run();
    const seen = await here.failures();
    for (let tries = 1; tries < 5; tries++) {
      await here.makeDue();
      await here.run();
      seen.push(...(await here.failures()));
    }
    expect(seen.map(({ attempts, wait }) => [attempts, wait])).toEqual([
      [1, '0.2'],
      [2, '0.8'],
      [3, '2.0'],
      [4, '4.0'],
      [5, 'dead'],
    ]);
    expect(here.batches).toHaveLength(5);
    await here.makeDue();
    await here.run();
    expect(here.batches).toHaveLength(5);
  });

  it('is done and forgotten as soon as a retry succeeds', async () => {
    const here = await world(['bad']);
    await write([newId(), 'bad']);
    await here.run();
    here.bad.clear();
    await here.makeDue();
    await here.run();
    expect(await here.done()).toEqual(['bad']);
    expect(await here.failures()).toEqual([]);
  });

  it('is found among 1,000 others by halving, which are each done once', async () => {
    const here = await world(['677']);
    const names = Array.from({ length: 1_000 }, (_, index) => String(index));
    await write(...names.map((name): [string, string] => [newId(), name]));
    await here.run();
    expect(await here.done()).toEqual(names.filter((name) => name !== '677'));
    expect(await here.failures()).toHaveLength(1);
    expect(here.batches.length).toBeLessThan(30);
  });

  it('does not hold up others when each event fails', async () => {
    const here = await world(['a', 'b', 'c']);
    await write([newId(), 'a'], [newId(), 'b'], [newId(), 'c'], [newId(), 'good']);
    await here.run();
    expect(await here.done()).toEqual(['good']);
    expect((await here.failures()).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('may fail when it is committed only', async () => {
    await test.owner`create table public.once (name text unique deferrable initially deferred)`;
    await test.owner`grant all on public.once to public`;
    const here = await world([], {
      handle: async (tx, events) =>
        void (await tx`insert into public.once ${tx(events.map(({ attributes }) => ({ name: attributes.name! })))}`),
    });
    await write([newId(), 'one'], [newId(), 'two'], [newId(), 'one']);
    await here.run();
    expect(await test.owner`select name from public.once order by name`).toEqual([{ name: 'one' }, { name: 'two' }]);
    expect(await here.failures()).toMatchObject([{ name: 'one', attempts: 1 }]);
  });
});

describe('later events of the same subject', () => {
  it('wait behind it in their order, and follow when it succeeds', async () => {
    const here = await world(['first']);
    const [subject, other] = [newId(), newId()];
    await write([subject, 'before'], [subject, 'first'], [other, 'x'], [subject, 'second']);
    await here.run();
    await write([subject, 'third'], [other, 'y']);
    await here.run();
    expect(await here.done()).toEqual(['before', 'x', 'y']);
    expect((await here.failures()).map(({ name, attempts, wait }) => [name, attempts, wait])).toEqual([
      ['first', 1, '0.2'],
      ['second', 0, 'parked'],
      ['third', 0, 'parked'],
    ]);
    here.bad.clear();
    await here.makeDue();
    await here.run();
    expect(await here.done()).toEqual(['before', 'x', 'y', 'first', 'second', 'third']);
    expect(await here.failures()).toEqual([]);
  });

  it('go on, each on its own, once it is a dead letter', async () => {
    const here = await world(['first', 'third']);
    const subject = newId();
    await write([subject, 'first'], [subject, 'second'], [subject, 'third'], [subject, 'fourth']);
    await here.run();
    await untilDead(here);
    expect(await here.done()).toEqual(['second']);
    expect((await here.failures()).map(({ name, wait }) => [name, wait])).toEqual([
      ['first', 'dead'],
      ['third', '0.2'],
      ['fourth', 'parked'],
    ]);
    await untilDead(here);
    expect(await here.done()).toEqual(['second', 'fourth']);
    await write([subject, 'fifth']);
    await here.run();
    expect(await here.done()).toEqual(['second', 'fourth', 'fifth']);
  });
});

describe('a dead letter that is redriven', () => {
  it('is tried as the others are, and is gone when it succeeds', async () => {
    const here = await world(['bad']);
    const subject = newId();
    await write([subject, 'bad'], [subject, 'later']);
    await here.run();
    await untilDead(here);
    here.bad.clear();
    await here.redrive();
    await here.run();
    expect(await here.done()).toEqual(['later', 'bad']);
    expect(await here.failures()).toEqual([]);
  });

  it('is one again after five further tries; events of its subject wait meanwhile', async () => {
    const here = await world(['bad']);
    const subject = newId();
    await write([subject, 'bad']);
    await here.run();
    await untilDead(here);
    await here.redrive();
    await here.run();
    await write([subject, 'new']);
    await here.run();
    expect((await here.failures()).map(({ name, attempts, wait }) => [name, attempts, wait])).toEqual([
      ['bad', 1, '0.2'],
      ['new', 0, 'parked'],
    ]);
    await untilDead(here);
    expect(await here.failures()).toMatchObject([{ name: 'bad', attempts: 5, wait: 'dead' }]);
    expect(await here.done()).toEqual(['new']);
  });

  it('lets what waits behind a newer failure of its subject wait on', async () => {
    const here = await world(['old', 'new']);
    const subject = newId();
    await write([subject, 'old']);
    await here.run();
    await untilDead(here);
    await write([subject, 'new'], [subject, 'newest']);
    await here.run();
    here.bad.delete('old');
    await here.redrive();
    await here.run();
    expect(await here.done()).toEqual(['old']);
    expect((await here.failures()).map(({ name, wait }) => [name, wait])).toEqual([
      ['new', '0.2'],
      ['newest', 'parked'],
    ]);
    here.bad.clear();
    await here.makeDue();
    await here.run();
    expect(await here.done()).toEqual(['old', 'new', 'newest']);
  });
});

describe("the world's faults", () => {
  const away = new Upstream('The catalog subgraph does not answer.', { system: 'catalog', check: 'whether it runs' });
  const wrapped = new Error('asking failed', { cause: away });
  const lost = Object.assign(new Error('write CONNECTION_CLOSED'), { code: 'CONNECTION_CLOSED' });
  it.each([
    ['another subgraph is away', away],
    ['what says so is wrapped', wrapped],
    ['the connection is lost', lost],
  ])('hold the consumer and make no dead letter: %s', async (_what, error) => {
    let isAway = true;
    const done: string[] = [];
    const here = await world([], {
      async handle(_tx, events) {
        if (isAway) throw error;
        done.push(...events.map(({ attributes }) => attributes.name!));
      },
    });
    const before = await here.seq();
    await write([newId(), 'a'], [newId(), 'b']);
    for (let tries = 0; tries < 7; tries++) await expect(here.consumer.runOnce()).rejects.toThrow(error);
    expect(await here.failures()).toEqual([]);
    expect(await here.seq()).toBe(before);
    isAway = false;
    await here.run();
    expect(done).toEqual(['a', 'b']);
  });

  it.each([
    ['a session that was ended', async (tx: Database) => await tx`select pg_terminate_backend(pg_backend_pid())`],
    [
      'a statement that took too long',
      async (tx: Database) => await tx`select set_config('statement_timeout', '20', true), pg_sleep(0)`.then(() => tx`select pg_sleep(5)`),
    ],
    ['a lock that was not had', async (tx: Database) => await tx`do $$ begin raise exception 'deadlock' using errcode = '40P01'; end $$`],
  ])('are known by PostgreSQL: %s', async (_what, fail) => {
    let isAway = true;
    const here = await world([], {
      handle: async (tx) => void (isAway && (await fail(tx as unknown as Database))),
    });
    await write([newId(), 'a']);
    await expect(here.consumer.runOnce()).rejects.toThrow();
    expect(await here.failures()).toEqual([]);
    isAway = false;
    await here.run();
    expect(await here.seq()).toBe((await sql`select seq from events.head`)[0]!.seq);
  });

  it('leave a retry as it was, for later, and hold up no new event meanwhile', async () => {
    let error: Error | undefined = new Error('the event is bad');
    const done: string[] = [];
    const here = await world([], {
      async handle(_tx, events) {
        if (error && events.some(({ attributes }) => attributes.name === 'a')) throw error;
        done.push(...events.map(({ attributes }) => attributes.name!));
      },
    });
    await write([newId(), 'a']);
    await here.run();
    error = away;
    for (const name of ['b', 'c', 'd', 'e', 'f']) {
      await here.makeDue();
      await write([newId(), name]);
      await here.run();
    }
    expect(done).toEqual(['b', 'c', 'd', 'e', 'f']);
    expect(await here.failures()).toMatchObject([{ name: 'a', attempts: 1, lastError: 'the event is bad' }]);
    expect(Number((await here.failures())[0]!.wait)).toBeGreaterThan(1);
    error = undefined;
    await here.makeDue();
    await here.run();
    expect(done.at(-1)).toBe('a');
    expect(await here.failures()).toEqual([]);
  });
});

describe('a limit that is reached', () => {
  const limits: [string, (tx: Database) => Promise<unknown>][] = [
    [
      'the time of a statement',
      async (tx) => await tx`select set_config('statement_timeout', '20', true)`.then(() => tx`select pg_sleep(5)`),
    ],
    ['memory', async (tx) => await tx`do $$ begin raise exception 'out of memory' using errcode = '53200'; end $$`],
    ['the time of another subgraph', () => Promise.reject(new TimedOut('It takes too long.'))],
    ['the rate of another subgraph', () => Promise.reject(new TooMuch('RATE_LIMITED', 'Too many.', {}))],
  ];
  it.each(limits)('five times by an event that stands alone is its failure, and others go on: %s', async (_what, reach) => {
    const done: string[] = [];
    const here = await world([], {
      async handle(tx, events) {
        if (events.some(({ attributes }) => attributes.name === 'huge')) await reach(tx as unknown as Database);
        done.push(...events.map(({ attributes }) => attributes.name!));
      },
    });
    const subject = newId();
    await write([newId(), 'a'], [subject, 'huge'], [newId(), 'b'], [subject, 'behind']);
    let waits = 0;
    while (await here.consumer.runOnce().catch(() => ++waits));
    expect(waits).toBe(4);
    expect(done.toSorted()).toEqual(['a', 'b']);
    expect((await here.failures()).map(({ name, attempts, wait }) => [name, attempts, wait])).toEqual([
      ['huge', 1, '0.2'],
      ['behind', 0, 'parked'],
    ]);
    await untilDead(here);
    expect(await here.failures()).toMatchObject([{ name: 'huge', attempts: 5, wait: 'dead' }]);
    expect(done.toSorted()).toEqual(['a', 'b', 'behind']);
  });

  it('by many at once makes the batch smaller without a wait, and no failure', async () => {
    const done: string[] = [];
    const here = await world([], {
      async handle(_tx, events) {
        if (events.length > 3) throw new TimedOut('It takes too long.');
        done.push(...events.map(({ attributes }) => attributes.name!));
      },
    });
    const names = Array.from({ length: 20 }, (_, index) => String(index));
    await write(...names.map((name): [string, string] => [newId(), name]));
    await here.run();
    expect(done).toEqual(names);
    expect(await here.failures()).toEqual([]);
  });

  it('four times in a row is forgotten when the fifth succeeds', async () => {
    let tries = 0;
    const here = await world([], {
      async handle() {
        if (++tries % 5 > 0) throw new TimedOut('It takes too long.');
      },
    });
    for (let count = 0; count < 2; count++) {
      await write([newId(), 'slow']);
      for (let wait = 0; wait < 4; wait++) await expect(here.consumer.runOnce()).rejects.toThrow('too long');
      await here.run();
    }
    expect(await here.failures()).toEqual([]);
  });
});

describe('many retries', () => {
  const names = Array.from({ length: 1_500 }, (_, index) => String(index));
  /** Each a dead letter. */
  async function manyDead() {
    const here = await world();
    await write(...names.map((name): [string, string] => [newId(), name]));
    await test.owner`
      insert into events.failures (id, consumer, seq, subject, attempts, last_error, failed_at, retry_at)
      select gen_random_uuid(), ${here.name}, seq, subject, 5, 'it failed', now(), null from events.log
      where seq > (select seq from events.cursors where consumer = ${here.name})`;
    await test.owner`update events.cursors set seq = (select seq from events.head) where consumer = ${here.name}`;
    return here;
  }

  it('are done in batches, in the order of the log', async () => {
    const here = await manyDead();
    await here.redrive();
    await here.run();
    expect(await here.done()).toEqual(names);
    expect(await here.failures()).toEqual([]);
    expect(here.batches).toEqual([1_000, 500]);
  });

  it('are halved until the one that fails stands alone', async () => {
    const here = await manyDead();
    here.bad.add('677');
    await here.redrive();
    await here.run();
    expect(await here.done()).toEqual(names.filter((name) => name !== '677'));
    expect((await here.failures()).map(({ name, attempts, wait }) => [name, attempts, wait])).toEqual([['677', 1, '0.2']]);
    expect(here.batches.length).toBeLessThan(60);
  });

  it('of which one is always kept by the world are done but for that one', async () => {
    const kept = new Upstream('The catalog subgraph does not answer.', { system: 'catalog', check: 'whether it runs' });
    const done: string[] = [];
    const here = await world([], {
      async handle(_tx, events) {
        if (events.some(({ attributes }) => attributes.name === 'kept')) throw kept;
        done.push(...events.map(({ attributes }) => attributes.name!));
      },
    });
    await write(...['kept', 'a', 'b', 'c', 'd', 'e'].map((name): [string, string] => [newId(), name]));
    await test.owner`
      insert into events.failures (id, consumer, seq, subject, attempts, last_error, failed_at, retry_at)
      select gen_random_uuid(), ${here.name}, seq, subject, 0, 'it failed', now(), now() from events.log
      where seq > (select seq from events.cursors where consumer = ${here.name})`;
    await test.owner`update events.cursors set seq = (select seq from events.head) where consumer = ${here.name}`;
    for (let turn = 0; turn < 6; turn++) {
      await here.makeDue();
      await here.run();
      await test.owner`update events.failures set retry_at = retry_at - interval '1 hour 1.5 seconds' where consumer = ${here.name}`;
      await here.run();
    }
    expect(done.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await here.failures()).toMatchObject([{ name: 'kept', attempts: 0, lastError: 'it failed' }]);
  });
});

it('does nothing twice when two of one name meet failures and retries', async () => {
  const here = await world(['bad', 'bad too']);
  const subject = newId();
  const names = Array.from({ length: 40 }, (_, index) => String(index));
  await write(
    ...names.slice(0, 20).map((name): [string, string] => [newId(), name]),
    [subject, 'bad'],
    [subject, 'behind'],
    [newId(), 'bad too'],
  );
  await write(...names.slice(20).map((name): [string, string] => [newId(), name]));
  const two = [here.consumer, here.make()];
  const runAll = () =>
    Promise.all(
      two.map(async (each) => {
        while (await each.runOnce());
      }),
    );
  await runAll();
  expect((await here.failures()).map(({ name, attempts, wait }) => [name, attempts, wait])).toEqual([
    ['bad', 1, '0.2'],
    ['behind', 0, 'parked'],
    ['bad too', 1, '0.2'],
  ]);
  here.bad.clear();
  await here.makeDue();
  await runAll();
  expect((await here.done()).toSorted()).toEqual([...names, 'bad', 'bad too', 'behind'].toSorted());
  expect(await here.failures()).toEqual([]);
});

it('a process that dies after the work and before its commit leaves neither the work nor a mark of a failure', async () => {
  const here = await world();
  await write([newId(), 'a'], [newId(), 'b']);
  const before = await here.seq();
  // As kill -9 leaves it: the session ends, and the server rolls back.
  const dying = createConsumer({
    sql,
    name: here.name,
    types: ['domain.created'],
    logger,
    async handle(tx, events) {
      for (const { seq } of events) await tx`insert into public.done (consumer, seq, name) values (${here.name}, ${seq}, 'lost')`;
      await tx`select pg_terminate_backend(pg_backend_pid())`;
    },
  });
  await expect(dying.runOnce()).rejects.toThrow();
  expect(await here.seq()).toBe(before);
  await here.run();
  expect(await here.done()).toEqual(['a', 'b']);
});

it.each(['consumer:catalog', 'consumer:catalog.faulty'])(
  'the fault %s fails every event of the consumer, and of no other',
  async (fault) => {
    const handled: string[] = [];
    const run = async (name: string): Promise<void> => {
      const consumer = createConsumer({
        sql,
        name,
        types: ['domain.created'],
        logger,
        faults: new Set(['subgraph:catalog', fault]),
        handle: async () => void handled.push(name),
      });
      while (await consumer.runOnce());
    };
    const names = ['catalog.faulty', 'catalogue.search', 'catalog.faultyToo'];
    await sql`insert into events.cursors select unnest(${names}::text[]), seq from events.head on conflict (consumer) do update set seq = excluded.seq`;
    await sql`delete from events.failures where consumer = any(${names}::text[])`;
    await write([newId(), 'a']);
    for (const name of names) await run(name);
    const failed = await sql`select consumer, last_error from events.failures where consumer = any(${names}::text[]) order by consumer`;
    expect(failed.map(({ consumer }) => consumer)).toEqual(
      fault === 'consumer:catalog' ? ['catalog.faulty', 'catalog.faultyToo'] : ['catalog.faulty'],
    );
    expect(failed[0]!.lastError).toContain(fault);
    expect(handled).toEqual(names.filter((name) => !failed.some(({ consumer }) => consumer === name)));
  },
);

it('gives the time, and the data to a role that may read it', async () => {
  const seen: ConsumedEvent[] = [];
  const lineage = createConsumer({
    sql: test.connect('lineage'),
    name: 'lineage.data',
    types: ['domain.created'],
    logger,
    data: true,
    handle: async (_tx, events) => void seen.push(...events),
  });
  const startedAt = Date.now();
  await write([newId(), 'told']);
  while (await lineage.runOnce());
  expect(seen.at(-1)).toMatchObject({ data: { name: 'told', parentId: null }, attributes: { name: 'told' } });
  expect(seen.at(-1)!.time.getTime()).toBeGreaterThanOrEqual(startedAt);
  const here = await world([], { data: true });
  await write([newId(), 'hidden']);
  await expect(here.consumer.runOnce()).rejects.toThrow('permission denied');
});

it('retries by itself while nothing is new, and stops at once', async () => {
  const here = await world(['bad']);
  await write([newId(), 'bad']);
  await test.owner`alter table events.failures disable trigger later`;
  here.consumer.start();
  await vi.waitFor(async () => expect((await here.failures())[0]?.attempts).toBeGreaterThan(2), { timeout: 10_000, interval: 20 });
  here.bad.clear();
  await here.makeDue();
  await vi.waitFor(async () => expect(await here.done()).toEqual(['bad']), { timeout: 10_000, interval: 20 });
  await here.consumer.stop();
});

it('keeps of an error its message, cut, without what could be a secret', () => {
  expect(describeError(new Error('no route to postgres://me:pass%20word@host:5432/db now'))).toBe(
    'no route to postgres://***@host:5432/db now',
  );
  expect(describeError(new Error('refused Bearer eyJhbGciOi.abc-def and password=hunter2, token: "t0k"'))).not.toMatch(/eyJ|hunter2|t0k/);
  for (const url of ['amqp://u:p/a@h/v', 'amqp://u:p@a@h/v', 'amqp://u:p/@/a@h/v', '"url":"amqp://u:p@h/v"'])
    expect(describeError(new Error(`no route to ${url}`)), url).not.toMatch(/u:|p[@/]|a@/);
  expect(describeError(new Error(`eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln_bmF0-dXJl is not valid`))).toBe('*** is not valid');
  expect(describeError(new Error('token_eyJhbGciOiJFUzI1NiJ9 and "eyJhbGciOiJFUzI1NiJ9.e30."'))).not.toContain('eyJ');
  expect(describeError(new Error(`client_secret=abc, {"password":"two words", 'Password': 'o k'}`))).not.toMatch(/abc|two|words|o k/);
  expect(describeError(new Error('x'.repeat(5_000)))).toHaveLength(2_000);
  expect(describeError('a\0b\ud800')).toBe('ab\ufffd');
  expect(describeError(new Error(''))).not.toBe('');
});
