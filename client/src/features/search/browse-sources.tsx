'use client';
import { ButtonLink } from '@/components/ui/button';
import { DataTable, type TableColumn } from '@/components/ui/data-table';
import { Owners } from '@/components/ui/people';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { graphql } from '@/gql';
import type { BrowseSourcesTableQuery } from '@/gql/graphql';
import { formatCount, plural } from '@/lib/format';
import { usePages } from '@/lib/graphql/use-pages';
import { useViewer } from '@/lib/viewer';

const BROWSE_SOURCES_TABLE = graphql(`
  query BrowseSourcesTable($after: String) {
    sources(first: 50, after: $after) {
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
      }
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

type Source = NonNullable<BrowseSourcesTableQuery['sources']>['nodes'][number];

const COLUMNS: readonly TableColumn<Source>[] = [
  { id: 'name', header: 'Source', cell: ({ name }) => <bdi className="font-medium">{name}</bdi> },
  { id: 'connector', header: 'Connector', width: 160, priority: 3, cell: ({ connector }) => connector.title },
  { id: 'assets', header: 'Assets', width: 100, align: 'end', cell: ({ assetCount }) => formatCount(assetCount) },
  { id: 'owner', header: 'Owner', width: 220, priority: 2, cell: ({ owners }) => <Owners owners={owners} /> },
];

export function BrowseSources({ onOpen }: { onOpen: (id: string) => void }) {
  const pages = usePages(BROWSE_SOURCES_TABLE, {}, ({ sources }) => sources);
  const { isAdmin, viewer } = useViewer();
  if (pages.error && pages.nodes.length === 0) return <ErrorPanel error={pages.error} subject="Sources" onRetry={pages.reload} />;
  return (
    <DataTable
      label="Sources"
      rows={pages.nodes}
      columns={COLUMNS}
      idOf={({ id }) => id}
      totalCount={pages.totalCount}
      isLoading={pages.isLoading}
      isFetching={pages.isFetching}
      hasMore={pages.hasNextPage}
      onMore={pages.loadMore}
      onRetryRest={pages.retryRest}
      onOpen={({ id }) => onOpen(id)}
      compact={({ name, connector, assetCount }) => (
        <>
          <bdi className="block truncate font-medium">{name}</bdi>
          <span className="text-small text-fg-3">
            {connector.title} · {plural(assetCount, 'asset')}
          </span>
        </>
      )}
      empty={
        <EmptyState
          title={isAdmin ? 'No sources yet' : 'No sources'}
          className="py-20"
          action={
            isAdmin && (
              <ButtonLink variant="primary" href="/sources/new">
                Register a source
              </ButtonLink>
            )
          }
        >
          {isAdmin
            ? 'Register one to start cataloguing.'
            : viewer.roles.some(({ domainId }) => domainId)
              ? 'You see assets by their domain: Search lists them.'
              : 'An administrator registers them; what you may see of them comes here.'}
        </EmptyState>
      }
    />
  );
}
