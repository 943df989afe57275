import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, pgSchema, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { exactText, moment } from '#platform/database/columns.ts';

export const lineageSchema = pgSchema('lineage');

/** What lineage keeps of each asset, as its events told. Tombstones too: what flowed into them once is history. */
export const lineageAssets = lineageSchema.table(
  'assets',
  {
    assetId: uuid('asset_id').primaryKey(),
    accessClass: integer('access_class').notNull(),
    namespace: exactText('namespace').notNull(),
    name: exactText('name').notNull(),
    isDeleted: boolean('is_deleted').notNull().default(false),
    /** The event that told this: an older one that comes late changes nothing. */
    seq: bigint({ mode: 'number' }).notNull(),
  },
  (table) => [
    index('assets_by_name')
      .on(table.namespace, table.name)
      .where(sql`not is_deleted`),
    // A hub's neighbours are looked up here one by one, or all that a viewer of few classes sees is read at once: never the rows themselves.
    index('assets_by_class').on(table.accessClass, table.assetId),
  ],
);

/** What a view says that it reads: names, because the other side may not be scanned yet. The truth that edges are made from. */
export const dependencies = lineageSchema.table(
  'dependencies',
  {
    assetId: uuid('asset_id').notNull(),
    namespace: exactText('namespace').notNull(),
    name: exactText('name').notNull(),
    /** Of those columns; empty where the source does not say. */
    columns: text().array().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.assetId, table.namespace, table.name] }),
    index('dependencies_by_name').on(table.namespace, table.name),
  ],
);

/** Data flows from one asset to another, during an interval. What a source stops reporting is closed, not erased; reported again it is a new row. */
export const edges = lineageSchema.table(
  'edges',
  {
    fromId: uuid('from_id').notNull(),
    toId: uuid('to_id').notNull(),
    kind: text().$type<'TABLE'>().notNull(),
    origin: text().$type<'NATIVE'>().notNull(),
    validFrom: moment('valid_from').notNull(),
    /** Null: it still does. Never before `validFrom`. */
    validTo: moment('valid_to'),
  },
  (table) => [
    uniqueIndex('edges_open')
      .on(table.fromId, table.toId, table.kind, table.origin)
      .where(sql`valid_to is null`),
    index('edges_open_by_target')
      .on(table.toId, table.fromId)
      .where(sql`valid_to is null`),
    index('edges_by_source').on(table.fromId, table.toId, table.validFrom),
    index('edges_by_target').on(table.toId, table.fromId, table.validFrom),
  ],
);

export type EdgeRow = typeof edges.$inferSelect;
