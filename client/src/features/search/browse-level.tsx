'use client';
import Link from 'next/link';
import { useEffect, useRef, useState } from 'react';
import { DataTable, type TableColumn } from '@/components/ui/data-table';
import { Input } from '@/components/ui/input';
import { KindIcon } from '@/components/ui/kind';
import { Name } from '@/components/ui/name';
import { Owners } from '@/components/ui/people';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { Time } from '@/components/ui/time';
import { graphql } from '@/gql';
import type { BrowseLevelQuery } from '@/gql/graphql';
import { formatEnum } from '@/lib/format';
import { usePages } from '@/lib/graphql/use-pages';
import { useKeys } from '@/lib/keys';
import { useUrlState } from '@/lib/url-state';
import { levelFilter, type Level } from './browse-place';
import { Labels, Violations } from './result-row';

// A level is what an asset's children are; of a source, and by the beginning of a name, it is a filter.
const BROWSE_LEVEL = graphql(`
  query BrowseLevel($id: ID!, $filter: AssetFilter!, $isFiltered: Boolean!, $after: String) {
    asset(id: $id) @skip(if: $isFiltered) {
      id
      children(first: 50, after: $after) {
        nodes {
          ...LevelAsset
        }
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
    assets(filter: $filter, orderBy: { field: NAME, direction: ASC }, first: 50, after: $after) @include(if: $isFiltered) {
      nodes {
        ...LevelAsset
      }
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }

  fragment LevelAsset on Asset {
    id
    kind
    name
    displayName
    description
    sourceDescription
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
    labels {
      id
      name
    }
    violations(first: 10, filter: { statuses: [OPEN] }) {
      totalCount
      nodes {
        id
        severity
      }
    }
  }
`);

type LevelAsset = NonNullable<BrowseLevelQuery['assets']>['nodes'][number];
type Props = { level: Level; onOpen: (item: { id: string; kind: string }, event: { newTab: boolean }) => void };

const TYPING_MS = 150;

export function BrowseLevel({ level, onOpen }: Props) {
  const { get, set } = useUrlState();
  const prefix = get('prefix') ?? '';
  const pages = usePages(
    BROWSE_LEVEL,
    { id: level.id, filter: levelFilter(level, prefix), isFiltered: level.kind === 'SOURCE' || prefix !== '' },
    ({ asset, assets }) => assets ?? asset?.children,
  );
  const columns: TableColumn<LevelAsset>[] = [
    {
      id: 'name',
      header: 'Name',
      cell: (asset) => (
        <span className="flex min-w-0 items-center gap-2">
          <KindIcon kind={asset.kind} />
          {asset.kind === 'DATABASE' || asset.kind === 'SCHEMA' ? (
            <Name name={asset.displayName} title={asset.name} />
          ) : (
            <Link href={`/assets/${asset.id}`} prefetch={false} tabIndex={-1} className="flex min-w-0 hover:underline">
              <Name name={asset.displayName} title={asset.name} />
            </Link>
          )}
        </span>
      ),
    },
    { id: 'kind', header: 'Kind', width: 130, priority: 3, cell: ({ kind }) => formatEnum(kind) },
    { id: 'owner', header: 'Owner', width: 180, priority: 2, cell: ({ owners }) => <Owners owners={owners} /> },
    { id: 'labels', header: 'Labels', width: 240, priority: 4, cell: ({ labels }) => <Labels labels={labels} /> },
    { id: 'violations', header: 'Open', width: 72, cell: ({ violations }) => <Violations violations={violations} /> },
    {
      id: 'changed',
      header: 'Changed',
      width: 96,
      priority: 3,
      align: 'end',
      cell: ({ updatedAt }) => <Time at={updatedAt} className="text-fg-3" />,
    },
  ];
  return (
    <>
      <LevelFilter name={level.name} prefix={prefix} onPrefix={(text) => set({ prefix: text })} />
      {pages.error && pages.nodes.length === 0 ? (
        <ErrorPanel error={pages.error} subject="This level" onRetry={pages.reload} />
      ) : (
        <DataTable
          label={`What lies in ${level.name}`}
          rows={pages.nodes}
          columns={columns}
          idOf={({ id }) => id}
          totalCount={pages.totalCount}
          isLoading={pages.isLoading}
          isFetching={pages.isFetching}
          hasMore={pages.hasNextPage}
          onMore={pages.loadMore}
          onRetryRest={pages.retryRest}
          onOpen={onOpen}
          compact={({ kind, displayName, name, violations, description, sourceDescription }) => (
            <span className="flex min-w-0 flex-col">
              <span className="flex min-w-0 items-center gap-2">
                <KindIcon kind={kind} />
                <Name name={displayName} title={name} className="flex-1" />
                <Violations violations={violations} />
              </span>
              <span className="truncate text-small text-fg-3">{description ?? sourceDescription ?? formatEnum(kind)}</span>
            </span>
          )}
          empty={
            prefix ? (
              <EmptyState title="Nothing here begins so">
                Names in {level.name} were compared with <bdi>{prefix}</bdi>, capitals too.
              </EmptyState>
            ) : (
              <EmptyState title="Nothing lies here">The last scan found nothing in it that you may see.</EmptyState>
            )
          }
        />
      )}
    </>
  );
}

function LevelFilter({ name, prefix, onPrefix }: { name: string; prefix: string; onPrefix: (text: string) => void }) {
  const [typed, setTyped] = useState(prefix);
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (typed === prefix) return;
    const timer = setTimeout(() => onPrefix(typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, prefix, onPrefix]);
  useKeys({ f: () => box.current?.focus() });
  return (
    <div className="border-b border-line px-5 py-2 max-sm:px-3">
      <Input
        ref={box}
        type="search"
        aria-label={`Filter ${name} by the beginning of names`}
        placeholder="Name begins with"
        maxLength={200}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        onBlur={() => typed !== prefix && onPrefix(typed)}
        className="max-w-72 coarse:max-w-none"
      />
    </div>
  );
}
