'use client';
import { Name } from '@/components/ui/name';
import { Panel } from '@/components/ui/panel';
import { Progress } from '@/components/ui/progress';
import { StatusMark, type Status } from '@/components/ui/status';
import { cn } from '@/lib/class-names';
import { formatCount, formatDuration } from '@/lib/format';
import { isOver, phaseLabel, phasesOf, type PhaseState, type Seen } from './phases';
import type { RunData } from './use-run';

const MARKS: Readonly<Record<PhaseState, Status>> = {
  done: 'COMPLETED',
  current: 'RUNNING',
  ahead: 'QUEUED',
  failed: 'FAILED',
  left: 'CANCELLED',
  unreached: 'QUEUED',
};
const FILLS: Readonly<Record<PhaseState, string>> = {
  done: 'bg-primary',
  current: 'bg-primary-line',
  ahead: 'bg-hover',
  failed: 'bg-error-mark',
  left: 'bg-line-strong',
  unreached: 'bg-hover',
};
const WORDS: Readonly<Record<PhaseState, string>> = {
  done: 'done',
  current: 'going on',
  ahead: 'to come',
  failed: 'failed',
  left: 'cancelled',
  unreached: 'not reached',
};

/** Phases as equal segments, and how far the current one is. */
export function RunProgress({ run, seen, now }: { run: RunData; seen: Seen; now: number }) {
  const { phase, done, total, message } = run.progress;
  return (
    <Panel name="Progress" className="flex shrink-0 flex-col gap-3 p-3">
      <ol className="flex gap-3 overflow-x-auto">
        {phasesOf(run, seen, now).map(({ id, label, state, milliseconds }) => (
          <li key={id} className="min-w-24 flex-1" aria-current={state === 'current' ? 'step' : undefined}>
            <div aria-hidden className={cn('mb-2 h-1 rounded-full', FILLS[state])} />
            <span
              className={cn(
                'flex items-center gap-1.5',
                state === 'ahead' || state === 'unreached' ? 'text-fg-3' : state === 'current' && 'font-semibold',
              )}
            >
              <StatusMark status={MARKS[state]} />
              {label}
              <span className="sr-only">, {WORDS[state]}</span>
              {milliseconds !== null && <span className="ml-auto font-normal text-fg-3">{formatDuration(milliseconds)}</span>}
            </span>
          </li>
        ))}
      </ol>
      {run.status === 'RUNNING' && (
        <div className="flex items-center gap-3 max-sm:flex-col max-sm:items-stretch">
          <span className="flex w-60 min-w-0 shrink-0 items-baseline gap-1.5 max-sm:w-full">
            {phase === 'reading' ? 'Reading' : phaseLabel(phase)} {message && <Name name={message} />}
          </span>
          <Progress label="Assets" done={done} total={total ?? null} className="flex-1" />
        </div>
      )}
    </Panel>
  );
}

/** Counts of a run; their width stays. */
export function RunFigures({ run }: { run: RunData }) {
  const figures: readonly (readonly [label: string, count: number, hint: string])[] = [
    ['Added', run.added, 'new since the last run'],
    ['Changed', run.changed, 'a new version each'],
    ['Unchanged', run.unchanged, 'same content'],
    ['Removed', run.removed, 'kept as tombstone'],
    ['Warnings', run.warnings.length, isOver(run.status) ? 'the run went on' : 'the run goes on'],
  ];
  return (
    <dl className="grid shrink-0 grid-cols-5 rounded-panel border border-line max-sm:grid-cols-2">
      {figures.map(([label, count, hint]) => (
        <div
          key={label}
          className="border-l border-line px-3 py-2 first:border-l-0 max-sm:last:col-span-2 max-sm:odd:border-l-0 max-sm:nth-[n+3]:border-t"
        >
          <dt className="text-small text-fg-2">{label}</dt>
          <dd className="text-figure">{formatCount(count)}</dd>
          <dd className="text-small text-fg-3">{hint}</dd>
        </div>
      ))}
    </dl>
  );
}
