'use client';
import { useState } from 'react';
import { useQuery } from 'urql';
import { Page } from '@/components/page';
import { CodeBlock } from '@/components/ui/code-block';
import { DataTable, type TableColumn } from '@/components/ui/data-table';
import { Panel } from '@/components/ui/panel';
import { Fact, Facts, SidePanel, SideSection } from '@/components/ui/side-panel';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { StatusMark } from '@/components/ui/status';
import { Time } from '@/components/ui/time';
import { graphql } from '@/gql';
import type { AuditEntryFragment, AuditStateQuery } from '@/gql/graphql';
import { formatCount } from '@/lib/format';
import { useKeys } from '@/lib/keys';
import { useLive } from '@/lib/graphql/use-live';
import { usePages } from '@/lib/graphql/use-pages';
import { useUrlState } from '@/lib/url-state';
import { AdminOnly } from './admin-only';
import { FILTERS, filterOf, takes } from './audit-filter';
import { AuditFilters } from './audit-filters';

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
const AUDIT_STATE = graphql(`
  query AuditState {
    auditStatus {
      sealedSeq
      hash
      checkpointSeq
      checkpointAt
      verifiedSeq
      verifiedAt
      firstBrokenSeq
      fault
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

export const AuditLog = () => (
  <AdminOnly>
    <Log />
  </AdminOnly>
);

function Log() {
  const { params, get, set } = useUrlState();
  const opened = get('event');
  const filter = filterOf(get);
  const isFiltered = FILTERS.some((name) => params.has(name));
  const [{ data: state, error: stateError }, reload] = useQuery({ query: AUDIT_STATE });
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
    reload({ requestPolicy: 'network-only' });
  };
  useKeys({ '.': show }, arrived > 0);

  const listed = log.nodes.find(({ id }) => id === opened);
  // A link leads to an event that may be far back.
  const [{ data: far }] = useQuery({ query: AUDIT_ENTRY, variables: { id: opened ?? '' }, pause: !opened || listed !== undefined });
  const current = listed ?? (far?.event?.id === opened ? far?.event : undefined);
  const columns: TableColumn<Entry>[] = [
    { id: 'seq', header: 'Number', width: 92, align: 'end', cell: ({ seq }) => formatCount(seq) },
    { id: 'time', header: 'Time', width: 204, cell: ({ time }) => <Time at={time} as="full" />, priority: 3 },
    {
      id: 'actor',
      header: 'Actor',
      width: 160,
      cell: ({ actor, source }) => (actor ? <bdi>{actor.name}</bdi> : <span className="text-fg-3">{source}</span>),
      priority: 2,
    },
    { id: 'type', header: 'Type', width: 200, cell: (entry) => <code>{entry.type}</code> },
    { id: 'detail', header: 'Detail', cell: (entry) => <span className="text-fg-2">{detailOf(entry.data)}</span>, priority: 2 },
  ];
  return (
    <Page title="Audit log" fills>
      <div className="flex flex-col gap-3 p-5 pb-3 max-sm:p-3">
        <Panel name="The state of the chain">
          {stateError ? (
            <ErrorPanel error={stateError} subject="The state of the chain" />
          ) : (
            state?.auditStatus && <Chain status={state.auditStatus} />
          )}
        </Panel>
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
                  {formatCount(entry.seq)} · {entry.actor?.name ?? entry.source} {detailOf(entry.data)}
                </p>
              </div>
            )}
            empty={
              <EmptyState title={isFiltered ? 'No event matches these filters' : 'No events'}>The whole log was looked through.</EmptyState>
            }
          />
        )}
        {current && (
          <SidePanel
            label="The event"
            onClose={() => set({ event: null })}
            head={<h2 className="text-panel">Event {formatCount(current.seq)}</h2>}
          >
            <SideSection>
              <Facts>
                <Fact name="Type">
                  <code>{current.type}</code>
                </Fact>
                <Fact name="Time">
                  <Time at={current.time} as="full" />
                </Fact>
                <Fact name="Actor">{current.actor ? <bdi>{current.actor.name}</bdi> : current.source}</Fact>
                <Fact name="Subject">
                  <code className="break-all">{current.subject ?? ''}</code>
                </Fact>
                <Fact name="Hash">
                  <code className="break-all">{current.hash}</code>
                </Fact>
              </Facts>
            </SideSection>
            <SideSection title="Data">
              <CodeBlock label="The event's data" language="json" code={JSON.stringify(current.data, null, 2)} numbered={false} />
            </SideSection>
          </SidePanel>
        )}
      </div>
    </Page>
  );
}

type Status = NonNullable<AuditStateQuery['auditStatus']>;

function Chain({ status }: { status: Status }) {
  const { sealedSeq, checkpointSeq, checkpointAt, verifiedSeq, verifiedAt, firstBrokenSeq, fault } = status;
  return (
    <>
      {fault != null && (
        <p role="alert" className="flex items-start gap-2 bg-error-subtle p-3 text-error-text">
          <StatusMark status="FAILED" className="mt-[3px]" />
          <span>
            {firstBrokenSeq != null
              ? `The chain is broken at event ${formatCount(firstBrokenSeq)}. `
              : 'The checkpoints of the chain are not as they were. '}
            {fault} Compare with a backup before anything else.
          </span>
        </p>
      )}
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3 py-2">
        <span className="flex items-center gap-2">
          <StatusMark status={fault != null ? 'FAILED' : verifiedSeq != null ? 'COMPLETED' : 'OPEN'} />
          {verifiedSeq != null
            ? `Intact up to event ${formatCount(verifiedSeq)}`
            : `Sealed up to event ${formatCount(sealedSeq)}, not verified yet`}
          {verifiedAt && (
            <span className="text-fg-3">
              , verified <Time at={verifiedAt} as="moment" />
            </span>
          )}
        </span>
        {checkpointSeq != null && checkpointAt && (
          <span className="text-fg-3">
            checkpoint {formatCount(checkpointSeq)} signed <Time at={checkpointAt} as="moment" />
          </span>
        )}
      </p>
    </>
  );
}

/** What an event's data says first: names before numbers. */
function detailOf(data: unknown): string {
  if (typeof data !== 'object' || data === null) return '';
  const values = data as Record<string, unknown>;
  const name = ['name', 'message', 'email', 'title', 'reason', 'error', 'fault', 'status']
    .map((key) => values[key])
    .find((value) => typeof value === 'string');
  const changes = Array.isArray(values.changes) ? values.changes.map((change: { path?: string }) => change.path).filter(Boolean) : [];
  return [name, changes.slice(0, 3).join(', ')].filter(Boolean).join(' · ');
}
