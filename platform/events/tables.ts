/** The event log's tables. `log` is partitioned by range of seq, which drizzle cannot say: its migration is written by hand. */
import { sql } from 'drizzle-orm';
import {
  bigint,
  customType,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { bytea } from '../database/columns.ts';
import type { EventAttributes } from './types.ts';

export const eventsSchema = pgSchema('events');

const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

const envelope = {
  eventId: uuid('event_id').notNull(),
  type: text().notNull(),
  source: text().notNull(),
  subject: text(),
  time: timestamp({ precision: 3, withTimezone: true }).notNull(),
  actorId: uuid('actor_id'),
  data: jsonb(),
  salt: bytea(),
  attributes: jsonb().$type<EventAttributes>().notNull(),
  leaf: bytea().notNull(),
};

/** Committed events on their way into the log. */
export const outbox = eventsSchema.table(
  'outbox',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    ...envelope,
    /** The transaction that wrote it, by which a snapshot tells what is new. */
    xid: xid8()
      .notNull()
      .default(sql`pg_current_xact_id()`),
  },
  (table) => [index('outbox_xid').on(table.xid)],
);

/** One row: the last sealed position. The sequencer that holds it `for update` is the only one that seals. */
export const head = eventsSchema.table('head', {
  one: smallint().primaryKey().default(1),
  epoch: text().notNull(),
  seq: bigint({ mode: 'number' }).notNull(),
  hash: bytea().notNull(),
  /** What the last batch saw: what was committed by then is sealed, up to the outbox id `resumeAfter` (null: all of it). With the seq, so that any sequencer can go on. */
  snapshot: text(),
  resumeAfter: bigint('resume_after', { mode: 'number' }).default(0),
});

/** Sealed events: gapless, chained, never updated. */
export const log = eventsSchema.table(
  'log',
  { seq: bigint({ mode: 'number' }).primaryKey(), hash: bytea().notNull(), ...envelope },
  (table) => [
    index('log_subject').on(table.subject, table.seq),
    index('log_type').on(table.type, table.seq),
    index('log_event_id').on(table.eventId),
    // What most events are, what scans found, nobody did.
    index('log_actor')
      .on(table.actorId, table.seq)
      .where(sql`actor_id is not null`),
    // Assets, sources and scans belong to a source: who may see little finds their events by that.
    index('log_source').on(sql`(${table.attributes} ->> 'sourceId')`, table.seq),
  ],
);

/**
 * Signed positions of the log (`audit/checkpoint.ts`), in the order of seq; each is in a file outside of the database, too. Kept when their events' partition
 * is dropped: what is left of the log begins after one. Never updated.
 */
export const checkpoints = eventsSchema.table(
  'checkpoints',
  {
    epoch: text().notNull(),
    seq: bigint({ mode: 'number' }).notNull(),
    hash: bytea().notNull(),
    time: timestamp({ precision: 3, withTimezone: true }).notNull(),
    signature: bytea().notNull(),
  },
  (table) => [primaryKey({ columns: [table.seq, table.epoch] })],
);

/** What verifications of the log found, one a day and those that people ask for. */
export const verifications = eventsSchema.table('verifications', {
  id: uuid().primaryKey(),
  startedAt: timestamp('started_at', { precision: 3, withTimezone: true }).notNull(),
  finishedAt: timestamp('finished_at', { precision: 3, withTimezone: true }).notNull(),
  /** The last seq up to which all is as it was sealed. */
  verifiedSeq: bigint('verified_seq', { mode: 'number' }).notNull(),
  /** Of it, what a checkpoint vouches for. */
  anchoredSeq: bigint('anchored_seq', { mode: 'number' }),
  firstBrokenSeq: bigint('first_broken_seq', { mode: 'number' }),
  /** What is wrong, the first of it; null where nothing is. */
  fault: text(),
});

/** Where each consumer of the log is. */
export const cursors = eventsSchema.table('cursors', {
  consumer: text().primaryKey(),
  seq: bigint({ mode: 'number' }).notNull(),
});

/** Events that a consumer failed on and has passed by: tried again at `retryAt` (infinity: once an earlier one of the subject is settled), or given up (null: a dead letter). */
export const failures = eventsSchema.table(
  'failures',
  {
    id: uuid().primaryKey(),
    consumer: text().notNull(),
    seq: bigint({ mode: 'number' }).notNull(),
    subject: text(),
    attempts: integer().notNull(),
    lastError: text('last_error').notNull(),
    failedAt: timestamp('failed_at', { precision: 3, withTimezone: true }).notNull(),
    retryAt: timestamp('retry_at', { precision: 3, withTimezone: true }),
  },
  (table) => [
    uniqueIndex('failures_event').on(table.consumer, table.seq),
    index('failures_due').on(table.consumer, table.retryAt),
    index('failures_waiting')
      .on(table.consumer, table.subject, table.seq)
      .where(sql`retry_at is not null`),
    index('failures_dead')
      .on(table.failedAt, table.id)
      .where(sql`retry_at is null`),
  ],
);
