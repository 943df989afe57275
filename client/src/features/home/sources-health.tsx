'use client';
import Link from 'next/link';
import { RestMissing } from '@/components/ui/rest-missing';
import { SkeletonRows } from '@/components/ui/skeleton';
import { ErrorPanel } from '@/components/ui/states';
import { StatusMark, type Status } from '@/components/ui/status';
import { Time } from '@/components/ui/time';
import { graphql } from '@/gql';
import type { SourcesHealthQuery } from '@/gql/graphql';
import { formatCount, formatEnum, plural } from '@/lib/format';
import { useAllPages } from '@/lib/graphql/use-all-pages';
import { useLive } from '@/lib/graphql/use-live';
import { usePages } from '@/lib/graphql/use-pages';
import { useRefresh } from './refresh';

const SOURCES_HEALTH = graphql(`
  query SourcesHealth($after: String) {
    sources(first: 200, after: $after) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        name
        lastRun {
          id
          status
          queuedAt
          finishedAt
          progress {
            phase
            done
            total
          }
          warnings {
            code
          }
          pendingDeletions(first: 1) {
            totalCount
          }
        }
      }
    }
  }
`);
// What it selects goes into the cache: the rows below follow.
const SOURCES_HEALTH_PROGRESS = graphql(`
  subscription SourcesHealthProgress($after: String) {
    scanProgress(after: $after) {
      cursor
      type
      run {
        id
        status
        finishedAt
        progress {
          phase
          done
          total
        }
      }
    }
  }
`);

type Source = NonNullable<SourcesHealthQuery['sources']>['nodes'][number];
const MOST = 8;
const UNHEALTHY: readonly string[] = ['FAILED', 'NEEDS_REVIEW'];
const isHealthy = ({ lastRun }: Source): boolean => lastRun != null && !UNHEALTHY.includes(lastRun.status);

export function SourcesHealth() {
  const { nodes, isLoading, isWhole, isFetching, error, retryRest, reload } = useAllPages(
    usePages(SOURCES_HEALTH, {}, (data) => data.sources),
  );
  useRefresh(['scan.', 'source.'], reload);
  useLive(SOURCES_HEALTH_PROGRESS, { variables: {}, onEvent: () => {} });
  const sources = isWhole || nodes.length > 0 ? nodes : undefined;
  if (sources?.length === 0 && !error) return null;
  // Those that need somebody come first, then those that are scanned now.
  const rank = (source: Source) => (!isHealthy(source) ? 0 : source.lastRun?.status === 'RUNNING' ? 1 : 2);
  const shown = sources?.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST);
  return (
    <section aria-label="Sources" className="border-t border-line">
      <header className="flex h-[38px] items-center gap-2 px-4">
        <h2 className="font-semibold">Sources</h2>
        {sources && sources.length > 0 && (
          <span className="text-fg-3">
            {sources.filter(isHealthy).length} of {formatCount(sources.length, !isWhole)} healthy
          </span>
        )}
      </header>
      {shown ? (
        <ul className="pb-3">
          {shown.map(({ id, name, lastRun }) => (
            <li key={id} className="group relative flex h-7 items-center gap-2.5 px-4 hover:bg-hover coarse:h-11">
              {lastRun ? (
                <span role="img" aria-label={formatEnum(lastRun.status)} className="flex">
                  <StatusMark status={lastRun.status as Status} />
                </span>
              ) : (
                <StatusMark status="QUEUED" />
              )}
              <Link
                href={lastRun ? `/runs/${lastRun.id}` : `/sources/${id}`}
                className="min-w-0 truncate after:absolute after:inset-0 group-hover:underline"
              >
                <bdi>{name}</bdi>
              </Link>
              <span className="ml-auto shrink-0 text-small text-fg-3">
                <Outcome run={lastRun} />
              </span>
            </li>
          ))}
          {sources!.length > MOST && (
            <li className="px-4 pt-1">
              <Link href="/sources" className="text-primary-text hover:underline">
                All {formatCount(sources!.length, !isWhole)} sources
              </Link>
            </li>
          )}
          {retryRest && (
            <li className="px-4 pt-1 text-small">
              <RestMissing isFetching={isFetching} onRetry={retryRest} />
            </li>
          )}
        </ul>
      ) : error && !isLoading ? (
        <ErrorPanel error={error} subject="The list of sources" onRetry={reload} />
      ) : (
        <SkeletonRows rows={3} />
      )}
    </section>
  );
}

function Outcome({ run }: { run: Source['lastRun'] }) {
  if (!run) return 'not scanned yet';
  const { status, progress, warnings, finishedAt, queuedAt, pendingDeletions } = run;
  switch (status) {
    case 'QUEUED':
      return 'queued';
    case 'RUNNING':
      return progress.total ? `${formatCount(progress.done)} of ${formatCount(progress.total)}` : `${formatCount(progress.done)} so far`;
    case 'NEEDS_REVIEW':
      return `${plural(pendingDeletions.totalCount ?? 0, 'deletion')} held`;
    case 'FAILED':
    case 'CANCELLED':
      return (
        <>
          {formatEnum(status).toLowerCase()}, <Time at={finishedAt ?? queuedAt} />
        </>
      );
    default:
      return (
        <>
          <Time at={finishedAt ?? queuedAt} />
          {warnings.length > 0 && `, ${plural(warnings.length, 'warning')}`}
        </>
      );
  }
}
