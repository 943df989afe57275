'use client';
import { useRouter } from 'next/navigation';
import type { ReactNode } from 'react';
import { Plug } from 'lucide-react';
import { useQuery } from 'urql';
import { KindIcon } from '@/components/ui/kind';
import { Name } from '@/components/ui/name';
import { ErrorPanel, NotFound } from '@/components/ui/states';
import { Tree } from '@/components/ui/tree';
import { graphql } from '@/gql';
import type { BrowsePlaceQuery } from '@/gql/graphql';
import { useUrlState } from '@/lib/url-state';
import { BrowseCrumbs } from './browse-crumbs';
import { BrowseLevel } from './browse-level';
import { placesOf, type Level } from './browse-place';
import { BrowseSources } from './browse-sources';
import { useBrowseTree, type BrowseItem } from './use-browse-tree';

// An address says where by one id, of a source or of an asset.
const BROWSE_PLACE = graphql(`
  query BrowsePlace($id: ID!, $ids: [ID!]!) {
    databases: assets(first: 1, filter: { sourceIds: $ids, kinds: [DATABASE] }) {
      totalCount
    }
    source(id: $id) {
      id
      name
    }
    asset(id: $id) {
      id
      kind
      name
      displayName
      source {
        id
        name
      }
      parent {
        id
        displayName
        parent {
          id
          displayName
          parent {
            id
            displayName
          }
        }
      }
    }
  }
`);

const isContainer = (kind: string): boolean => kind === 'DATABASE' || kind === 'SCHEMA';

const levelOf = ({ asset, source, databases }: BrowsePlaceQuery, id: string): Level =>
  asset
    ? { kind: 'ASSET', id, name: asset.name, sourceId: asset.source?.id, isDatabase: asset.kind === 'DATABASE' }
    : { kind: 'SOURCE', id, name: source!.name, isFlat: databases?.totalCount === 0 };

/** The tree at the left, what lies in the chosen place at the right. */
export function Browse({ views }: { views: ReactNode }) {
  const { get, set } = useUrlState();
  const router = useRouter();
  const at = get('at');
  const [{ data, error, fetching }, again] = useQuery({
    query: BROWSE_PLACE,
    variables: { id: at ?? '', ids: at ? [at] : [] },
    pause: at === null,
  });
  const isHere = at !== null && (data?.asset?.id === at || data?.source?.id === at);
  const places = isHere ? placesOf(data!) : [];
  const tree = useBrowseTree(places.map(({ id }) => id));
  const go = (id: string | null) => set({ at: id, prefix: null }, { push: true });
  const open = (item: { id: string; kind: string }, { newTab }: { newTab: boolean }) => {
    if (item.kind === 'SOURCE' || isContainer(item.kind)) {
      tree.toggle(item.id, true);
      go(item.id);
    } else if (newTab) window.open(`/assets/${item.id}`, '_blank', 'noopener');
    else router.push(`/assets/${item.id}`);
  };
  return (
    <>
      <div className="flex min-h-11 shrink-0 items-center gap-3 border-b border-line px-5 py-1.5 max-sm:flex-wrap max-sm:gap-2 max-sm:px-3">
        <BrowseCrumbs places={places} onGo={go} />
        <div className="ml-auto shrink-0">{views}</div>
      </div>
      <div className="flex min-h-0 flex-1">
        <section aria-label="Tree" className="flex w-[280px] shrink-0 flex-col border-r border-line max-md:hidden">
          <Tree
            label="Sources and what they hold"
            rows={tree.rows}
            selectedId={at}
            onToggle={(item, isOpen) => tree.toggle(item.id, isOpen)}
            onSelect={open}
            onMore={tree.loadMore}
            render={(item) => <Label item={item} />}
          />
        </section>
        <section aria-label="What lies here" className="relative flex min-w-0 flex-1 flex-col">
          {at === null ? (
            <BrowseSources onOpen={go} />
          ) : isHere ? (
            <BrowseLevel key={at} level={levelOf(data!, at)} onOpen={open} />
          ) : error ? (
            <ErrorPanel error={error} subject="This place" onRetry={() => again({ requestPolicy: 'network-only' })} />
          ) : fetching ? null : (
            <NotFound thing="place" />
          )}
        </section>
      </div>
    </>
  );
}

const Label = ({ item }: { item: BrowseItem }) =>
  item.kind === 'SOURCE' ? (
    <>
      <Plug aria-hidden className="size-3.5 shrink-0 text-fg-3" strokeWidth={1.6} />
      <bdi className="truncate">{item.text}</bdi>
    </>
  ) : (
    <>
      <KindIcon kind={item.kind} />
      <Name name={item.text} />
    </>
  );
