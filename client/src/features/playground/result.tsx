'use client';
import { Badge } from '@/components/ui/badge';
import { RefetchLine, SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import type { Told } from '@/lib/errors';
import { formatBytes, formatCount, formatDuration, plural } from '@/lib/format';
import { modKey } from '@/lib/keys';
import { Editor } from './editor';
import type { Answer, AnswerError } from './send';
import type { Run } from './use-run';

const MOST_SHOWN = 3;

export const ResultFigures = ({ answer }: { answer: Answer }) => (
  <div className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5 text-small text-fg-3">
    <span className={answer.status >= 400 ? 'text-error-text' : undefined}>HTTP {answer.status}</span>
    <span>{formatTook(answer.durationMs)}</span>
    <span>{formatBytes(answer.size)}</span>
    {[...new Set(answer.errors.map(({ code }) => code))].map((code) => (
      <Badge key={code} tone="error">
        {code}
      </Badge>
    ))}
  </div>
);

export const formatTook = (durationMs: number): string =>
  durationMs < 1000 ? `${formatCount(Math.round(durationMs))} ms` : formatDuration(durationMs);

/** What came back, as it came; what is wrong with it above. */
export function Result({ isRunning, answer, problem, onRetry }: Run & { onRetry: () => void }) {
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <RefetchLine isOn={isRunning} />
      {problem && <ErrorPanel error={problem} onRetry={problem.code === 'UPSTREAM_UNAVAILABLE' ? onRetry : undefined} />}
      {answer && answer.errors.length > 0 && <Errors errors={answer.errors} />}
      {answer ? (
        <div className="min-h-0 flex-1">
          <Editor value={answer.text} language="json" label="Result" />
        </div>
      ) : isRunning ? (
        <SkeletonRows />
      ) : (
        !problem && (
          <EmptyState title="Nothing has run yet">
            {modKey()}
            Enter runs the operation. What comes back is shown here.
          </EmptyState>
        )
      )}
    </div>
  );
}

function Errors({ errors }: { errors: readonly AnswerError[] }) {
  const more = errors.length - MOST_SHOWN;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard
    <div className="max-h-[45%] shrink-0 overflow-y-auto border-b border-line" tabIndex={0} role="region" aria-label="Errors">
      {errors.slice(0, MOST_SHOWN).map((error, index) => (
        <ErrorPanel key={index} error={tell(error)} />
      ))}
      {more > 0 && <p className="px-4 pb-3 text-small text-fg-3">{plural(more, 'other error')} below.</p>}
    </div>
  );
}

/** In the server's own words: they are for who writes operations. */
function tell({ message, code, path, line, cost, limit, of, requestId }: AnswerError): Told {
  const parts = [
    cost !== undefined && limit !== undefined && `Cost ${formatCount(cost)} against a limit of ${formatCount(limit)}${of ? ` ${of}` : ''}.`,
    path && `At ${path}.`,
    line !== undefined && `Line ${line}.`,
  ];
  return { title: message || code, text: parts.filter(Boolean).join(' '), code, requestId };
}
