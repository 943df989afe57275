'use client';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { ButtonLink } from '@/components/ui/button';
import { DataTable, type TableColumn } from '@/components/ui/data-table';
import { Segmented } from '@/components/ui/field';
import { Name } from '@/components/ui/name';
import { SeverityMark, SeverityWord } from '@/components/ui/severity';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { StatusWord } from '@/components/ui/status';
import { Time } from '@/components/ui/time';
import { graphql } from '@/gql';
import type { ViolationsTabQuery, ViolationStatus } from '@/gql/graphql';
import { useLive } from '@/lib/graphql/use-live';
import { usePages } from '@/lib/graphql/use-pages';
import { useUrlState } from '@/lib/url-state';
import { useLater } from '@/lib/use-later';

const VIOLATIONS_TAB = graphql(`
  query ViolationsTab($id: ID!, $statuses: [ViolationStatus!], $after: String) {
    violations(filter: { assetIds: [$id], statuses: $statuses }, first: 50, after: $after, orderBy: { field: SEVERITY, direction: DESC }) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        severity
        status
        message
        raisedAt
        updatedAt
        waivedUntil
        column {
          id
          name
        }
        policy {
          id
          name
        }
      }
    }
  }
`);
const VIOLATIONS_TAB_LIVE = graphql(`
  subscription ViolationsTabLive($id: ID!, $after: String) {
    violationRaised(filter: { assetIds: [$id] }, after: $after) {
      cursor
      type
    }
  }
`);
type Violation = NonNullable<ViolationsTabQuery['violations']>['nodes'][number];

/** As many as the first answer has. */
const PAGE = 50;

const VIEWS = [
  { value: 'active', label: 'Active', statuses: ['OPEN', 'ACKNOWLEDGED'] },
  { value: 'waived', label: 'Waived', statuses: ['WAIVED'] },
  { value: 'resolved', label: 'Resolved', statuses: ['RESOLVED'] },
  { value: 'all', label: 'All', statuses: ['OPEN', 'ACKNOWLEDGED', 'WAIVED', 'RESOLVED'] },
] as const satisfies readonly { value: string; label: string; statuses: readonly ViolationStatus[] }[];

const COLUMNS: TableColumn<Violation>[] = [
  { id: 'severity', header: 'Severity', width: 110, cell: ({ severity }) => <SeverityWord severity={severity} /> },
  { id: 'finding', header: 'Finding', cell: ({ message }) => <bdi title={message}>{message}</bdi> },
  { id: 'column', header: 'Column', width: 170, priority: 3, cell: ({ column }) => column && <Name name={column.name} /> },
  {
    id: 'policy',
    header: 'Policy',
    width: 210,
    priority: 3,
    cell: ({ policy }) => (
      <Link href={`/policies/${policy.id}`} className="hover:underline">
        <bdi>{policy.name}</bdi>
      </Link>
    ),
  },
  { id: 'status', header: 'Status', width: 130, priority: 2, cell: ({ status }) => <StatusWord status={status} /> },
  { id: 'raised', header: 'Raised', width: 88, align: 'end', priority: 2, cell: ({ raisedAt }) => <Time at={raisedAt} /> },
];

/** What policies found wrong with this asset. Decisions are taken in the inbox. */
export function ViolationsTab({ id }: { id: string }) {
  const url = useUrlState();
  const router = useRouter();
  const view = VIEWS.find(({ value }) => value === url.get('show')) ?? VIEWS[0];
  const pages = usePages(VIOLATIONS_TAB, { id, statuses: [...view.statuses] }, ({ violations }) => violations);
  // A burst is one question. Who has read on keeps the place: rows that are listed follow by the cache.
  const reloadLater = useLater(() => pages.nodes.length <= PAGE && pages.reload(), 1_000);
  useLive(VIOLATIONS_TAB_LIVE, { variables: { id }, onEvent: reloadLater });
  const inbox = `/violations?asset=${id}&tab=${view.value}`;
  const hrefOf = (violation: Violation) => `${inbox}&violation=${violation.id}`;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-5 py-2 max-sm:px-3">
        <Segmented label="Show" value={view.value} onChange={(show) => url.set({ show })} options={VIEWS} />
        <ButtonLink href={inbox} variant="quiet" className="ml-auto">
          Open in the inbox
        </ButtonLink>
      </div>
      {pages.error && pages.nodes.length === 0 ? (
        <ErrorPanel error={pages.error} subject="The list of violations" rest="The rest of the page works." onRetry={pages.reload} />
      ) : (
        <DataTable
          label="Violations of this asset"
          rows={pages.nodes}
          columns={COLUMNS}
          idOf={(violation) => violation.id}
          totalCount={pages.totalCount}
          isLoading={pages.isLoading}
          isFetching={pages.isFetching}
          hasMore={pages.hasNextPage}
          onMore={pages.loadMore}
          onRetryRest={pages.retryRest}
          onOpen={(violation, { newTab }) =>
            newTab ? void window.open(hrefOf(violation), '_blank', 'noopener') : router.push(hrefOf(violation))
          }
          compact={({ severity, message, status, raisedAt }) => (
            <div className="flex min-w-0 flex-col">
              <span className="flex min-w-0 items-center gap-2">
                <SeverityMark severity={severity} />
                <bdi className="truncate">{message}</bdi>
              </span>
              <span className="flex gap-2 text-small text-fg-3">
                <StatusWord status={status} />
                <Time at={raisedAt} />
              </span>
            </div>
          )}
          empty={
            <EmptyState title={view.value === 'active' ? 'No open violations' : 'No violations here'}>
              {view.value === 'active' ? 'No policy in force finds anything wrong with this asset.' : 'None is in this state.'}
            </EmptyState>
          }
        />
      )}
    </div>
  );
}
