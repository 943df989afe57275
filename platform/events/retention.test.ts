import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database, Transaction } from '../database/index.ts';
import { createLogger } from '../logger.ts';
import { createTestDatabase, TEST_ROOT_KEY, type TestDatabase } from '../testing/database.ts';
import { append } from './append.ts';
import { deriveCheckpointKey } from './audit/checkpoint.ts';
import { createConsumer } from './consumer.ts';
import { formatLogCursor } from './cursor.ts';
import { listEvents, readHead, resolveLogCursor } from './log.ts';
import { PARTITION_SIZE } from './partitions.ts';
import { createRetention } from './retention.ts';
import { createSequencer } from './sequencer.ts';

const DAY_MS = 86_400_000;
const LAST = PARTITION_SIZE - 1;
const logger = createLogger({ level: 'silent', format: 'json' });

let database: TestDatabase;
let sql: Database;
beforeEach(async () => {
  database = await createTestDatabase();
  sql = database.connect('events');
});
afterEach(() => database.drop());

const inDays = (days: number) => (): Date => new Date(Date.now() + days * DAY_MS);
const drop = (days: number, now = inDays(0)): Promise<number[]> => createRetention({ sql, days, logger, now }).runOnce();
const write = (count: number): Promise<unknown> =>
  sql.begin((tx) =>
    append(
      tx,
      'catalog',
      Array.from({ length: count }, () => ({ type: 'source.removed', subject: 'x', actorId: null, data: { name: 'x' } }) as const),
    ),
  );
const partitions = async (): Promise<string[]> =>
  (
    await database.owner<
      { name: string }[]
    >`select inhrelid::regclass::text as name from pg_inherits where inhparent = 'events.log'::regclass order by 1`
  ).map(({ name }) => name);

/** A log whose first partition ends with the third event of these five, as if there had been a million before. */
async function fillTwoPartitions(): Promise<void> {
  await database.owner`update events.head set seq = ${LAST - 3}`;
  const sequencer = createSequencer({ sql, logger });
  await write(5);
  expect(await sequencer.sealOnce()).toBe(5);
}

/** What the checkpointer does at the end of a partition. */
async function signEnd(): Promise<void> {
  const [end] = await sql<{ hash: Buffer; epoch: string }[]>`
    select hash, (select epoch from events.head) as epoch from events.log where seq = ${LAST}`;
  const { epoch, seq, hash, time, signature } = deriveCheckpointKey(TEST_ROOT_KEY).sign({ ...end!, seq: LAST, time: new Date() });
  await sql`insert into events.checkpoints (epoch, seq, hash, time, signature) values (${epoch}, ${seq}, ${hash}, ${time}, ${signature})`;
}

describe('retention', () => {
  it('drops a partition whose last event is too old, and keeps its checkpoint', async () => {
    await fillTwoPartitions();
    await signEnd();
    expect(await drop(30, inDays(29))).toEqual([]);
    expect(await drop(30, inDays(31))).toEqual([0]);
    expect(await partitions()).toEqual(['events.log_1']);
    expect((await listEvents(sql, { scope: 'all', afterSeq: 0, limit: 10 })).map(({ seq }) => seq)).toEqual([LAST + 1, LAST + 2]);
    expect(await sql`select seq from events.checkpoints`).toMatchObject([{ seq: LAST }]);
    // The last one stays, however old it is.
    expect(await drop(30, inDays(3_000))).toEqual([]);
  });

  it('makes CURSOR_EXPIRED of a cursor before what is left, with the oldest that can be had', async () => {
    await fillTwoPartitions();
    await signEnd();
    const { epoch } = await readHead(sql);
    const before = formatLogCursor({ epoch, seq: LAST - 1 });
    expect(await resolveLogCursor(sql, before)).toEqual({ epoch, afterSeq: LAST - 1 });
    await drop(1, inDays(2));
    const oldest = formatLogCursor({ epoch, seq: LAST });
    await expect(resolveLogCursor(sql, before)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED', details: { oldest } });
    expect(await resolveLogCursor(sql, oldest)).toEqual({ epoch, afterSeq: LAST });
    expect(await resolveLogCursor(sql, null)).toEqual({ epoch, afterSeq: 0 });
  });

  it('keeps what nobody has signed, a consumer has not read, or is tried again', async () => {
    await fillTwoPartitions();
    expect(await drop(1, inDays(2))).toEqual([]);
    await signEnd();
    await sql`update events.checkpoints set hash = ${Buffer.alloc(32, 7)}`; // of another epoch, say
    expect(await drop(1, inDays(2))).toEqual([]);
    await sql`delete from events.checkpoints`;
    await signEnd();
    const reads = createConsumer({
      sql: database.connect('catalog'),
      name: 'catalog.late',
      types: ['source.removed'],
      logger,
      handle: async () => {},
    });
    await database.owner`insert into events.cursors (consumer, seq) values ('catalog.late', ${LAST - 3})`;
    expect(await drop(1, inDays(2))).toEqual([]);
    while (await reads.runOnce());
    await database.owner`
      insert into events.failures (id, consumer, seq, attempts, last_error, failed_at, retry_at)
      values (gen_random_uuid(), 'catalog.late', ${LAST}, 1, 'no', now(), now())`;
    expect(await drop(1, inDays(2))).toEqual([]);
    await database.owner`update events.failures set retry_at = null`; // a dead letter outlives its event
    expect(await drop(1, inDays(2))).toEqual([0]);
  });

  it('makes nobody wait while a reader of the old partition is waited for, and is one at a time', async () => {
    await fillTwoPartitions();
    await signEnd();
    const reading = Promise.withResolvers<void>();
    const enough = Promise.withResolvers<void>();
    const reader = database.owner.begin(async (tx: Transaction) => {
      await tx`select count(*) from events.log`;
      reading.resolve();
      await enough.promise;
    });
    await reading.promise;
    const dropping = drop(1, inDays(2));
    const isWaiting = async () =>
      (await database.owner`select from pg_inherits where inhparent = 'events.log'::regclass and inhdetachpending`).length > 0;
    while (!(await isWaiting())) await sleep(10);
    expect(await drop(1, inDays(2))).toEqual([]);
    // Reads, appends and seals go on.
    expect((await listEvents(sql, { scope: 'all', afterSeq: 0, limit: 10 })).map(({ seq }) => seq)).toEqual([LAST + 1, LAST + 2]);
    await write(1);
    expect(await createSequencer({ sql, logger }).sealOnce()).toBe(1);
    enough.resolve();
    await reader;
    expect(await dropping).toEqual([0]);
  });

  it('ends what a process that was killed had begun', async () => {
    await fillTwoPartitions();
    await signEnd();
    await sql.unsafe('alter table events.log detach partition events.log_0 concurrently');
    expect(await drop(10_000)).toEqual([0]);
    expect(await sql`select from pg_class where relname = 'log_0'`).toHaveLength(0);
  });
});
