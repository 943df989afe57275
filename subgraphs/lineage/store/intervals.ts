/** How a flow's history grows, pure of any database. */
import type { FlowDetails } from '../graph/index.ts';

export type Interval = FlowDetails & { validFrom: Date; validTo: Date | null };
/** `resumed`: what ended at that very moment goes on, if it was of the job that details name: that it ended was not all that there was to tell. */
type Change = { change: 'opened' | 'closed' | 'resumed'; at: Date; details?: Partial<FlowDetails> };

const CERTAIN: FlowDetails = { transformation: 'DIRECT', confidence: 1, jobId: null, runId: null };

/**
 * The end of a flow's history (all of it, or one interval more than these close) after these changes. Events of one asset that two
 * processes wrote may tell times that go back, or be of one millisecond: an interval begins where the last one ended at the
 * earliest, and one that ends where it began has never been.
 */
export function foldChanges(history: readonly Interval[], changes: readonly Change[]): Interval[] {
  const intervals = [...history];
  for (const { change, at, details } of changes) {
    const last = intervals.at(-1);
    if (change === 'opened') {
      if (last?.validTo !== null) intervals.push({ ...CERTAIN, ...details, validFrom: later(at, last?.validTo), validTo: null });
    } else if (change === 'resumed') {
      const isIts = details?.jobId === undefined || details.jobId === last?.jobId;
      if (isIts && last?.validTo?.getTime() === at.getTime()) intervals.splice(-1, 1, { ...last, validTo: null });
    } else if (last?.validTo === null) {
      intervals.pop();
      if (at > last.validFrom) intervals.push({ ...last, validTo: at });
    }
  }
  return intervals;
}

const later = (at: Date, other: Date | undefined): Date => (other && other > at ? other : at);
