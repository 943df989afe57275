/** How a run ends: its row, its last event, and what becomes of an older run's question. */
import type { Transaction } from '#platform/database/index.ts';
import { append } from '#platform/events/append.ts';
import type { NewEvent } from '#platform/events/types.ts';
import { following } from '#platform/dateTime.ts';
import * as runs from '../../store/scans.ts';
import type { ScanRunRow } from '../../store/tables/source.ts';

export type Outcome = { status: string; error: string | null };

/** Ends a run in the transaction of its last event. A newer run's answer replaces an older one's question. */
export async function endRun(tx: Transaction, row: ScanRunRow, outcome: Outcome): Promise<void> {
  const now = following(new Date(), row.startedAt, row.queuedAt);
  const { added, changed, unchanged, removed, done, total } = row;
  const counts = { added, changed, unchanged, removed, done, total };
  await runs.updateRun(tx, row.id, {
    status: outcome.status,
    error: outcome.error,
    finishedAt: now,
    phase: outcome.status.toLowerCase(),
    message: null,
  });
  const warnings = await runs.listWarnings(tx, [row.id]);
  const about = { subject: row.id, actorId: row.startedBy, attributes: { sourceId: row.sourceId } };
  const event: NewEvent =
    outcome.status === 'FAILED'
      ? { ...about, type: 'scan.failed', data: { ...counts, error: outcome.error ?? '' } }
      : outcome.status === 'CANCELLED'
        ? { ...about, type: 'scan.cancelled', data: counts }
        : outcome.status === 'NEEDS_REVIEW'
          ? { ...about, type: 'scan.held', data: { ...counts, pendingDeletions: await runs.countPendingDeletions(tx, row.id, 'all') } }
          : { ...about, type: 'scan.completed', data: { ...counts, status: outcome.status, warnings: warnings.length } };
  await append(tx, 'catalog', [event], now);
  if (outcome.status === 'FAILED' || outcome.status === 'CANCELLED') {
    await runs.takePendingDeletions(tx, row.id);
    return;
  }
  for (const older of await runs.lockHeldRuns(tx, row.sourceId, row.id)) {
    await runs.takePendingDeletions(tx, older.id);
    await runs.updateRun(tx, older.id, { status: 'COMPLETED_WITH_WARNINGS' });
    await runs.insertWarnings(tx, older.id, [
      { code: 'REVIEW_REPLACED', subject: null, message: 'A newer run replaced the question about these deletions.' },
    ]);
  }
}
