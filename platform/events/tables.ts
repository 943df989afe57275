/** The event log's tables. `log` is partitioned by range of seq, which drizzle cannot say: its migration is written by hand. */
import { sql } from 'drizzle-orm';
import { bigint, customType, index, jsonb, pgSchema, smallint, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Gap } from './gaps.ts';
import type { EventAttributes } from './types.ts';

export const eventsSchema = pgSchema('events');

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

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
export const outbox = eventsSchema.table('outbox', {
  id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  ...envelope,
});

/** One row: the last sealed position. The sequencer that holds it `for update` is the only one that seals. */
export const head = eventsSchema.table('head', {
  one: smallint().primaryKey().default(1),
  epoch: text().notNull(),
  seq: bigint({ mode: 'number' }).notNull(),
  hash: bytea().notNull(),
  /** The highest outbox id that was sealed, and the ids below it that may still be committed. With the seq, so that any sequencer can go on. */
  outboxId: bigint('outbox_id', { mode: 'number' }).notNull().default(0),
  gaps: jsonb().$type<Gap[]>().notNull().default([]),
});

/** Sealed events: gapless, chained, never updated. */
export const log = eventsSchema.table(
  'log',
  { seq: bigint({ mode: 'number' }).primaryKey(), hash: bytea().notNull(), ...envelope },
  (table) => [
    index('log_subject').on(table.subject, table.seq),
    index('log_type').on(table.type, table.seq),
    index('log_event_id').on(table.eventId),
    // Everything but `identity.*` and `team.*` belongs to a source: who may see little finds it by that.
    index('log_source').on(sql`(${table.attributes} ->> 'sourceId')`, table.seq),
  ],
);
