import Link from 'next/link';
import { StatusMark, StatusWord, type Status } from '@/components/ui/status';
import { Time } from '@/components/ui/time';
import { formatCount, formatEnum, formatRun } from '@/lib/format';

type Run = {
  id: string;
  status: Status;
  queuedAt: string;
  startedAt?: string | null;
  finishedAt?: string | null;
  progress: { done: number; total?: number | null };
};

/** How a run stands, in a line: `Running 640 of 1,284`, `Completed 4 min`. */
export function RunStatus({ run }: { run: Run }) {
  const { status, progress, finishedAt, queuedAt } = run;
  if (status === 'RUNNING') {
    const { done, total } = progress;
    return (
      <StatusWord status={status}>
        Running{' '}
        <span className="text-fg-3">
          {formatCount(done)} {total ? `of ${formatCount(total)}` : 'so far'}
        </span>
      </StatusWord>
    );
  }
  return (
    <StatusWord status={status}>
      {status === 'NEEDS_REVIEW' ? 'Deletions held' : formatEnum(status)} <Time at={finishedAt ?? queuedAt} className="text-fg-3" />
    </StatusWord>
  );
}

/** The last runs as marks, the newest at the right. */
export const RunMarks = ({ runs }: { runs: readonly { id: string; status: Status; queuedAt: string }[] }) => (
  <span className="flex items-center gap-1">
    {runs.toReversed().map(({ id, status, queuedAt }) => {
      const words = `${formatEnum(status)}, run of ${formatRun(new Date(queuedAt))}`;
      return (
        <Link key={id} href={`/runs/${id}`} aria-label={words} title={words} className="flex size-4 items-center justify-center">
          <StatusMark status={status} className="size-3" />
        </Link>
      );
    })}
  </span>
);

const Sign = ({ sign, count, tone }: { sign: string; count: number; tone: string }) => (
  <span className={count > 0 ? tone : 'text-fg-3'}>
    {sign}
    {formatCount(count)}
  </span>
);

/** Added, changed, removed. */
export const RunCounts = ({ run: { added, changed, removed } }: { run: { added: number; changed: number; removed: number } }) => (
  <span
    className="inline-flex gap-2.5"
    title={`${formatCount(added)} added, ${formatCount(changed)} changed, ${formatCount(removed)} removed`}
  >
    <Sign sign="+" count={added} tone="text-ok-text" />
    <Sign sign="~" count={changed} tone="text-primary-text" />
    <Sign sign="−" count={removed} tone="text-error-text" />
  </span>
);
