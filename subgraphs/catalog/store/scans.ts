/** Scans (configuration) and their runs (executions). */
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { Page } from '#platform/graphql/connections.ts';
import { newId } from '#platform/ids.ts';
import type { ReadWarning } from '../connectors/types.ts';
import type { AssetRow } from './tables/asset.ts';
import type { ScanRow, ScanRunRow, ScanWarningRow } from './tables/source.ts';

/** Warnings beyond this many are counted, not kept: a run's page stays readable and its answer small. */
export const MAX_WARNINGS = 500;

export const isOver = (status: string): boolean => status !== 'QUEUED' && status !== 'RUNNING';

export async function getScansById(sql: Queryable, ids: readonly string[]): Promise<ScanRow[]> {
  return await sql<ScanRow[]>`select * from catalog.scans where id = any(${ids as string[]}::uuid[])`;
}

export async function listScansOfSources(sql: Queryable, sourceIds: readonly string[]): Promise<ScanRow[]> {
  return await sql<ScanRow[]>`select * from catalog.scans where source_id = any(${sourceIds as string[]}::uuid[]) order by name, id`;
}

export async function insertScan(tx: Transaction, row: Omit<ScanRow, 'version'>): Promise<void> {
  await tx`insert into catalog.scans ${tx(row, 'id', 'sourceId', 'name', 'schedule', 'nextRunAt', 'include', 'exclude')}`;
}

export async function updateScanRow(
  tx: Transaction,
  id: string,
  values: Pick<ScanRow, 'name' | 'schedule' | 'nextRunAt' | 'include' | 'exclude' | 'version'>,
): Promise<void> {
  await tx`update catalog.scans set ${tx(values, 'name', 'schedule', 'nextRunAt', 'include', 'exclude', 'version')} where id = ${id}`;
}

export async function deleteScan(tx: Transaction, id: string): Promise<void> {
  await tx`delete from catalog.scans where id = ${id}`;
}

export async function lockScan(tx: Transaction, id: string): Promise<ScanRow | undefined> {
  const [row] = await tx<ScanRow[]>`select * from catalog.scans where id = ${id} for update`;
  return row;
}

/**
 * The scan whose time came first, locked: a second scheduler passes it by. One whose source is busy with another scan is
 * not given: its time stays, until there is room.
 */
export async function lockDueScan(tx: Transaction, now: Date): Promise<ScanRow | undefined> {
  const [row] = await tx<ScanRow[]>`
    select * from catalog.scans s
    where next_run_at <= ${now} and not exists (
      select from catalog.scan_runs r
      where r.source_id = s.source_id and r.status in ('QUEUED', 'RUNNING') and r.scan_id is distinct from s.id
    )
    order by next_run_at, id limit 1 for update of s skip locked`;
  return row;
}

export async function getRunsById(sql: Queryable, ids: readonly string[]): Promise<ScanRunRow[]> {
  return await sql<ScanRunRow[]>`select * from catalog.scan_runs where id = any(${ids as string[]}::uuid[])`;
}

export async function lockRun(tx: Transaction, id: string): Promise<ScanRunRow | undefined> {
  const [row] = await tx<ScanRunRow[]>`select * from catalog.scan_runs where id = ${id} for update`;
  return row;
}

export async function findCurrentRun(sql: Queryable, sourceId: string): Promise<ScanRunRow | undefined> {
  const [row] = await sql<ScanRunRow[]>`
    select * from catalog.scan_runs where source_id = ${sourceId} and status in ('QUEUED', 'RUNNING')`;
  return row;
}

/** A new run, or nothing when another one of the source is going on. */
export async function insertRun(
  tx: Transaction,
  row: Pick<ScanRunRow, 'id' | 'sourceId' | 'scanId' | 'startedBy' | 'queuedAt'>,
): Promise<ScanRunRow | undefined> {
  const [inserted] = await tx<ScanRunRow[]>`
    insert into catalog.scan_runs (id, source_id, scan_id, status, started_by, queued_at)
    values (${row.id}, ${row.sourceId}, ${row.scanId}, 'QUEUED', ${row.startedBy}, ${row.queuedAt})
    on conflict do nothing returning *`;
  return inserted;
}

export async function updateRun(tx: Queryable, id: string, values: Partial<Omit<ScanRunRow, 'id' | 'sourceId'>>): Promise<ScanRunRow> {
  const [row] = await tx<ScanRunRow[]>`
    update catalog.scan_runs set ${tx(values, ...(Object.keys(values) as (keyof typeof values)[]))} where id = ${id} returning *`;
  return row!;
}

export type RunCounts = Pick<ScanRunRow, 'added' | 'changed' | 'unchanged' | 'removed'>;

/** Adds to a run's counters in the batch's own transaction, so that a run that goes on after a crash counts on. */
export async function addToRun(
  tx: Transaction,
  id: string,
  counts: Partial<RunCounts> & { done: number },
): Promise<{ cancelRequested: boolean }> {
  const [row] = await tx<{ cancelRequested: boolean }[]>`
    update catalog.scan_runs set added = added + ${counts.added ?? 0}, changed = changed + ${counts.changed ?? 0},
      unchanged = unchanged + ${counts.unchanged ?? 0}, removed = removed + ${counts.removed ?? 0}, done = done + ${counts.done}
    where id = ${id} returning cancel_requested`;
  return row!;
}

export async function listRuns(sql: Queryable, sourceId: string, page: Page<[string, string]>): Promise<ScanRunRow[]> {
  return await sql<ScanRunRow[]>`
    select * from catalog.scan_runs where source_id = ${sourceId}
      ${page.after ? sql`and (queued_at, id) < (${page.after[0]}::timestamptz, ${page.after[1]}::uuid)` : sql``}
    order by queued_at desc, id desc limit ${page.first + 1}`;
}

export async function countRuns(sql: Queryable, sourceId: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*) as count from catalog.scan_runs where source_id = ${sourceId}`;
  return row!.count;
}

export async function listLastRuns(sql: Queryable, sourceIds: readonly string[]): Promise<ScanRunRow[]> {
  return await sql<ScanRunRow[]>`
    select r.* from unnest(${sourceIds as string[]}::uuid[]) as wanted(source_id)
    cross join lateral (select * from catalog.scan_runs where source_id = wanted.source_id order by queued_at desc, id desc limit 1) r`;
}

export async function insertWarnings(sql: Queryable, runId: string, warnings: readonly ReadWarning[]): Promise<void> {
  if (warnings.length === 0) return;
  const rows = warnings.map((warning) => ({ id: newId(), runId, code: warning.code, subject: warning.subject, message: warning.message }));
  await sql`insert into catalog.scan_warnings ${sql(rows, 'id', 'runId', 'code', 'subject', 'message')}`;
}

export async function listWarnings(sql: Queryable, runIds: readonly string[]): Promise<ScanWarningRow[]> {
  return await sql<ScanWarningRow[]>`select * from catalog.scan_warnings where run_id = any(${runIds as string[]}::uuid[]) order by id`;
}

export async function listPendingDeletions(
  sql: Queryable,
  runId: string,
  classes: 'all' | number[],
  page: Page<[string, string]>,
): Promise<AssetRow[]> {
  return await sql<AssetRow[]>`
    select a.* from catalog.pending_deletions p join catalog.assets a on a.id = p.asset_id
    where p.run_id = ${runId} and a.deleted_at is null ${classes === 'all' ? sql`` : sql`and a.access_class = any(${classes})`}
      ${page.after ? sql`and (a.name, a.id) > (${page.after[0]}, ${page.after[1]}::uuid)` : sql``}
    order by a.name, a.id limit ${page.first + 1}`;
}

export async function countPendingDeletions(sql: Queryable, runId: string, classes: 'all' | number[]): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*) as count from catalog.pending_deletions p join catalog.assets a on a.id = p.asset_id
    where p.run_id = ${runId} and a.deleted_at is null ${classes === 'all' ? sql`` : sql`and a.access_class = any(${classes})`}`;
  return row!.count;
}

export async function addPendingDeletions(tx: Transaction, runId: string, assetIds: readonly string[]): Promise<void> {
  await tx`
    insert into catalog.pending_deletions (run_id, asset_id)
    select ${runId}::uuid, id from unnest(${assetIds as string[]}::uuid[]) as id on conflict do nothing`;
}

/** What an earlier, killed try of the run told: its next try tells it again. */
export async function forgetFindings(tx: Transaction, runId: string): Promise<void> {
  await tx`delete from catalog.scan_warnings where run_id = ${runId}`;
  await tx`delete from catalog.pending_deletions where run_id = ${runId}`;
}

export async function takePendingDeletions(tx: Transaction, runId: string): Promise<string[]> {
  const rows = await tx<{ assetId: string }[]>`delete from catalog.pending_deletions where run_id = ${runId} returning asset_id`;
  return rows.map((row) => row.assetId);
}

/** Runs of this source that still wait for a review, but for this one. */
export async function lockHeldRuns(tx: Transaction, sourceId: string, except: string): Promise<ScanRunRow[]> {
  return await tx<ScanRunRow[]>`
    select * from catalog.scan_runs where source_id = ${sourceId} and status = 'NEEDS_REVIEW' and id <> ${except} for update`;
}

/** Runs that nobody works on although they are not over: candidates for being queued again. */
export async function listUnfinishedRuns(sql: Queryable, queuedBefore: Date): Promise<Pick<ScanRunRow, 'id' | 'sourceId'>[]> {
  return await sql<Pick<ScanRunRow, 'id' | 'sourceId'>[]>`
    select id, source_id from catalog.scan_runs where status in ('QUEUED', 'RUNNING') and queued_at < ${queuedBefore} order by queued_at limit 100`;
}

export async function cancelRunsOfScan(tx: Transaction, scanId: string): Promise<void> {
  await tx`update catalog.scan_runs set cancel_requested = true where scan_id = ${scanId} and status in ('QUEUED', 'RUNNING')`;
}
