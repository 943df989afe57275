'use client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useClient, useQuery, type CombinedError } from 'urql';
import { Page } from '@/components/page';
import { Button } from '@/components/ui/button';
import { CodeBlock } from '@/components/ui/code-block';
import { DataTable, type TableColumn } from '@/components/ui/data-table';
import { Input } from '@/components/ui/field';
import { Panel } from '@/components/ui/panel';
import { Fact, Facts, SidePanel, SideSection } from '@/components/ui/side-panel';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { StatusMark } from '@/components/ui/status';
import { Time } from '@/components/ui/time';
import { graphql } from '@/gql';
import type { AuditLogQuery } from '@/gql/graphql';
import { formatCount } from '@/lib/format';
import { useKeys } from '@/lib/keys';
import { useLive } from '@/lib/graphql/use-live';
import { useUrlState } from '@/lib/url-state';
import { AdminOnly } from './admin-only';

const AUDIT_LOG = graphql(`
  query AuditLog($after: String, $first: Int!, $types: [String!], $subject: ID) {
    events(after: $after, first: $first, types: $types, subject: $subject) {
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        cursor
        node {
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
      }
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
    }
    events(first: 1) {
      edges {
        cursor
      }
    }
  }
`);
const AUDIT_LIVE = graphql(`
  subscription AuditLive($types: [String!], $subject: ID, $after: String) {
    eventPublished(types: $types, subject: $subject, after: $after) {
      cursor
      event {
        id
      }
    }
  }
`);

type Entry = NonNullable<AuditLogQuery['events']>['edges'][number]['node'];

/** As many as the API gives at once: a window is never cut off. */
const WINDOW = 200;
const ENOUGH = 50;
/** A filter that finds little must not read the whole log at once. */
const MOST_WINDOWS = 20;

export const AuditLog = () => (
  <AdminOnly>
    <Log />
  </AdminOnly>
);

function Log() {
  const { get, set } = useUrlState();
  const [type, subject, opened] = [get('type') ?? '', get('subject') ?? '', get('event')];
  const [{ data: state, error: stateError }, reload] = useQuery({ query: AUDIT_STATE });
  const [arrived, setArrived] = useState(0);
  const types = type ? [type.includes('.') || type.endsWith('*') ? type : `${type}.*`] : null;
  const log = useLog({
    types,
    subject: subject || null,
    end: state?.auditStatus?.sealedSeq ?? null,
    begin: state?.events?.edges[0]?.cursor ?? null,
  });
  useLive(AUDIT_LIVE, { variables: { types, subject: subject || null }, onEvent: () => setArrived((count) => count + 1) });
  const show = () => {
    setArrived(0);
    reload({ requestPolicy: 'network-only' });
  };
  useKeys({ '.': show }, arrived > 0);

  const current = log.entries.find(({ id }) => id === opened);
  const columns: TableColumn<Entry>[] = [
    { id: 'seq', header: 'Number', width: 92, align: 'end', cell: ({ seq }) => formatCount(seq) },
    { id: 'time', header: 'Time', width: 240, cell: ({ time }) => <Time at={time} as="full" />, priority: 3 },
    {
      id: 'actor',
      header: 'Actor',
      cell: ({ actor, source }) => (actor ? <bdi>{actor.name}</bdi> : <span className="text-fg-3">{source}</span>),
      priority: 2,
    },
    { id: 'type', header: 'Type', cell: (entry) => <code>{entry.type}</code> },
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
        <form
          className="flex flex-wrap items-center gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            const form = new FormData(event.currentTarget);
            set({ type: String(form.get('type')).trim(), subject: String(form.get('subject')).trim(), event: null }, { push: true });
          }}
        >
          <Input
            name="type"
            aria-label="Type, or how it begins"
            placeholder="Type, as in asset or policy.violated"
            defaultValue={type}
            key={`t${type}`}
            className="w-64 max-sm:w-full"
          />
          <Input
            name="subject"
            aria-label="Subject's id"
            placeholder="Subject's id"
            defaultValue={subject}
            key={`s${subject}`}
            className="w-72 font-mono max-sm:w-full"
          />
          <Button type="submit">Filter</Button>
          {(type || subject) && (
            <Button variant="quiet" onClick={() => set({ type: null, subject: null, event: null }, { push: true })}>
              Clear
            </Button>
          )}
        </form>
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
        {log.error || (stateError && !state?.auditStatus) ? (
          // Without the state it is not known where the log ends.
          <ErrorPanel error={log.error ?? stateError!} subject="The log" onRetry={show} />
        ) : (
          <DataTable
            label="Events, the newest first"
            rows={log.entries}
            columns={columns}
            idOf={({ id }) => id}
            isLoading={log.isReading}
            isFetching={log.isReading}
            hasMore={log.hasMore}
            onMore={log.readMore}
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
              <EmptyState title={type || subject ? 'No event matches this filter' : 'No events'}>
                The log was read from its end{log.hasMore ? ', not to its beginning yet' : ''}.
              </EmptyState>
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

type Status = {
  sealedSeq: number;
  checkpointSeq?: number | null;
  checkpointAt?: string | null;
  verifiedSeq?: number | null;
  verifiedAt?: string | null;
  firstBrokenSeq?: number | null;
};

function Chain({ status: { sealedSeq, checkpointSeq, checkpointAt, verifiedSeq, verifiedAt, firstBrokenSeq } }: { status: Status }) {
  if (firstBrokenSeq != null) {
    return (
      <p role="alert" className="flex items-start gap-2 bg-error-subtle p-3 text-error-text">
        <StatusMark status="FAILED" className="mt-[3px]" />
        The chain is broken at event {formatCount(firstBrokenSeq)}: what was logged from there on was changed afterwards. Compare with a
        backup before anything else.
      </p>
    );
  }
  return (
    <p className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3 py-2">
      <span className="flex items-center gap-2">
        <StatusMark status={verifiedSeq != null ? 'COMPLETED' : 'OPEN'} />
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
  );
}

/** What an event's data says first: names before numbers. */
function detailOf(data: unknown): string {
  if (typeof data !== 'object' || data === null) return '';
  const values = data as Record<string, unknown>;
  const name = ['name', 'message', 'email', 'title', 'reason', 'error', 'status']
    .map((key) => values[key])
    .find((value) => typeof value === 'string');
  const changes = Array.isArray(values.changes) ? values.changes.map((change: { path?: string }) => change.path).filter(Boolean) : [];
  return [name, changes.slice(0, 3).join(', ')].filter(Boolean).join(' · ');
}

type Asked = { types: string[] | null; subject: string | null; end: number | null; begin: string | null };

/** The log from its end backwards: the API reads forwards from a position, so it is asked window by window. */
function useLog({ types, subject, end, begin }: Asked) {
  const client = useClient();
  const key = JSON.stringify([types, subject, end]);
  const [read, setRead] = useState<{ key: string; entries: Entry[]; next: number; error?: CombinedError; isDone: boolean }>();
  const reading = useRef<string | null>(null);
  const epoch = begin?.split('.')[0];
  const current = read?.key === key ? read : undefined;

  const readMore = useCallback(async () => {
    if (end === null || epoch === undefined || reading.current === key) return;
    reading.current = key;
    let next = current?.next ?? end;
    const found: Entry[] = [];
    for (let windows = 0; next > 0 && found.length < ENOUGH && windows < MOST_WINDOWS; windows++) {
      const from = Math.max(0, next - WINDOW);
      const { data, error } = await client.query(
        AUDIT_LOG,
        { after: `${epoch}.${from}`, first: next - from, types, subject },
        { requestPolicy: 'network-only' },
      );
      if (error) {
        reading.current = null;
        return setRead({ key, entries: current?.entries ?? [], next, error, isDone: true });
      }
      const nodes = data?.events?.edges.map(({ node }) => node).filter(({ seq }) => seq <= next) ?? [];
      found.push(...nodes.toReversed());
      next = from;
    }
    reading.current = null;
    setRead({ key, entries: [...(current?.entries ?? []), ...found], next, isDone: next <= 0 });
  }, [client, current, end, epoch, key, subject, types]);

  const isFirst = current === undefined;
  useEffect(() => {
    // Not within the effect: the answer comes later anyway.
    if (isFirst) queueMicrotask(() => void readMore());
  }, [isFirst, readMore]);
  return {
    entries: current?.entries ?? [],
    error: current?.error,
    isReading: isFirst,
    hasMore: current ? !current.isDone : false,
    readMore: () => void readMore(),
  };
}
