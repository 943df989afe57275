import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, integer, jsonb, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { bytea, exactText, moment } from '#platform/database/columns.ts';
import type { Change, Dependency, LabelState } from '#platform/events/types.ts';
import type { AssetKind, TableFacet } from '../../connectors/types.ts';
import { catalogSchema } from './source.ts';

/** What a scan knows of an asset, as it is now. What people say is in tables of its own, which a scan never writes. */
export const assets = catalogSchema.table(
  'assets',
  {
    id: uuid().primaryKey(),
    sourceId: uuid('source_id').notNull(),
    accessClass: integer('access_class').notNull(),
    kind: text().$type<AssetKind>().notNull(),
    namespace: exactText('namespace').notNull(),
    /** The OpenLineage name: `database.schema.table`, a component with `.` or `"` double-quoted. */
    name: exactText('name').notNull(),
    path: text().array().notNull(),
    /** The first component: deletions are decided for each container. */
    container: text().notNull(),
    parentId: uuid('parent_id'),
    nativeId: text('native_id'),
    /** sha256 of what the source told, without estimates and sizes. */
    hash: bytea().notNull(),
    sourceDescription: text('source_description'),
    sourceOwner: text('source_owner'),
    tableFacet: jsonb('table_facet').$type<TableFacet>(),
    dependsOn: jsonb('depends_on').$type<Dependency[]>(),
    rowEstimate: bigint('row_estimate', { mode: 'number' }),
    sizeBytes: bigint('size_bytes', { mode: 'number' }),
    /** The number of asset.created|updated|deleted events of this id. */
    version: integer().notNull().default(1),
    /** The run that wrote this row last: a run that goes on after a crash does not count it twice. */
    runId: uuid('run_id'),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
    deletedAt: moment('deleted_at'),
  },
  (table) => [
    uniqueIndex('assets_name')
      .on(table.namespace, table.name)
      .where(sql`deleted_at is null`),
    index('assets_tombstones')
      .on(table.namespace, table.name)
      .where(sql`deleted_at is not null`),
    // Lists read the living through these; a source with a million tombstones must not lie in their way.
    index('assets_by_name')
      .on(table.name, table.id)
      .where(sql`deleted_at is null`),
    index('assets_by_class')
      .on(table.accessClass, table.name, table.id)
      .where(sql`deleted_at is null`),
    // Neither a source nor a kind is spread evenly over names or times (a database's names begin alike, a scan writes at one moment).
    index('assets_by_class_update')
      .on(table.accessClass, table.updatedAt, table.id)
      .where(sql`deleted_at is null`),
    index('assets_by_kind')
      .on(table.kind, table.name, table.id)
      .where(sql`deleted_at is null`),
    index('assets_by_update')
      .on(table.updatedAt, table.id)
      .where(sql`deleted_at is null`),
    index('assets_deleted_by_name')
      .on(table.name, table.id)
      .where(sql`deleted_at is not null`),
    index('assets_deleted_by_update')
      .on(table.updatedAt, table.id)
      .where(sql`deleted_at is not null`),
    index('assets_by_container')
      .on(table.sourceId, table.container, table.id)
      .where(sql`deleted_at is null`),
    index('assets_by_native_id')
      .on(table.sourceId, table.nativeId)
      .where(sql`deleted_at is null`),
    index('assets_by_parent')
      .on(table.parentId, table.name, table.id)
      .where(sql`deleted_at is null`),
  ],
);

export const columns = catalogSchema.table(
  'columns',
  {
    id: uuid().primaryKey(),
    assetId: uuid('asset_id').notNull(),
    /** The asset's, so that flat lists filter without a join. */
    sourceId: uuid('source_id').notNull(),
    accessClass: integer('access_class').notNull(),
    name: exactText('name').notNull(),
    ordinal: integer().notNull(),
    dataType: text('data_type').notNull(),
    nativeType: text('native_type').notNull(),
    nullable: boolean().notNull(),
    defaultValue: text('default_value'),
    generated: boolean().notNull(),
    sourceDescription: text('source_description'),
    version: integer().notNull().default(1),
    updatedAt: moment('updated_at').notNull(),
    deletedAt: moment('deleted_at'),
  },
  (table) => [
    uniqueIndex('columns_name').on(table.assetId, table.name),
    index('columns_by_asset')
      .on(table.assetId, table.ordinal, table.id)
      .where(sql`deleted_at is null`),
    index('columns_by_name')
      .on(table.name, table.id)
      .where(sql`deleted_at is null`),
    index('columns_by_class')
      .on(table.accessClass, table.assetId, table.ordinal, table.id)
      .where(sql`deleted_at is null`),
    index('columns_deleted')
      .on(table.assetId, table.ordinal, table.id)
      .where(sql`deleted_at is not null`),
  ],
);

/** How many living assets there are of each class and kind: totals of a million without counting them. Kept by triggers of `assets`. */
export const assetCounts = catalogSchema.table(
  'asset_counts',
  { accessClass: integer('access_class').notNull(), kind: text().notNull(), count: bigint({ mode: 'number' }).notNull() },
  (table) => [primaryKey({ columns: [table.accessClass, table.kind] })],
);

/** People's words about an asset. No row: nobody said anything. */
export const assetEdits = catalogSchema.table(
  'asset_edits',
  {
    assetId: uuid('asset_id').primaryKey(),
    description: text(),
    /** The asset's access class follows from this and its source. */
    domainId: uuid('domain_id'),
  },
  (table) => [
    index('asset_edits_domain')
      .on(table.domainId, table.assetId)
      .where(sql`domain_id is not null`),
  ],
);

export const assetOwners = catalogSchema.table(
  'asset_owners',
  {
    assetId: uuid('asset_id').notNull(),
    userId: uuid('user_id'),
    teamId: uuid('team_id'),
    role: text().notNull(),
  },
  (table) => [
    uniqueIndex('asset_owners_one_each').on(table.assetId, table.userId, table.teamId, table.role),
    index('asset_owners_user')
      .on(table.userId, table.assetId)
      .where(sql`user_id is not null`),
    index('asset_owners_team')
      .on(table.teamId, table.assetId)
      .where(sql`team_id is not null`),
    check('asset_owners_one', sql`num_nonnulls(user_id, team_id) = 1`),
  ],
);

export const assetTags = catalogSchema.table(
  'asset_tags',
  { assetId: uuid('asset_id').notNull(), tag: exactText('tag').notNull() },
  (table) => [primaryKey({ columns: [table.assetId, table.tag] }), index('asset_tags_tag').on(table.tag, table.assetId)],
);

export const assetTerms = catalogSchema.table(
  'asset_terms',
  { assetId: uuid('asset_id').notNull(), termId: uuid('term_id').notNull() },
  (table) => [primaryKey({ columns: [table.assetId, table.termId] }), index('asset_terms_term').on(table.termId, table.assetId)],
);

export const columnEdits = catalogSchema.table('column_edits', {
  columnId: uuid('column_id').primaryKey(),
  description: text(),
});

/** One row for each version. `changes` leads both ways; every 20th version also keeps the whole snapshot. */
export const assetVersions = catalogSchema.table(
  'asset_versions',
  {
    assetId: uuid('asset_id').notNull(),
    version: integer().notNull(),
    at: moment('at').notNull(),
    byUser: uuid('by_user'),
    byScanRun: uuid('by_scan_run'),
    changes: jsonb().$type<Change[]>().notNull(),
    snapshot: jsonb(),
  },
  (table) => [primaryKey({ columns: [table.assetId, table.version] })],
);

/**
 * How many living assets of each class have a label confirmed on any of their columns; `label` is '' for those that have any at all.
 * The replica of labels and a trigger of `assets` keep them: each adds its differences as rows of their own, so that writers never wait
 * for each other, and now and then one adds them up. What is read is the sum of all rows of a key.
 */
export const labelCounts = catalogSchema.table(
  'label_counts',
  {
    accessClass: integer('access_class').notNull(),
    label: exactText('label').notNull(),
    count: bigint({ mode: 'number' }).notNull(),
    /** False: a difference that is not added up yet. */
    isSum: boolean('is_sum').notNull().default(false),
  },
  (table) => [
    uniqueIndex('label_counts_sums')
      .on(table.accessClass, table.label)
      .where(sql`is_sum`),
    index('label_counts_differences')
      .on(table.isSum)
      .where(sql`not is_sum`),
    index('label_counts_by_class').on(table.accessClass),
  ],
);

export type AssetRow = typeof assets.$inferSelect;
export type ColumnRow = typeof columns.$inferSelect;
export type AssetVersionRow = typeof assetVersions.$inferSelect;

/** What policy says of columns, as its events told: so that lists filter by labels without asking policy. */
export const columnLabels = catalogSchema.table(
  'column_labels',
  {
    columnId: uuid('column_id').notNull(),
    assetId: uuid('asset_id').notNull(),
    label: exactText('label').notNull(),
    state: text().$type<LabelState>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.columnId, table.label] }),
    index('column_labels_by_asset').on(table.assetId),
    index('column_labels_by_label').on(table.label, table.state, table.assetId),
    index('column_labels_by_state').on(table.state, table.label, table.columnId),
  ],
);

/** The last event that told of an asset's labels: an older one that comes late changes nothing. */
export const labelledAssets = catalogSchema.table('labelled_assets', {
  assetId: uuid('asset_id').primaryKey(),
  seq: bigint({ mode: 'number' }).notNull(),
});
