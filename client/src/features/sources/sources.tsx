'use client';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useQuery } from 'urql';
import { Page } from '@/components/page';
import { ButtonLink } from '@/components/ui/button';
import { DataTable, type TableColumn } from '@/components/ui/data-table';
import { Owners } from '@/components/ui/people';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { graphql } from '@/gql';
import type { SourcesQuery } from '@/gql/graphql';
import { formatCount } from '@/lib/format';
import { usePages } from '@/lib/graphql/use-pages';
import { useKeys } from '@/lib/keys';
import { useViewer } from '@/lib/viewer';
import { NextRun } from './next-run';
import { RunCounts, RunMarks, RunStatus } from './run-facts';
import { useScanEvents } from './use-scan-events';

const SOURCES = graphql(`
  query Sources($after: String) {
    sources(first: 50, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        name
        assetCount
        connector {
          id
          title
        }
        owners {
          role
          user {
            id
            name
          }
          team {
            id
            name
          }
        }
        scans {
          id
          schedule
        }
        lastRun {
          id
          status
          queuedAt
          startedAt
          finishedAt
          added
          changed
          removed
          error
          progress {
            phase
            done
            total
            message
          }
        }
        recent: runs(first: 10) {
          nodes {
            id
            status
            queuedAt
          }
        }
      }
    }
  }
`);
type SourceRow = NonNullable<SourcesQuery['sources']>['nodes'][number];

const schedulesOf = ({ scans }: SourceRow): string[] => scans.flatMap(({ schedule }) => schedule ?? []);

const LastRun = ({ source: { lastRun } }: { source: SourceRow }) =>
  lastRun ? (
    <Link
      href={`/runs/${lastRun.id}`}
      className="inline-flex min-h-6 items-center gap-2 hover:underline"
      title={lastRun.error ?? undefined}
    >
      <RunStatus run={lastRun} />
      {lastRun.status === 'NEEDS_REVIEW' && <span className="font-medium text-primary-text">Review</span>}
    </Link>
  ) : (
    <span className="text-fg-3">Never scanned</span>
  );

const COLUMNS: readonly TableColumn<SourceRow>[] = [
  {
    id: 'name',
    header: 'Name',
    cell: ({ id, name }) => (
      <Link href={`/sources/${id}`} className="font-medium hover:underline">
        <bdi>{name}</bdi>
      </Link>
    ),
  },
  { id: 'connector', header: 'Connector', width: 100, priority: 3, cell: ({ connector }) => connector.title },
  { id: 'last', header: 'Last run', width: 238, cell: (source) => <LastRun source={source} /> },
  { id: 'runs', header: 'Last ten', width: 216, priority: 4, cell: ({ recent }) => <RunMarks runs={recent.nodes} /> },
  { id: 'counts', header: 'Found', width: 136, priority: 2, cell: ({ lastRun }) => lastRun && <RunCounts run={lastRun} /> },
  { id: 'next', header: 'Next run', width: 116, priority: 3, cell: (source) => <NextRun schedules={schedulesOf(source)} /> },
  { id: 'assets', header: 'Assets', width: 72, align: 'end', priority: 2, cell: ({ assetCount }) => formatCount(assetCount) },
  { id: 'owner', header: 'Owner', width: 140, priority: 4, cell: ({ owners }) => <Owners owners={owners} /> },
];

/** What is connected, and how it is. */
export function Sources() {
  const router = useRouter();
  const { isAdmin } = useViewer();
  const sources = usePages(SOURCES, {}, (data) => data.sources);
  useScanEvents((_, sourceId) => {
    // A source that somebody has registered meanwhile.
    if (sourceId && !sources.hasNextPage && !sources.isFetching && !sources.nodes.some(({ id }) => id === sourceId)) sources.reload();
  });
  useKeys({ n: () => router.push('/sources/new') }, isAdmin);
  const register = isAdmin && (
    <ButtonLink variant="primary" href="/sources/new">
      Register a source
    </ButtonLink>
  );
  return (
    <Page title="Sources" count={sources.totalCount && formatCount(sources.totalCount)} fills actions={register}>
      {sources.error && sources.nodes.length === 0 ? (
        <ErrorPanel error={sources.error} subject="The list of sources" onRetry={sources.reload} />
      ) : (
        <DataTable
          label="Sources"
          rows={sources.nodes}
          columns={COLUMNS}
          idOf={({ id }) => id}
          totalCount={sources.totalCount}
          isLoading={sources.isLoading}
          isFetching={sources.isFetching}
          hasMore={sources.hasNextPage}
          onMore={sources.loadMore}
          onRetryRest={sources.retryRest}
          onOpen={({ id }, { newTab }) => (newTab ? window.open(`/sources/${id}`, '_blank', 'noopener') : router.push(`/sources/${id}`))}
          compact={(source) => (
            <div className="flex min-w-0 flex-col">
              <Link href={`/sources/${source.id}`} className="truncate font-medium">
                <bdi>{source.name}</bdi>
              </Link>
              <span className="flex items-center justify-between gap-2 text-small text-fg-2">
                <LastRun source={source} />
                <span>{formatCount(source.assetCount)} assets</span>
              </span>
            </div>
          )}
          empty={isAdmin ? <FirstSource /> : <EmptyState title="No sources">What you may see of sources appears here.</EmptyState>}
        />
      )}
    </Page>
  );
}

const FIRST_SOURCE = graphql(`
  query FirstSource {
    connectors {
      id
      title
    }
  }
`);

function FirstSource() {
  const [{ data }] = useQuery({ query: FIRST_SOURCE });
  return (
    <EmptyState
      title="No sources yet"
      action={
        <span className="flex flex-wrap justify-center gap-2">
          {data?.connectors?.map(({ id, title }) => (
            <ButtonLink key={id} href={`/sources/new?connector=${encodeURIComponent(id)}`}>
              {title}
            </ButtonLink>
          ))}
        </span>
      }
    >
      Register one to start cataloguing.
    </EmptyState>
  );
}
