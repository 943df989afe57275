'use client';
import { useEffect } from 'react';
import { Segmented } from '@/components/ui/field';
import { DataTable, type TableColumn } from '@/components/ui/data-table';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { Time } from '@/components/ui/time';
import { graphql } from '@/gql';
import type { ActivityTabQuery } from '@/gql/graphql';
import { formatCount } from '@/lib/format';
import { useLive } from '@/lib/graphql/use-live';
import { usePages } from '@/lib/graphql/use-pages';
import { useUrlState } from '@/lib/url-state';
import { useLater } from '@/lib/use-later';
import { ACTIVITY_KINDS, kindOf, sentenceOf } from './activity-words';
import { useNames } from './use-names';

const ACTIVITY_TAB = graphql(`
  query ActivityTab($id: ID!, $after: String) {
    events(subject: $id, first: 200, after: $after, direction: DESC) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        seq
        type
        time
        actor {
          id
          name
        }
        data
      }
    }
  }
`);
const ACTIVITY_TAB_LIVE = graphql(`
  subscription ActivityTabLive($id: ID!, $after: String) {
    eventPublished(subject: $id, after: $after) {
      cursor
    }
  }
`);
type Event = NonNullable<ActivityTabQuery['events']>['nodes'][number];

/** What is not of a kind is left out here: it is read on, but not beyond so many. */
const MOST = 2_000;

/** What happened to this asset, and through whom. */
export function ActivityTab({ id }: { id: string }) {
  const url = useUrlState();
  const nameOf = useNames();
  const pages = usePages(ACTIVITY_TAB, { id }, ({ events }) => events);
  const { hasNextPage, isFetching, loadMore } = pages;
  const readsOn = hasNextPage && pages.nodes.length < MOST;
  useEffect(() => {
    if (readsOn && !isFetching) loadMore();
  }, [readsOn, isFetching, loadMore]);
  useLive(ACTIVITY_TAB_LIVE, { variables: { id }, onEvent: useLater(pages.reload, 1_000) });
  const kind = ACTIVITY_KINDS.find(({ value }) => value === url.get('kind'))?.value ?? 'all';
  const events = pages.nodes.filter((event) => kind === 'all' || kindOf(event) === kind);

  const sentence = (event: Event) => {
    const { who, what } = sentenceOf(event, nameOf);
    return (
      <span title={`${who} ${what}`}>
        <bdi className="font-medium">{who}</bdi> <bdi>{what}</bdi>
      </span>
    );
  };
  const columns: TableColumn<Event>[] = [
    { id: 'time', header: 'Time', width: 200, cell: ({ time }) => <Time at={time} as="moment" className="text-fg-2" /> },
    { id: 'what', header: 'What happened', cell: sentence },
    {
      id: 'seq',
      header: 'Log number',
      width: 110,
      align: 'end',
      priority: 2,
      cell: ({ seq }) => <span className="text-fg-3">{formatCount(seq)}</span>,
    },
  ];
  if (pages.error && pages.nodes.length === 0) return <ErrorPanel error={pages.error} subject="The activity" onRetry={pages.reload} />;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="scroll-x fading-edges flex items-center gap-2 border-b border-line px-5 py-2 max-sm:px-3">
        <Segmented
          label="Kind"
          value={kind}
          onChange={(value) => url.set({ kind: value === 'all' ? null : value })}
          options={ACTIVITY_KINDS}
        />
        {hasNextPage && !readsOn && <p className="text-small text-fg-3">The newest {formatCount(MOST)} events.</p>}
      </div>
      <DataTable
        label="Activity"
        rows={events}
        columns={columns}
        idOf={(event) => event.id}
        totalCount={events.length}
        isLoading={pages.isLoading}
        isFetching={pages.isFetching}
        onRetryRest={pages.retryRest}
        compact={(event) => (
          <div className="flex min-w-0 flex-col">
            <span className="truncate">{sentence(event)}</span>
            <span className="text-small text-fg-3">
              <Time at={event.time} as="moment" /> · {formatCount(event.seq)}
            </span>
          </div>
        )}
        empty={<EmptyState title="Nothing of this kind">The log has no such event of this asset.</EmptyState>}
      />
    </div>
  );
}
