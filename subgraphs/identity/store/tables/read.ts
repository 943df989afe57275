import { bigint, index, integer, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { bytea, moment } from '#platform/database/columns.ts';
import { identitySchema } from './user.ts';

/** A batch of the read audit: what one process was asked within some seconds. Kept when its reads are dropped, so that the chain stays whole. */
export const readBatches = identitySchema.table(
  'read_batches',
  {
    seq: bigint({ mode: 'number' }).primaryKey(),
    firstAt: moment('first_at').notNull(),
    lastAt: moment('last_at').notNull(),
    /** Rows of `reads`. */
    rows: integer().notNull(),
    /** Reads that there was no room for while the database was away, or that were too many. */
    lost: integer().notNull(),
    /** See domain/readAudit.ts. */
    digest: bytea().notNull(),
    /** Of the batch before and the digest, under a key that is not in the database. */
    hash: bytea().notNull(),
  },
  (table) => [index('read_batches_last').on(table.lastAt)],
);

/** Who read what by which operation, within a batch: the same asked again only counts. No words of people are kept, only ids. */
export const reads = identitySchema.table(
  'reads',
  {
    batch: bigint({ mode: 'number' }).notNull(),
    number: integer().notNull(),
    userId: uuid('user_id').notNull(),
    /** The API token that it was asked with, if any. */
    tokenId: uuid('token_id'),
    /** The operation's name, which its caller gave. */
    operation: text(),
    /** Root fields. */
    fields: text().array().notNull(),
    /** Ids among the arguments of the root fields. */
    subjectIds: uuid('subject_ids').array().notNull(),
    count: integer().notNull(),
    firstAt: moment('first_at').notNull(),
    lastAt: moment('last_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.batch, table.number] }),
    index('reads_user').on(table.userId, table.batch, table.number),
    index('reads_subjects').using('gin', table.subjectIds),
  ],
);
