/**
 * Drops the oldest partitions of the log once everything in them is older than it is to be kept. The checkpoint of a partition's end stays,
 * from which what is left is verified; a cursor from before it is CURSOR_EXPIRED. Nobody waits for this: a partition is detached
 * concurrently, which waits itself for the statements that still read it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { sqlState, type Database, type Queryable } from '../database/index.ts';
import type { Logger } from '../logger.ts';
import { createBell } from './bell.ts';
import { PARTITION_SIZE } from './partitions.ts';

const EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;
const RETENTION_LOCK = 0x7265746e;
const STOP_MS = 5_000;

export type Retention = {
  start: () => void;
  stop: () => Promise<void>;
  /** Drops what is due now, and tells the numbers of the partitions. None while another process is at it. */
  runOnce: () => Promise<number[]>;
};

type Options = {
  /** A pool of the role `events`, whose statements may wait for what still reads an old partition. What is cut off is ended at the next turn. */
  sql: Database;
  days: number;
  logger: Logger;
  now?: () => Date;
};

export function createRetention({ sql, days, logger, now = () => new Date() }: Options): Retention {
  const bell = createBell();
  let running: Promise<void> | undefined;
  let stopping = false;

  async function runOnce(): Promise<number[]> {
    // A session of its own: PostgreSQL detaches concurrently outside of transactions only.
    const session = await sql.reserve();
    try {
      const [lock] = await session<{ held: boolean }[]>`select pg_try_advisory_lock(${RETENTION_LOCK}) as held`;
      if (!lock!.held) return [];
      try {
        const dropped = await finishDropping(session);
        const keepFrom = new Date(now().getTime() - days * DAY_MS);
        for (const number of await listDue(session, keepFrom)) {
          if (stopping) break;
          await session.unsafe(`alter table events.log detach partition ${nameOf(number)} concurrently`);
          await session.unsafe(`drop table ${nameOf(number)}`);
          dropped.push(number);
        }
        return dropped;
      } finally {
        await session`select pg_advisory_unlock(${RETENTION_LOCK})`;
      }
    } finally {
      session.release();
    }
  }

  async function run(): Promise<void> {
    while (!stopping) {
      try {
        const dropped = await runOnce();
        if (dropped.length > 0) logger.info({ partitions: dropped, days }, 'events older than the retention were dropped');
      } catch (error) {
        // Nothing is half gone: the next turn ends what this one began.
        logger.warn({ err: error, code: sqlState(error) }, 'old events could not be dropped; tried again in an hour');
      }
      if (!stopping) await bell.wait(EVERY_MS);
    }
  }

  return {
    start() {
      stopping = false;
      running ??= run();
    },
    async stop() {
      stopping = true;
      bell.ring();
      if (running) await Promise.race([running, sleep(STOP_MS, undefined, { ref: false })]);
      running = undefined;
    },
    runOnce,
  };
}

const nameOf = (number: number): string => `events.log_${number}`;
const lastOf = (number: number): number => (number + 1) * PARTITION_SIZE - 1;

type Partition = { number: number; state: 'attached' | 'detaching' | 'detached' };

/** In the order of seq. */
async function listPartitions(sql: Queryable): Promise<Partition[]> {
  return await sql<Partition[]>`
    select substr(c.relname, 5)::int as number,
      case when i.inhrelid is null then 'detached' when i.inhdetachpending then 'detaching' else 'attached' end as state
    from pg_class c left join pg_inherits i on i.inhrelid = c.oid and i.inhparent = 'events.log'::regclass
    where c.relnamespace = 'events'::regnamespace and c.relkind = 'r' and c.relname ~ '^log_[0-9]+$' order by 1`;
}

/** What a process that was ended, or a wait that took too long, left behind. */
async function finishDropping(sql: Queryable): Promise<number[]> {
  const partitions = await listPartitions(sql);
  const first = partitions.find(({ state }) => state === 'attached')?.number ?? 0;
  const left = partitions.filter(({ number, state }) => state !== 'attached' && number < first);
  for (const { number, state } of left) {
    if (state === 'detaching') await sql.unsafe(`alter table events.log detach partition ${nameOf(number)} finalize`);
    await sql.unsafe(`drop table ${nameOf(number)}`);
  }
  return left.map(({ number }) => number);
}

/**
 * The oldest partitions, up to the first that has to stay: whose last event is too young, or not signed yet, or which a consumer has not read or
 * tries again. The last one with events always stays, so the log is never empty.
 */
async function listDue(sql: Queryable, keepFrom: Date): Promise<number[]> {
  const due: number[] = [];
  for (const { number } of (await listPartitions(sql)).filter(({ state }) => state === 'attached')) {
    const last = lastOf(number);
    const [end] = await sql<{ isDue: boolean }[]>`
      select log.time < ${keepFrom} and head.seq > ${last}
        and exists (select from events.checkpoints where checkpoints.seq = ${last} and checkpoints.hash = log.hash)
        and not exists (select from events.cursors where cursors.seq < ${last})
        and not exists (select from events.failures where failures.seq <= ${last} and retry_at is not null) as is_due
      from events.log cross join events.head where log.seq = ${last}`;
    if (!end?.isDue) break;
    due.push(number);
  }
  return due;
}
