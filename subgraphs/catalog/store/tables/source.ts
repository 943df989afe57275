import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, pgSchema, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { bytea, exactText, moment } from '#platform/database/columns.ts';

export const catalogSchema = pgSchema('catalog');

/** Keys under which secrets are sealed, each wrapped by the root key. */
export const dataKeys = catalogSchema.table('data_keys', {
  id: uuid().primaryKey(),
  wrapped: bytea().notNull(),
  createdAt: moment('created_at').notNull().defaultNow(),
});

export const sources = catalogSchema.table(
  'sources',
  {
    id: uuid().primaryKey(),
    name: exactText('name').notNull(),
    connector: text().notNull(),
    /** The whole config, sealed: which of its fields are secret is the connector's to know. */
    config: bytea().notNull(),
    configKeyId: uuid('config_key_id')
      .notNull()
      .references(() => dataKeys.id),
    namespace: text().notNull(),
    description: text(),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
    version: integer().notNull().default(1),
    /** Set by removeSource; its assets become tombstones in batches after that. */
    removedAt: moment('removed_at'),
  },
  (table) => [
    uniqueIndex('sources_name')
      .on(table.name)
      .where(sql`removed_at is null`),
  ],
);

/** Which containers (databases) of a server a source has claimed: two sources never share one. */
export const sourceContainers = catalogSchema.table(
  'source_containers',
  {
    namespace: text().notNull(),
    container: text().notNull(),
    sourceId: uuid('source_id')
      .notNull()
      .references(() => sources.id, { onDelete: 'cascade' }),
  },
  (table) => [primaryKey({ columns: [table.namespace, table.container] }), index('source_containers_source').on(table.sourceId)],
);

export const sourceOwners = catalogSchema.table(
  'source_owners',
  {
    sourceId: uuid('source_id')
      .notNull()
      .references(() => sources.id, { onDelete: 'cascade' }),
    userId: uuid('user_id'),
    teamId: uuid('team_id'),
    role: text().notNull(),
  },
  (table) => [index('source_owners_source').on(table.sourceId), check('source_owners_one', sql`num_nonnulls(user_id, team_id) = 1`)],
);

export const scans = catalogSchema.table(
  'scans',
  {
    id: uuid().primaryKey(),
    sourceId: uuid('source_id')
      .notNull()
      .references(() => sources.id, { onDelete: 'cascade' }),
    name: exactText('name').notNull(),
    /** A cron expression in UTC; null means only when asked. */
    schedule: text(),
    nextRunAt: moment('next_run_at'),
    include: text().array().notNull().default([]),
    exclude: text().array().notNull().default([]),
    version: integer().notNull().default(1),
  },
  (table) => [
    uniqueIndex('scans_name').on(table.sourceId, table.name),
    index('scans_due')
      .on(table.nextRunAt)
      .where(sql`next_run_at is not null`),
  ],
);

export const scanRuns = catalogSchema.table(
  'scan_runs',
  {
    id: uuid().primaryKey(),
    sourceId: uuid('source_id')
      .notNull()
      .references(() => sources.id),
    /** Null once the scan was removed. */
    scanId: uuid('scan_id').references(() => scans.id, { onDelete: 'set null' }),
    status: text().notNull(),
    /** Who asked; null for the schedule. */
    startedBy: uuid('started_by'),
    queuedAt: moment('queued_at').notNull(),
    startedAt: moment('started_at'),
    finishedAt: moment('finished_at'),
    phase: text().notNull().default('queued'),
    done: integer().notNull().default(0),
    total: integer(),
    message: text(),
    added: integer().notNull().default(0),
    changed: integer().notNull().default(0),
    unchanged: integer().notNull().default(0),
    removed: integer().notNull().default(0),
    error: text(),
    cancelRequested: boolean('cancel_requested').notNull().default(false),
  },
  (table) => [
    index('scan_runs_source').on(table.sourceId, table.queuedAt, table.id),
    uniqueIndex('scan_runs_one_at_a_time')
      .on(table.sourceId)
      .where(sql`status in ('QUEUED', 'RUNNING')`),
  ],
);

export const scanWarnings = catalogSchema.table(
  'scan_warnings',
  {
    id: uuid().primaryKey(),
    runId: uuid('run_id')
      .notNull()
      .references(() => scanRuns.id, { onDelete: 'cascade' }),
    code: text().notNull(),
    subject: text(),
    message: text().notNull(),
  },
  (table) => [index('scan_warnings_run').on(table.runId, table.id)],
);

/** Deletions that a run held back. */
export const pendingDeletions = catalogSchema.table(
  'pending_deletions',
  {
    runId: uuid('run_id')
      .notNull()
      .references(() => scanRuns.id, { onDelete: 'cascade' }),
    assetId: uuid('asset_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.assetId] })],
);

export type SourceRow = typeof sources.$inferSelect;
export type ScanRow = typeof scans.$inferSelect;
export type ScanRunRow = typeof scanRuns.$inferSelect;
export type ScanWarningRow = typeof scanWarnings.$inferSelect;
