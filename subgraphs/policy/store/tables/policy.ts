import { sql } from 'drizzle-orm';
import { boolean, bigint, date, index, integer, jsonb, pgSchema, real, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { exactText, moment } from '#platform/database/columns.ts';
import type { LabelState, Severity } from '#platform/events/types.ts';

export const policySchema = pgSchema('policy');

/** In this order they compare. */
export const severity = policySchema.enum('severity', ['INFO', 'WARNING', 'ERROR', 'CRITICAL']);
export const violationStatus = policySchema.enum('violation_status', ['OPEN', 'ACKNOWLEDGED', 'WAIVED', 'RESOLVED']);

/** What an edit of a policy that is in force waits with until publishPolicy. `updatedAt`: ISO 8601. */
export type Draft = { name: string; description: string | null; params: unknown; scope: unknown; severity: Severity; updatedAt: string };

/** Governance policies: a rule type with its parameters, over the assets in scope. */
export const policies = policySchema.table(
  'policies',
  {
    id: uuid().primaryKey(),
    name: exactText('name').notNull(),
    description: text(),
    ruleType: text('rule_type').notNull(),
    params: jsonb().notNull(),
    scope: jsonb().notNull(),
    severity: severity().notNull(),
    status: text().$type<'DRAFT' | 'PUBLISHED' | 'RETIRED'>().notNull(),
    /** Counts every change of this row, so that nobody overwrites what they have not seen. */
    version: integer().notNull().default(1),
    draft: jsonb().$type<Draft>(),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [
    index('policies_by_name').on(table.name, table.id),
    index('policies_in_force')
      .on(table.id)
      .where(sql`status = 'PUBLISHED'`),
  ],
);

/** How far the evaluation of a policy over every asset is: a row from its first publishing on. A new one begins again from the first asset. */
export const evaluations = policySchema.table('evaluations', {
  policyId: uuid('policy_id').primaryKey(),
  /** That is evaluated. */
  policyVersion: integer('policy_version').notNull(),
  /** The last asset that was looked at, in the order of ids. */
  afterId: uuid('after_id'),
  done: integer().notNull().default(0),
  total: integer(),
  requestedAt: moment('requested_at').notNull(),
  startedAt: moment('started_at'),
  finishedAt: moment('finished_at'),
});

/** What policy keeps of each asset, as its events told. Tombstones too: their violations stay visible to whom they were. */
export const policyAssets = policySchema.table(
  'assets',
  {
    assetId: uuid('asset_id').primaryKey(),
    sourceId: uuid('source_id').notNull(),
    accessClass: integer('access_class').notNull(),
    kind: text().notNull(),
    namespace: exactText('namespace').notNull(),
    name: exactText('name').notNull(),
    /** Users and teams. */
    ownerIds: uuid('owner_ids')
      .array()
      .notNull()
      .default(sql`'{}'`),
    isDeleted: boolean('is_deleted').notNull().default(false),
    /** Names (of the same namespace) that a view reads, as they were at its last evaluation. */
    dependsOn: text('depends_on')
      .array()
      .notNull()
      .default(sql`'{}'`),
    /** The name under which the views that read it were last judged; null: they were not yet. Only that judging writes it. */
    judgedName: text('judged_name'),
    /** The event that told this: an older one that comes late changes nothing. 0: none did yet. */
    seq: bigint({ mode: 'number' }).notNull(),
  },
  (table) => [
    index('assets_by_name').on(table.namespace, table.name),
    index('assets_by_class').on(table.accessClass, table.assetId),
    index('assets_by_owner').using('gin', table.ownerIds),
    index('assets_by_dependency').using('gin', table.dependsOn),
  ],
);

/** What a column is: found by a rule, or decided by a person. */
export const columnLabels = policySchema.table(
  'column_labels',
  {
    id: uuid().primaryKey(),
    columnId: uuid('column_id').notNull(),
    assetId: uuid('asset_id').notNull(),
    columnName: exactText('column_name').notNull(),
    label: exactText('label').notNull(),
    state: text().$type<LabelState>().notNull(),
    confidence: real().notNull(),
    evidence: jsonb().notNull(),
    /** Whether a classification rule finds it now. What neither a rule finds nor a person decided has no row. */
    isFound: boolean('is_found').notNull(),
    /** Null: nobody decided. */
    decidedBy: uuid('decided_by'),
    decidedAt: moment('decided_at'),
    /** False while the column or its asset is deleted: a decision comes back with its column. */
    isLiving: boolean('is_living').notNull().default(true),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [
    uniqueIndex('column_labels_one_each').on(table.columnId, table.label),
    index('column_labels_by_asset').on(table.assetId, table.label),
  ],
);

export const violations = policySchema.table(
  'violations',
  {
    id: uuid().primaryKey(),
    policyId: uuid('policy_id').notNull(),
    /** The version of the policy that found it last. */
    policyVersion: integer('policy_version').notNull(),
    assetId: uuid('asset_id').notNull(),
    columnId: uuid('column_id'),
    columnName: text('column_name'),
    /** The asset's, so that lists filter without a join. */
    sourceId: uuid('source_id').notNull(),
    accessClass: integer('access_class').notNull(),
    severity: severity().notNull(),
    status: violationStatus().notNull(),
    message: text().notNull(),
    evidence: jsonb().notNull(),
    raisedAt: moment('raised_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
    resolvedAt: moment('resolved_at'),
    waivedUntil: moment('waived_until'),
    waivedBecause: text('waived_because'),
  },
  (table) => [
    // Never two of one thing that are not resolved.
    uniqueIndex('violations_one_each')
      .on(table.policyId, table.assetId, sql`coalesce(column_id, '00000000-0000-0000-0000-000000000000'::uuid)`)
      .where(sql`status <> 'RESOLVED'`),
    index('violations_by_time').on(table.raisedAt, table.id),
    // Status and severity have four values each: a list is a merge over those that are asked for, in either order.
    index('violations_by_status').on(table.status, table.severity, table.raisedAt, table.id),
    index('violations_by_class').on(table.accessClass, table.raisedAt, table.id),
    index('violations_by_class_status').on(table.accessClass, table.status, table.severity, table.raisedAt, table.id),
    index('violations_by_asset').on(table.assetId, table.raisedAt, table.id),
    index('violations_by_policy').on(table.policyId, table.status, table.severity, table.raisedAt, table.id),
    index('violations_by_policy_class').on(table.policyId, table.accessClass, table.status, table.severity, table.raisedAt, table.id),
    index('violations_by_update').on(table.updatedAt),
    index('violations_waived')
      .on(table.waivedUntil)
      .where(sql`status = 'WAIVED'`),
  ],
);

/**
 * How many violations there are, by two keys: class and policy (`day` is -infinity), class and day (`policyId` is zero).
 * Triggers keep them: each statement adds its differences as rows of their own, so that writers never wait for each other, and a
 * worker adds them up. What is read is the sum of all rows of a key.
 */
export const violationCounts = policySchema.table(
  'violation_counts',
  {
    accessClass: integer('access_class').notNull(),
    policyId: uuid('policy_id').notNull(),
    /** Of `raised_at` in UTC. */
    day: date().notNull(),
    severity: severity().notNull(),
    status: violationStatus().notNull(),
    count: integer().notNull(),
    /** False: a difference that is not added up yet. */
    isSum: boolean('is_sum').notNull().default(false),
  },
  (table) => [
    uniqueIndex('violation_counts_sums')
      .on(table.accessClass, table.policyId, table.day, table.severity, table.status)
      .where(sql`is_sum`),
    // Far fewer than those of days.
    index('violation_counts_of_policies')
      .on(table.policyId, table.accessClass)
      .where(sql`day = '-infinity'`),
    index('violation_counts_differences')
      .on(table.isSum)
      .where(sql`not is_sum`),
  ],
);

export type PolicyRow = typeof policies.$inferSelect;
export type EvaluationRow = typeof evaluations.$inferSelect;
export type PolicyAssetRow = typeof policyAssets.$inferSelect;
export type ColumnLabelRow = typeof columnLabels.$inferSelect;
export type ViolationRow = typeof violations.$inferSelect;
