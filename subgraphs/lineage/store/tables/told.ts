import { index, integer, jsonb, text, uuid } from 'drizzle-orm/pg-core';
import { moment } from '#platform/database/columns.ts';
import type { EdgeKind, Transformation } from '../../graph/index.ts';
import type { Telling } from '../../openLineage/telling.ts';
import { lineageSchema } from './lineage.ts';

/**
 * What OpenLineage events told of runs that still count: of each job its last that completed, those that go on, and the last that ended. By name,
 * because what has the name may come later. Who may tell only of some assets has rows of its own.
 */
export const toldRuns = lineageSchema.table(
  'told_runs',
  {
    /** Made of the job, the run (or the moment, of what is told of the job itself) and of what who told it may tell. */
    id: uuid().primaryKey(),
    jobId: uuid('job_id').notNull(),
    /** The run's node; null: told of the job itself. */
    runId: uuid('run_id'),
    /** Classes of the assets that it may tell data to flow into; null: all. */
    classes: integer().array(),
    told: jsonb().$type<Telling>().notNull(),
    /** Of its datasets (`datasetNameId`). */
    names: uuid().array().notNull(),
  },
  (table) => [index('told_runs_by_job').on(table.jobId), index('told_runs_by_name').using('gin', table.names)],
);

/**
 * Which job tells of which flow now, and since when: several may tell of one, whose edge names the one that opened it. Of what the job's last run
 * told no more the row stays, ended, until the next one completes: the run's other events may still come.
 */
export const toldFlows = lineageSchema.table(
  'told_flows',
  {
    fromId: uuid('from_id').notNull(),
    toId: uuid('to_id').notNull(),
    kind: text().$type<EdgeKind>().notNull(),
    jobId: uuid('job_id').notNull(),
    /** The row of `told_runs` that told of it first. It may be gone. */
    toldBy: uuid('told_by').notNull(),
    /** That run's node. */
    runId: uuid('run_id'),
    /** The assets of the columns; between assets the same as the ends. */
    fromAssetId: uuid('from_asset_id').notNull(),
    toAssetId: uuid('to_asset_id').notNull(),
    transformation: text().$type<Transformation>().notNull(),
    since: moment('since').notNull(),
    /** When that run was heard of last, as far as is known. */
    toldAt: moment('told_at').notNull(),
    until: moment('until'),
    /** The row of `told_runs` that told of it no more. */
    endedBy: uuid('ended_by'),
  },
  (table) => [index('told_flows_by_ends').on(table.fromId, table.toId, table.kind), index('told_flows_by_job').on(table.jobId)],
);
