'use client';
import { useRouter } from 'next/navigation';
import type { ReactNode } from 'react';
import { graphql } from '@/gql';
import type { VocabularyAssetFragment } from '@/gql/graphql';
import type { Pages } from '@/lib/graphql/use-pages';
import type { Selection } from '@/lib/use-selection';
import { formatEnum, plural } from '@/lib/format';
import { LabelChip } from '../ui/badge';
import { DataTable, type TableColumn } from '../ui/data-table';
import { KindIcon } from '../ui/kind';
import { Name } from '../ui/name';
import { Owners } from '../ui/people';
import { ErrorPanel } from '../ui/states';

graphql(`
  fragment VocabularyAsset on Asset {
    id
    name
    displayName
    kind
    version
    source {
      id
      name
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
    labels {
      id
      name
    }
  }
`);

const COLUMNS: readonly TableColumn<VocabularyAssetFragment>[] = [
  {
    id: 'name',
    header: 'Name',
    cell: ({ name, kind }) => (
      <span className="flex min-w-0 items-center gap-1.5">
        <KindIcon kind={kind} isNamed />
        <Name name={name} className="font-medium" />
      </span>
    ),
  },
  { id: 'kind', header: 'Kind', width: 120, priority: 4, cell: ({ kind }) => <span className="text-fg-2">{formatEnum(kind)}</span> },
  { id: 'source', header: 'Source', width: 150, priority: 3, cell: ({ source }) => <bdi className="text-fg-2">{source?.name}</bdi> },
  { id: 'owner', header: 'Owner', width: 170, priority: 2, cell: ({ owners }) => <Owners owners={owners} /> },
  { id: 'labels', header: 'Labels', width: 190, priority: 4, cell: ({ labels }) => <Labels labels={labels} /> },
];

function Labels({ labels }: { labels: readonly { id: string; name: string }[] | null }) {
  if (!labels?.length) return null;
  const [first, ...more] = labels;
  return (
    <span className="inline-flex items-center gap-1" title={labels.map(({ name }) => name).join(', ')}>
      <LabelChip name={first!.name} />
      {more.length > 0 && <span className="text-small text-fg-3">{plural(more.length, 'more', 'more')}</span>}
    </span>
  );
}

type Props<Data> = { label: string; pages: Pages<Data, VocabularyAssetFragment>; selection?: Selection; empty: ReactNode };

/** The assets of a term or a domain. */
export function AssetRows<Data>({ label, pages, selection, empty }: Props<Data>) {
  const router = useRouter();
  if (pages.error && pages.nodes.length === 0)
    return <ErrorPanel error={pages.error} subject="The list of assets" onRetry={pages.reload} />;
  return (
    <DataTable
      label={label}
      rows={pages.nodes}
      columns={COLUMNS}
      idOf={({ id }) => id}
      totalCount={pages.totalCount}
      isLoading={pages.isLoading}
      isFetching={pages.isFetching}
      hasMore={pages.hasNextPage}
      onMore={pages.loadMore}
      onRetryRest={pages.retryRest}
      selection={selection}
      onOpen={({ id }, { newTab }) => (newTab ? window.open(`/assets/${id}`, '_blank', 'noopener') : router.push(`/assets/${id}`))}
      compact={({ name, kind, source, owners }) => (
        <div className="min-w-0">
          <p className="flex items-center gap-1.5">
            <KindIcon kind={kind} />
            <Name name={name} className="font-medium" />
          </p>
          <p className="flex gap-2 text-small text-fg-2">
            <bdi className="truncate">{source?.name}</bdi> <Owners owners={owners} />
          </p>
        </div>
      )}
      empty={empty}
    />
  );
}
