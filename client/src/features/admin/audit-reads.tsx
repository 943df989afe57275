'use client';
import { RefreshCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { Page } from '@/components/page';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { DataTable, type TableColumn } from '@/components/ui/data-table';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { Time } from '@/components/ui/time';
import { graphql } from '@/gql';
import type { AuditReadFragment } from '@/gql/graphql';
import { formatCount } from '@/lib/format';
import { usePages } from '@/lib/graphql/use-pages';
import { useUrlState } from '@/lib/url-state';
import { READ_FILTERS, readFilterOf } from './audit-filter';
import { AuditFilters } from './audit-filters';
import { AuditReadPanel } from './audit-read-panel';
import { Subject } from './audit-subject';
import { AuditTime, ZonedHead } from './audit-time';
import { pageOfRead, shortIds } from './read-words';

const AUDIT_READS = graphql(`
  query AuditReads($after: String, $userId: ID, $subject: ID, $since: DateTime, $until: DateTime) {
    readAudit(first: 50, after: $after, userId: $userId, subject: $subject, since: $since, until: $until) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        ...AuditRead
      }
    }
  }

  fragment AuditRead on AuditedRead {
    id
    user {
      id
      name
    }
    tokenId
    operation
    fields
    subjectIds
    count
    firstAt
    lastAt
  }
`);

type Read = AuditReadFragment;

const NOBODY = 'a user that is gone';

/** Who read what, by which operation. */
export function AuditReads({ tabs }: { tabs: ReactNode }) {
  const { params, get, set } = useUrlState();
  const reads = usePages(AUDIT_READS, readFilterOf(get), ({ readAudit }) => readAudit);
  const isFiltered = READ_FILTERS.some((name) => params.has(name));
  const current = reads.nodes.find(({ id }) => id === get('read'));
  const columns: TableColumn<Read>[] = [
    { id: 'time', header: <ZonedHead>Last read</ZonedHead>, width: 204, cell: ({ lastAt }) => <AuditTime at={lastAt} />, priority: 3 },
    {
      id: 'user',
      header: 'User',
      width: 156,
      cell: ({ user, tokenId }) => (
        <span className="flex items-center gap-2">
          <bdi className={user ? 'truncate' : 'truncate text-fg-3'}>{user?.name ?? NOBODY}</bdi>
          {tokenId && <Badge>token</Badge>}
        </span>
      ),
    },
    {
      id: 'operation',
      header: 'Operation',
      width: 176,
      cell: ({ operation }) => (operation ? <code title={operation}>{operation}</code> : <span className="text-fg-3">without a name</span>),
      priority: 2,
    },
    { id: 'fields', header: 'Fields', cell: ({ fields }) => <code title={fields.join(', ')}>{fields.join(', ')}</code>, priority: 3 },
    {
      id: 'subjects',
      header: 'Subjects',
      width: 196,
      cell: ({ fields, subjectIds }) => (
        <code>
          <Subject text={shortIds(subjectIds)} href={subjectIds.length === 1 ? pageOfRead(fields, subjectIds[0]!) : null} />
        </code>
      ),
      priority: 2,
    },
    { id: 'count', header: 'Times', width: 84, align: 'end', cell: ({ count }) => formatCount(count) },
  ];
  return (
    <Page
      title="Audit log"
      fills
      actions={
        <Button icon={<RefreshCw className="size-3.5" strokeWidth={1.6} />} onClick={reads.reload}>
          Load anew
        </Button>
      }
    >
      {tabs}
      <div className="flex flex-col gap-3 p-5 pb-3 max-sm:p-3">
        <p className="max-w-[110ch] text-fg-2">
          Queries that were answered and subscriptions that were begun. They are written in batches of half a minute: what was read just now
          comes with the next one, and the same read again in one batch only counts. A server that is killed loses the batch that it was
          gathering.
        </p>
        <AuditFilters ofReads />
      </div>
      <div className="relative flex min-h-0 flex-1">
        {reads.error && reads.nodes.length === 0 ? (
          <ErrorPanel error={reads.error} subject="The audit of reads" onRetry={reads.reload} />
        ) : (
          <DataTable
            label="Reads, the latest batch first"
            rows={reads.nodes}
            columns={columns}
            idOf={({ id }) => id}
            totalCount={reads.totalCount}
            isLoading={reads.isLoading}
            isFetching={reads.isFetching}
            hasMore={reads.hasNextPage}
            onMore={reads.loadMore}
            onRetryRest={reads.retryRest}
            openedId={current?.id}
            onOpen={({ id }) => set({ read: id })}
            compact={({ user, operation, fields, count, lastAt }) => (
              <div className="min-w-0">
                <p className="flex justify-between gap-2">
                  <bdi className="truncate">{user?.name ?? NOBODY}</bdi>{' '}
                  <Time at={lastAt} as="moment" className="shrink-0 text-small text-fg-3" />
                </p>
                <p className="truncate text-small text-fg-2">
                  <code>{operation ?? fields.join(', ')}</code>
                  {count > 1 && ` ${formatCount(count)} times`}
                </p>
              </div>
            )}
            empty={
              <EmptyState title={isFiltered ? 'No read matches these filters' : 'No reads'}>
                All batches that are kept were looked through. The one that is being gathered is not among them.
              </EmptyState>
            }
          />
        )}
        {current && <AuditReadPanel read={current} onClose={() => set({ read: null })} />}
      </div>
    </Page>
  );
}
