'use client';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { SkeletonRows } from '@/components/ui/skeleton';
import { cn } from '@/lib/class-names';
import { formatMoment } from '@/lib/format';
import type { CombinedError } from '@urql/core';
import type { ChangeLine } from './words';

type Props = {
  lines: readonly (ChangeLine & { isDrawn: boolean })[] | null;
  isTruncated: boolean;
  error: CombinedError | undefined;
  compare: string | null;
  asOf: string | null;
  onGoTo: (line: ChangeLine) => void;
};

/** What is different between the two moments, as sentences; one brings its flow into the middle. */
export function ChangesPanel({ lines, isTruncated, error, compare, asOf, onGoTo }: Props) {
  if (!compare) {
    return (
      <EmptyState title="Nothing to compare with">
        Choose “Compare with” below the graph: what came and what went since then is shown here.
      </EmptyState>
    );
  }
  if (error && !lines) return <ErrorPanel error={error} subject="The comparison" />;
  if (!lines) return <SkeletonRows rows={4} />;
  const span = `between ${formatMoment(new Date(compare))} and ${asOf ? formatMoment(new Date(asOf)) : 'now'}`;
  if (lines.length === 0) return <EmptyState title="No flow came or went">Nothing differs {span}.</EmptyState>;
  return (
    <>
      <p className="px-4 pt-3 pb-1 text-small text-fg-3">
        {isTruncated && 'At least: '}
        {span}
      </p>
      <ol>
        {lines.map((line) => (
          <li key={`${line.id} ${line.is} ${line.origin} ${line.at}`}>
            <button
              type="button"
              disabled={!line.isDrawn}
              onClick={() => onGoTo(line)}
              className="flex w-full items-start gap-2 px-4 py-1.5 text-left enabled:hover:bg-hover"
            >
              <span
                aria-hidden
                className={cn('w-3 shrink-0 font-mono font-semibold', line.is === 'added' ? 'text-ok-text' : 'text-error-text')}
              >
                {line.is === 'added' ? '+' : '−'}
              </span>
              <span className="min-w-0 break-words">
                <span className="sr-only">{line.is === 'added' ? 'Added: ' : 'Removed: '}</span>
                <bdi className="font-mono">{line.from}</bdi> {line.is === 'added' ? 'flows into' : 'no longer flows into'}{' '}
                <bdi className="font-mono">{line.to}</bdi>
                <span className="block text-small text-fg-3">
                  {line.at && formatMoment(new Date(line.at))}, {line.origin}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}
