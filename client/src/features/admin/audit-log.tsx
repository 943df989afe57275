'use client';
import { useState, type ReactNode } from 'react';
import { useQuery } from 'urql';
import { Page } from '@/components/page';
import { DataTable, type TableColumn } from '@/components/ui/data-table';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { Time } from '@/components/ui/time';
import { graphql } from '@/gql';
import type { AuditEntryFragment } from '@/gql/graphql';
import { formatCount } from '@/lib/format';
import { useUserNames } from '@/lib/lists';
import { useKeys } from '@/lib/keys';
import { useLive } from '@/lib/graphql/use-live';
import { usePages } from '@/lib/graphql/use-pages';
import { useUrlState } from '@/lib/url-state';
import { ChainPanel, useChain } from './audit-chain';
import { AuditEvent } from './audit-event';
import { FILTERS, filterOf, takes } from './audit-filter';
import { AuditFilters } from './audit-filters';
import { Subject } from './audit-subject';
import { AuditTime, ZonedHead } from './audit-time';
import { detailOf, subjectOf } from './audit-words';
import { useScopeNames } from './roles';

const AUDIT_LOG = graphql(`
  query AuditLog($after: String, $types: [String!], $subject: ID, $actorId: ID, $since: DateTime, $until: DateTime) {
    events(after: $after, first: 50, types: $types, subject: $subject, actorId: $actorId, since: $since, until: $until, direction: DESC) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        ...AuditEntry
      }
    }
  }

  fragment AuditEntry on Event {
    id
    seq
    type
    time
    subject
    data
    hash
    source
    actor {
      id
      name
    }
  }
`);
const AUDIT_ENTRY = graphql(`
  query AuditLogEntry($id: ID!) {
    event(id: $id) {
      ...AuditEntry
    }
  }
`);
const AUDIT_LIVE = graphql(`
  subscription AuditLive($types: [String!], $subject: ID, $after: String) {
    eventPublished(types: $types, subject: $subject, after: $after) {
      cursor
      event {
        id
        time
        actor {
          id
        }
      }
    }
  }
`);

type Entry = AuditEntryFragment;

/** What was changed, by whom. */
export function AuditLog({ tabs }: { tabs: ReactNode }) {
  const { params, get, set } = useUrlState();
  const opened = get('event');
  const filter = filterOf(get);
  const isFiltered = FILTERS.some((name) => params.has(name));
  const chain = useChain();
  const log = usePages(AUDIT_LOG, filter, ({ events }) => events);
  // What came under another filter is not among these.
  const key = JSON.stringify(filter);
  const [arrivals, setArrivals] = useState({ key, count: 0 });
  const arrived = arrivals.key === key ? arrivals.count : 0;
  useLive(AUDIT_LIVE, {
    variables: { types: filter.types, subject: filter.subject },
    onEvent: ({ eventPublished: { event } }) => {
      if (event && takes(filter, event)) setArrivals((before) => ({ key, count: before.key === key ? before.count + 1 : 1 }));
    },
  });
  const show = () => {
    setArrivals({ key, count: 0 });
    log.reload();
    chain.reload();
  };
  useKeys({ '.': show }, arrived > 0);

  const listed = log.nodes.find(({ id }) => id === opened);
  // A link leads to an event that may be far back.
  const [{ data: far }] = useQuery({ query: AUDIT_ENTRY, variables: { id: opened ?? '' }, pause: !opened || listed !== undefined });
  const current = listed ?? (far?.event?.id === opened ? far?.event : undefined);
  const shown = current && !listed ? [...log.nodes, current] : log.nodes;
  const people = shown.flatMap(({ type, subject, actor }) =>
    type.startsWith('identity.') && subject && actor?.id !== subject ? [subject] : [],
  );
  const known = useUserNames([...new Set(people)]);
  const users = new Map<string, string | null>([
    ...shown.flatMap(({ actor }) => (actor ? [[actor.id, actor.name] as const] : [])),
    ...known,
  ]);
  const names = { ...useScopeNames(), users };
  const columns: TableColumn<Entry>[] = [
    { id: 'seq', header: 'Number', width: 88, align: 'end', cell: ({ seq }) => formatCount(seq) },
    { id: 'time', header: <ZonedHead>Time</ZonedHead>, width: 204, cell: ({ time }) => <AuditTime at={time} />, priority: 3 },
    {
      id: 'actor',
      header: 'Actor',
      width: 136,
      cell: ({ actor, source }) => (actor ? <bdi>{actor.name}</bdi> : <span className="text-fg-3">{source}</span>),
      priority: 2,
    },
    { id: 'type', header: 'Type', width: 184, cell: ({ type }) => <code>{type}</code> },
    { id: 'subject', header: 'Subject', width: 184, cell: (entry) => <Subject {...subjectOf(entry, names)} />, priority: 3 },
    {
      id: 'detail',
      header: 'Detail',
      cell: (entry) => (
        <bdi title={detailOf(entry, names)} className="text-fg-2">
          {detailOf(entry, names)}
        </bdi>
      ),
      priority: 2,
    },
  ];
  return (
    <Page title="Audit log" fills>
      {tabs}
      <div className="flex flex-col gap-3 p-5 pb-3 max-sm:p-3">
        <ChainPanel {...chain} />
        <AuditFilters />
      </div>
      {arrived > 0 && (
        <button
          type="button"
          onClick={show}
          className="flex h-8 items-center gap-2 border-y border-primary-line bg-primary-subtle px-5 text-left text-primary-text"
        >
          ↑ {formatCount(arrived)} new {arrived === 1 ? 'event' : 'events'} <span className="ml-auto">Show</span>
        </button>
      )}
      <div className="relative flex min-h-0 flex-1">
        {log.error && log.nodes.length === 0 ? (
          <ErrorPanel error={log.error} subject="The log" onRetry={show} />
        ) : (
          <DataTable
            label="Events, the newest first"
            rows={log.nodes}
            columns={columns}
            idOf={({ id }) => id}
            totalCount={log.totalCount}
            isLoading={log.isLoading}
            isFetching={log.isFetching}
            hasMore={log.hasNextPage}
            onMore={log.loadMore}
            onRetryRest={log.retryRest}
            openedId={opened}
            onOpen={({ id }) => set({ event: id })}
            compact={(entry) => (
              <div className="min-w-0">
                <p className="flex justify-between gap-2">
                  <code className="truncate">{entry.type}</code> <Time at={entry.time} as="moment" className="text-small text-fg-3" />
                </p>
                <p className="truncate text-small text-fg-2">
                  {formatCount(entry.seq)} · {entry.actor?.name ?? entry.source} ·{' '}
                  {[subjectOf(entry, names).text, detailOf(entry, names)].filter((text) => text && text !== entry.actor?.name).join(': ')}
                </p>
              </div>
            )}
            empty={
              <EmptyState title={isFiltered ? 'No event matches these filters' : 'No events'}>The whole log was looked through.</EmptyState>
            }
          />
        )}
        {current && (
          <AuditEvent
            event={current}
            subject={subjectOf(current, names)}
            detail={detailOf(current, names)}
            onClose={() => set({ event: null })}
          />
        )}
      </div>
    </Page>
  );
}
