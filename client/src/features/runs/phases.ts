/** A run as a row of phases: those that are known ahead, others as they come. */
export type Seen = Readonly<Record<string, number>>;
/** `left`: the run was cancelled in it; `unreached`: it ended before. */
export type PhaseState = 'done' | 'current' | 'ahead' | 'failed' | 'left' | 'unreached';
export type Phase = { id: string; label: string; state: PhaseState; milliseconds: number | null };
export type RunLike = {
  status: string;
  startedAt?: string | null;
  finishedAt?: string | null;
  progress: { phase: string; done: number; total?: number | null };
};

const KNOWN: readonly (readonly [id: string, label: string])[] = [
  ['connecting', 'Connect'],
  ['reading', 'Read'],
];
const LABELS: Readonly<Record<string, string>> = Object.fromEntries(KNOWN);
/** What the API tells as the phase of a run that waits or is over. */
const NO_PHASE: ReadonlySet<string> = new Set([
  'queued',
  'reviewed',
  'completed',
  'completed_with_warnings',
  'needs_review',
  'failed',
  'cancelled',
]);

export const isPhase = (phase: string): boolean => phase !== '' && !NO_PHASE.has(phase);
export const phaseLabel = (phase: string): string => LABELS[phase] ?? phase.charAt(0).toUpperCase() + phase.slice(1).replaceAll('_', ' ');
export const isOver = (status: string): boolean => status !== 'QUEUED' && status !== 'RUNNING';

/** When each phase was first heard of, in milliseconds since 1970. */
export const withSeen = (seen: Seen, phase: string, at: number): Seen =>
  isPhase(phase) && !(phase in seen) ? { ...seen, [phase]: at } : seen;

/** The phase that a run is in, or ended in: what it has read tells it where the API only says how it ended. */
function lastPhase({ progress: { phase, done, total } }: RunLike, seen: Seen): string {
  if (isPhase(phase)) return phase;
  const heard = Object.entries(seen).toSorted(([, a], [, b]) => b - a)[0]?.[0];
  return heard ?? (done > 0 || (total ?? 0) > 0 ? 'reading' : 'connecting');
}

const stateOfLast = (status: string): PhaseState => (status === 'FAILED' ? 'failed' : status === 'CANCELLED' ? 'left' : 'current');

export function phasesOf(run: RunLike, seen: Seen, now: number): Phase[] {
  const ids = [
    ...new Set([...KNOWN.map(([id]) => id), ...Object.keys(seen), ...(isPhase(run.progress.phase) ? [run.progress.phase] : [])]),
  ];
  const isComplete = isOver(run.status) && run.status !== 'FAILED' && run.status !== 'CANCELLED';
  const hasBegun = run.status !== 'QUEUED' && (run.status !== 'CANCELLED' || run.startedAt != null);
  const at = !hasBegun ? -1 : isComplete ? ids.length : ids.indexOf(lastPhase(run, seen));
  const starts = ids.map((id, index) => (index === 0 && run.startedAt ? Date.parse(run.startedAt) : (seen[id] ?? null)));
  const end = run.finishedAt ? Date.parse(run.finishedAt) : now;
  return ids.map((id, index) => {
    const state = index < at ? 'done' : index > at ? (isOver(run.status) ? 'unreached' : 'ahead') : stateOfLast(run.status);
    const from = starts[index] ?? null;
    const until = starts.slice(index + 1).find((start) => start !== null) ?? (index >= Math.min(at, ids.length - 1) ? end : null);
    return {
      id,
      label: phaseLabel(id),
      state,
      milliseconds: state === 'ahead' || state === 'unreached' || from === null || until === null ? null : Math.max(0, until - from),
    };
  });
}

/** How long it may still take; null before a tenth and ten seconds are over, or without a total. */
export function remaining({ startedAt, progress: { done, total } }: RunLike, now: number): number | null {
  if (!startedAt || !total || done <= 0 || done >= total) return null;
  const elapsed = now - Date.parse(startedAt);
  return elapsed < 10_000 || done / total < 0.1 ? null : (elapsed * (total - done)) / done;
}

/** Of a run that is going on: what screen readers are told, a sentence for each quarter and each phase. */
export function milestone({ status, progress: { phase, done, total } }: RunLike): string | null {
  if (status !== 'RUNNING') return null;
  const quarter = total ? Math.floor((4 * Math.min(done, total)) / total) : 0;
  return quarter === 0 ? phaseLabel(phase) : `${phaseLabel(phase)}, ${quarter * 25} percent`;
}
