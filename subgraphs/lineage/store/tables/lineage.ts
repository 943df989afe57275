import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, jsonb, pgSchema, primaryKey, real, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { exactText, moment } from '#platform/database/columns.ts';
import type { EdgeKind, Origin, RunState, Transformation } from '../../graph/index.ts';

export const lineageSchema = pgSchema('lineage');

/** One row: counts the writings of facts. It is locked from the first fact of a transaction to its end, so revisions are committed in their order. */
export const head = lineageSchema.table('head', {
  isOnly: boolean('is_only').primaryKey().default(true),
  revision: bigint({ mode: 'number' }).notNull(),
});

/** The writing that changed a row last: a projection reads what is above the one that it has come to. */
const revision = () => bigint({ mode: 'number' }).notNull().default(1);

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
    revision: revision(),
  },
  (table) => [
    index('assets_by_name')
      .on(table.namespace, table.name)
      .where(sql`not is_deleted`),
    // A hub's neighbours are looked up here one by one, or all that a viewer of few classes sees is read at once: never the rows themselves.
    index('assets_by_class').on(table.accessClass, table.assetId),
    index('assets_by_revision').on(table.revision, table.assetId),
  ],
);

/** Columns that something flows into or out of; the id is made of the asset's and the name (`columnNodeId`). Its class is the asset's. */
export const lineageColumns = lineageSchema.table(
  'columns',
  {
    columnId: uuid('column_id').primaryKey(),
    assetId: uuid('asset_id').notNull(),
    name: text().notNull(),
    /** Also where its asset's class changes: a projection has the class on the column. */
    revision: revision(),
  },
  (table) => [index('columns_by_asset').on(table.assetId), index('columns_by_revision').on(table.revision, table.columnId)],
);

/** What a view says that it reads: names, because the other side may not be scanned yet. The truth that edges are made from. */
export const dependencies = lineageSchema.table(
  'dependencies',
  {
    assetId: uuid('asset_id').notNull(),
    namespace: exactText('namespace').notNull(),
    name: exactText('name').notNull(),
    /** What had that name has another one since: the source says so before the view's own words follow. Null: nothing has been renamed. */
    renamedTo: exactText('renamed_to'),
    /** Of those columns; empty where the source does not say. */
    columns: text().array().notNull(),
    /** Which of those columns go into which of the view's, as its SQL says: [from, to, transformation, confidence]. */
    flows: jsonb().$type<[from: string, to: string, transformation: Transformation, confidence: number][]>().notNull().default([]),
    /** Who read the flows, and of what, the same on all of a view's rows; null: nobody could, or it has no SQL as far as is known. */
    readFrom: text('read_from'),
  },
  (table) => [
    primaryKey({ columns: [table.assetId, table.namespace, table.name] }),
    index('dependencies_by_name').on(table.namespace, table.name),
    index('dependencies_by_new_name')
      .on(table.namespace, table.renamedTo)
      .where(sql`renamed_to is not null`),
  ],
);

/** What moves data: named as OpenLineage does. The id is made of the name. */
export const jobs = lineageSchema.table(
  'jobs',
  {
    jobId: uuid('job_id').primaryKey(),
    namespace: text().notNull(),
    name: text().notNull(),
    revision: revision(),
  },
  (table) => [index('jobs_by_revision').on(table.revision, table.jobId)],
);

/** What a job's producer told of its going to work, as it is by all that came. The id is made of the job's name and the producer's id of the run. */
export const runs = lineageSchema.table(
  'runs',
  {
    id: uuid().primaryKey(),
    jobId: uuid('job_id').notNull(),
    runId: uuid('run_id').notNull(),
    state: text().$type<RunState>().notNull(),
    startedAt: moment('started_at'),
    endedAt: moment('ended_at'),
    /** `startedAt`; while that is not known, the time of the first event. */
    begunAt: moment('begun_at').notNull(),
    revision: revision(),
  },
  (table) => [
    // A job's, page by page.
    index('runs_by_job').on(table.jobId, table.begunAt, table.id),
    index('runs_by_revision').on(table.revision, table.id),
  ],
);

/** What people said that flows, with their reasons; the edge is among the others. One that is said again after it was retracted is a new row. */
export const declarations = lineageSchema.table(
  'declarations',
  {
    id: uuid().primaryKey(),
    fromId: uuid('from_id').notNull(),
    toId: uuid('to_id').notNull(),
    reason: text().notNull(),
    declaredBy: uuid('declared_by').notNull(),
    declaredAt: moment('declared_at').notNull(),
    retractedBy: uuid('retracted_by'),
    retractedAt: moment('retracted_at'),
    retractedBecause: text('retracted_because'),
  },
  (table) => [
    uniqueIndex('declarations_open')
      .on(table.fromId, table.toId)
      .where(sql`retracted_at is null`),
    index('declarations_by_ends').on(table.fromId, table.toId, table.declaredAt),
  ],
);

/**
 * Data flows from one asset to another, or from one column to another, during an interval. What a source stops reporting is closed, not
 * erased; reported again it is a new row. No row is ever deleted, so that projections hear of every change: an interval that was none
 * after all ends where it begins, and holds at no moment.
 */
export const edges = lineageSchema.table(
  'edges',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
    fromId: uuid('from_id').notNull(),
    toId: uuid('to_id').notNull(),
    kind: text().$type<EdgeKind>().notNull(),
    origin: text().$type<Origin>().notNull(),
    transformation: text().$type<Transformation>().notNull().default('DIRECT'),
    /** From 0 to 1. */
    confidence: real().notNull().default(1),
    jobId: uuid('job_id'),
    /** The row of the run that opened it, of origin EVENT. */
    runId: uuid('run_id'),
    validFrom: moment('valid_from').notNull(),
    /** Null: it still does. Never before `validFrom`. */
    validTo: moment('valid_to'),
    revision: revision(),
  },
  (table) => [
    uniqueIndex('edges_open')
      .on(table.fromId, table.toId, table.kind, table.origin)
      .where(sql`valid_to is null`),
    // It includes valid_to (migration 0006): drizzle has no word for that.
    uniqueIndex('edges_by_source').on(table.fromId, table.toId, table.kind, table.origin, table.validFrom),
    // With what tells whether it holds, last: so now and any other moment are answered from it alone, and writing has one index less.
    index('edges_by_target').on(table.toId, table.fromId, table.validFrom, table.validTo),
    index('edges_by_revision').on(table.revision, table.id),
    // What a job moves, page by page; nothing of what no job is known of.
    index('edges_by_job')
      .on(table.jobId, table.kind, table.validFrom, table.fromId, table.toId, table.origin)
      .where(sql`job_id is not null`),
  ],
);

export type EdgeRow = typeof edges.$inferSelect;
