/** What becomes of edges when a job tells something else than before. Pure of any database. */
import type { FlowDetails } from '../graph/index.ts';
import type { FlowChange } from '../store/facts.ts';
import { foldChanges, type Interval } from '../store/intervals.ts';
import type { ToldFlow } from '../store/told.ts';
import { flowKey, isSameRow, type Step } from './intakeFlows.ts';

/** Intervals of a flow that one step may take back: a job has two rows of it at most that are not history. */
export const MOST_UNDONE = 2;

/** `tellers`: what all jobs tell of the steps' flows before them; `historyOf`: the last intervals of each, one more than `MOST_UNDONE` for each of its steps. */
export function changesOf(
  steps: readonly Step[],
  tellers: readonly ToldFlow[],
  historyOf: (flowKey: string) => readonly Interval[],
): FlowChange[] {
  const rows = Map.groupBy(tellers, flowKey);
  const histories = new Map<string, readonly Interval[]>();
  const changes: FlowChange[] = [];
  for (const step of steps) {
    const key = flowKey(step);
    const history = histories.get(key) ?? historyOf(key);
    const others = (rows.get(key) ?? []).filter(({ jobId }) => jobId !== step.jobId);
    const made = changeOne(
      step,
      others.filter(({ until }) => until === null),
      history.at(-1),
    );
    histories.set(key, foldChanges(history, made));
    rows.set(key, [...others, ...step.after]);
    const { fromId, toId, kind } = step;
    for (const change of made) changes.push({ fromId, toId, kind, origin: 'EVENT', ...change });
  }
  return changes;
}

type Change = Pick<FlowChange, 'change' | 'at' | 'details'>;

/**
 * An edge is open as long as one job tells of its flow, and names the one that opened it. What another job opened stays as it is; what this
 * one opened is taken back as far as it tells something else now, and told anew. Where it tells no more, another that does takes its place.
 */
function changeOne({ jobId, before, after }: Step, others: readonly ToldFlow[], last: Interval | undefined): Change[] {
  if (last?.validTo === null && last.jobId !== jobId && others.length > 0) return [];
  const changes: Change[] = [];
  const same = before[0] && after[0] && isSameRow(before[0], after[0]);
  // From the end back to where both are the same.
  for (const row of before.slice(same ? 1 : 0).toReversed()) {
    if (row.until) changes.push(...resume(row));
    changes.push({ change: 'closed', at: row.since });
  }
  const sameEnd = same && before[0]!.until?.getTime() === after[0]!.until?.getTime();
  if (same && !sameEnd && before[0]!.until) changes.push(...resume(before[0]!));
  for (const [place, row] of after.entries()) {
    if (!(same && place === 0)) changes.push(open(row, row.since));
    if (row.until && !(sameEnd && place === 0)) changes.push({ change: 'closed', at: row.until });
  }
  const end = after.at(-1)?.until ?? (after.length === 0 ? before.at(-1)?.since : null);
  const next = others.toSorted((a, b) => a.since.getTime() - b.since.getTime() || (a.jobId < b.jobId ? -1 : 1))[0];
  if (end && next) changes.push(open(next, next.since > end ? next.since : end));
  return changes;
}

const open = ({ transformation, jobId, runId }: ToldFlow, at: Date): Change => {
  const details: FlowDetails = { transformation, confidence: 1, jobId, runId };
  return { change: 'opened', at, details };
};
/** Where it had been none, or another job's, it begins again. */
const resume = (row: ToldFlow): Change[] => {
  const begun = open(row, row.since);
  return [{ ...begun, change: 'resumed', at: row.until! }, begun];
};
