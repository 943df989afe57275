'use client';
import { useRouter } from 'next/navigation';
import Link from 'next/link';
import { DataTable, type TableColumn } from '@/components/ui/data-table';
import { KindIcon } from '@/components/ui/kind';
import { Name } from '@/components/ui/name';
import { Owners } from '@/components/ui/people';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { Time } from '@/components/ui/time';
import { graphql } from '@/gql';
import type { ChildrenTabQuery } from '@/gql/graphql';
import { formatEnum } from '@/lib/format';
import { usePages } from '@/lib/graphql/use-pages';
import { AssetPanel } from './asset-panel';
import { assetHref, type Asset } from './asset-query';

const CHILDREN_TAB = graphql(`
  query ChildrenTab($id: ID!, $after: String) {
    asset(id: $id) {
      id
      children(first: 50, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          id
          name
          displayName
          kind
          description
          updatedAt
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
      }
    }
  }
`);
type Child = NonNullable<ChildrenTabQuery['asset']>['children']['nodes'][number];

const COLUMNS: TableColumn<Child>[] = [
  {
    id: 'name',
    header: 'Name',
    cell: ({ id, name, displayName, kind }) => (
      <Link href={assetHref(id)} className="flex min-w-0 items-center gap-2 hover:underline">
        <KindIcon kind={kind} isNamed />
        <Name name={displayName} title={name} className="font-medium" />
      </Link>
    ),
  },
  { id: 'kind', header: 'Kind', width: 130, priority: 3, cell: ({ kind }) => formatEnum(kind) },
  { id: 'description', header: 'Description', priority: 3, cell: ({ description }) => <bdi className="text-fg-2">{description}</bdi> },
  { id: 'owner', header: 'Owner', width: 180, priority: 2, cell: ({ owners }) => <Owners owners={owners} /> },
  { id: 'changed', header: 'Changed', width: 96, align: 'end', priority: 2, cell: ({ updatedAt }) => <Time at={updatedAt} /> },
];

/** What a database or a schema holds. */
export function ChildrenTab({ asset, mayEdit, onEdit }: { asset: Asset; mayEdit: boolean; onEdit: () => void }) {
  const router = useRouter();
  const pages = usePages(CHILDREN_TAB, { id: asset.id }, (data) => data.asset?.children);
  if (pages.error && pages.nodes.length === 0) return <ErrorPanel error={pages.error} subject="The list" onRetry={pages.reload} />;
  return (
    <div className="flex min-h-0 flex-1 max-md:flex-col">
      <DataTable
        label="What it holds"
        rows={pages.nodes}
        columns={COLUMNS}
        idOf={({ id }) => id}
        totalCount={pages.totalCount}
        isLoading={pages.isLoading}
        isFetching={pages.isFetching}
        hasMore={pages.hasNextPage}
        onMore={pages.loadMore}
        onRetryRest={pages.retryRest}
        onOpen={({ id }, { newTab }) => (newTab ? void window.open(assetHref(id), '_blank', 'noopener') : router.push(assetHref(id)))}
        compact={({ displayName, name, kind, owners }) => (
          <div className="flex min-w-0 flex-col">
            <span className="flex min-w-0 items-center gap-2">
              <KindIcon kind={kind} />
              <Name name={displayName} title={name} className="font-medium" />
            </span>
            <Owners owners={owners} />
          </div>
        )}
        empty={<EmptyState title="Nothing in here">The last scan found nothing that you may see.</EmptyState>}
      />
      <AssetPanel asset={asset} mayEdit={mayEdit} onEdit={onEdit} />
    </div>
  );
}
