'use client';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { DataTable, type TableColumn } from '@/components/ui/data-table';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { graphql } from '@/gql';
import type { RunsTabQuery } from '@/gql/graphql';
import { formatCount, formatDuration, formatRun } from '@/lib/format';
import { usePages } from '@/lib/graphql/use-pages';
import { RunCounts, RunStatus } from './run-facts';
import { useScanEvents } from './use-scan-events';

const RUNS_TAB = graphql(`
  query RunsTab($id: ID!, $after: String) {
    source(id: $id) {
      id
      runs(first: 50, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          id
          status
          queuedAt
          startedAt
          finishedAt
          added
          changed
          removed
          error
          warnings {
            code
          }
          progress {
            phase
            done
            total
            message
          }
          scan {
            id
            name
          }
        }
      }
    }
  }
`);
type RunRow = NonNullable<RunsTabQuery['source']>['runs']['nodes'][number];

const tookOf = ({ startedAt, finishedAt }: RunRow): string =>
  startedAt && finishedAt ? formatDuration(Date.parse(finishedAt) - Date.parse(startedAt)) : '';

const COLUMNS: readonly TableColumn<RunRow>[] = [
  {
    id: 'run',
    header: 'Run of',
    width: 180,
    cell: ({ id, queuedAt }) => (
      <Link href={`/runs/${id}`} className="font-medium hover:underline">
        {formatRun(new Date(queuedAt))}
      </Link>
    ),
  },
  {
    id: 'status',
    header: 'Status',
    cell: (run) => (
      <span className="inline-flex max-w-full items-center gap-2" title={run.error ?? undefined}>
        <RunStatus run={run} />
        {run.error && <span className="truncate text-fg-3">{run.error}</span>}
      </span>
    ),
  },
  { id: 'scan', header: 'Scan', width: 140, priority: 3, cell: ({ scan }) => <bdi>{scan?.name}</bdi> },
  { id: 'counts', header: 'Found', width: 150, priority: 2, cell: (run) => <RunCounts run={run} /> },
  {
    id: 'warnings',
    header: 'Warnings',
    width: 86,
    align: 'end',
    priority: 3,
    cell: ({ warnings }) => (warnings.length > 0 ? formatCount(warnings.length) : null),
  },
  { id: 'took', header: 'Took', width: 90, align: 'end', priority: 2, cell: tookOf },
];

/** What became of each scan of a source, the newest first. */
export function RunsTab({ sourceId }: { sourceId: string }) {
  const router = useRouter();
  const runs = usePages(RUNS_TAB, { id: sourceId }, (data) => data.source?.runs);
  useScanEvents((runId, of) => {
    if (of === sourceId && !runs.isFetching && !runs.nodes.some(({ id }) => id === runId)) runs.reload();
  });
  if (runs.error && runs.nodes.length === 0) return <ErrorPanel error={runs.error} subject="The list of runs" onRetry={runs.reload} />;
  return (
    <DataTable
      label="Runs"
      rows={runs.nodes}
      columns={COLUMNS}
      idOf={({ id }) => id}
      totalCount={runs.totalCount}
      isLoading={runs.isLoading}
      isFetching={runs.isFetching}
      hasMore={runs.hasNextPage}
      onMore={runs.loadMore}
      onRetryRest={runs.retryRest}
      onOpen={({ id }, { newTab }) => (newTab ? window.open(`/runs/${id}`, '_blank', 'noopener') : router.push(`/runs/${id}`))}
      compact={(run) => (
        <div className="flex min-w-0 flex-col">
          <span className="flex items-center justify-between gap-2">
            <Link href={`/runs/${run.id}`} className="font-medium">
              {formatRun(new Date(run.queuedAt))}
            </Link>
            <RunCounts run={run} />
          </span>
          <span className="flex items-center justify-between gap-2 text-small text-fg-2">
            <RunStatus run={run} />
            {tookOf(run)}
          </span>
        </div>
      )}
      empty={<EmptyState title="No runs yet">This source has not been scanned.</EmptyState>}
    />
  );
}
