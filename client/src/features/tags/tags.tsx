'use client';
import { Search } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { Page } from '@/components/page';
import { Chip } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { DataTable, type TableColumn } from '@/components/ui/data-table';
import { Input } from '@/components/ui/input';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { graphql } from '@/gql';
import { formatCount, plural } from '@/lib/format';
import { useKeys } from '@/lib/keys';
import { usePages } from '@/lib/graphql/use-pages';
import { useUrlState } from '@/lib/url-state';

const TAGS = graphql(`
  query Tags($prefix: String, $after: String) {
    tags(first: 50, prefix: $prefix, after: $after) {
      totalCount
      nodes {
        id
        name
        assetCount
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

type Row = { id: string; name: string; assetCount: number };
const hrefOf = (name: string): string => `/search?tag=${encodeURIComponent(name)}`;
const TYPING_MS = 150;

/** Tags of the assets that the viewer sees; each opens what has it. */
export function Tags() {
  const router = useRouter();
  const { get, set } = useUrlState();
  const prefix = get('prefix') ?? '';
  const [typed, setTyped] = useState(prefix);
  const box = useRef<HTMLInputElement>(null);
  const pages = usePages(TAGS, { prefix: prefix || null }, ({ tags }) => tags);
  useKeys({ f: () => box.current?.focus() });
  useEffect(() => {
    if (typed === prefix) return;
    const timer = setTimeout(() => set({ prefix: typed }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, prefix, set]);

  const columns: TableColumn<Row>[] = [
    {
      id: 'name',
      header: 'Tag',
      cell: ({ name }) => (
        <Link href={hrefOf(name)} tabIndex={-1}>
          <Chip className="text-fg">
            <bdi className="truncate">{name}</bdi>
          </Chip>
        </Link>
      ),
    },
    { id: 'assets', header: 'Assets', width: 120, align: 'end', cell: ({ assetCount }) => formatCount(assetCount) },
  ];
  return (
    <Page title="Tags" count={pages.totalCount === null ? null : formatCount(pages.totalCount)} fills>
      <search className="flex items-center gap-2 border-b border-line px-5 py-2 max-sm:px-3">
        <div className="relative w-72 max-w-full">
          <Search aria-hidden className="absolute top-1/2 left-2 size-3.5 -translate-y-1/2 text-fg-3" strokeWidth={1.6} />
          <Input
            ref={box}
            type="search"
            aria-label="Tags that begin with"
            className="pl-7"
            placeholder="Begins with"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
      </search>
      {pages.error && pages.nodes.length === 0 ? (
        <ErrorPanel error={pages.error} subject="The list of tags" onRetry={pages.reload} />
      ) : (
        <DataTable
          label="Tags, by name"
          rows={pages.nodes}
          columns={columns}
          idOf={({ name }) => name}
          totalCount={pages.totalCount}
          isLoading={pages.isLoading}
          isFetching={pages.isFetching}
          hasMore={pages.hasNextPage}
          onMore={pages.loadMore}
          onOpen={({ name }, { newTab }) => (newTab ? window.open(hrefOf(name), '_blank', 'noopener') : router.push(hrefOf(name)))}
          compact={({ name, assetCount }) => (
            <p className="flex items-center gap-2">
              <bdi className="min-w-0 flex-1 truncate font-medium">{name}</bdi>
              <span className="text-fg-2">{plural(assetCount, 'asset')}</span>
            </p>
          )}
          empty={
            prefix ? (
              <EmptyState
                title={`No tag begins with “${prefix}”`}
                action={
                  <Button
                    onClick={() => {
                      setTyped('');
                      set({ prefix: null });
                    }}
                  >
                    Show all
                  </Button>
                }
              />
            ) : (
              <EmptyState title="No tags">
                A tag is a word at an asset, written where the asset is edited. It is listed here as soon as one has it.
              </EmptyState>
            )
          }
        />
      )}
    </Page>
  );
}
