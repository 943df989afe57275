'use client';
import { RefreshCw, User } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { RestMissing } from '@/components/ui/rest-missing';
import { Time } from '@/components/ui/time';
import { cn } from '@/lib/class-names';
import { plural } from '@/lib/format';
import { changeWords } from './change-words';
import { authorOf } from './changed-by';
import type { Version } from './history-tab';

type Props = {
  versions: readonly Version[];
  total: number;
  from: number;
  to: number;
  choose: (change: { from?: number; to?: number }) => void;
  hasMore: boolean;
  onRetryRest: (() => void) | null;
  isFetching: boolean;
  onMore: () => void;
};

/** Every version: pressed it shows what it changed; its ring makes it what the comparison starts from. */
export function VersionList({ versions, total, from, to, choose, hasMore, isFetching, onMore, onRetryRest }: Props) {
  return (
    <section
      aria-label="Versions"
      className="flex w-[282px] shrink-0 flex-col border-r border-line max-md:max-h-[38dvh] max-md:w-full max-md:border-r-0 max-md:border-b"
    >
      <p className="border-b border-line px-5 py-2.5 font-medium max-sm:px-3">{plural(total, 'version')}</p>
      <ol className="min-h-0 flex-1 overflow-y-auto">
        {versions.map((version) => {
          const { version: number, at, changes, by } = version;
          const role = number === to ? 'to' : number === from ? 'from' : null;
          const Mark = by ? User : RefreshCw;
          const words = changeWords(changes).join(', ') || (number === 1 ? 'Seen first' : 'No change of words or facts');
          return (
            <li key={number} className={cn('flex min-h-11 border-b border-line', role ? 'bg-primary-subtle' : 'hover:bg-hover')}>
              <button
                type="button"
                aria-label={[role, `Compare from version ${number}`].filter(Boolean).join(': ')}
                aria-pressed={number === from}
                title="Compare from here"
                className="flex w-14 shrink-0 items-center justify-center text-small font-medium text-primary-text"
                onClick={() => choose(number < to ? { from: number } : { from: to, to: number })}
              >
                {role ?? <span aria-hidden className="size-3.5 rounded-full border border-control" />}
              </button>
              <button
                type="button"
                className="min-w-0 flex-1 py-1.5 pr-4 text-left"
                aria-current={number === to ? 'true' : undefined}
                onClick={() => choose({ to: number, from: Math.max(1, number - 1) })}
              >
                <span className="flex gap-3">
                  <span className="w-6 shrink-0 font-medium">{number}</span>
                  <span className="truncate" title={words}>
                    {words}
                  </span>
                </span>
                <span className="flex items-center gap-1.5 pl-9 text-small text-fg-3">
                  <Mark aria-hidden className="size-3 shrink-0" strokeWidth={1.6} />
                  <bdi className="truncate">{authorOf(version)}</bdi>
                  <Time at={at} className="ml-auto shrink-0" />
                </span>
              </button>
            </li>
          );
        })}
        {hasMore && (
          <li className="p-3">
            {onRetryRest ? (
              <RestMissing isFetching={isFetching} onRetry={onRetryRest} />
            ) : (
              <Button busy={isFetching} onClick={onMore}>
                Older versions
              </Button>
            )}
          </li>
        )}
      </ol>
    </section>
  );
}
