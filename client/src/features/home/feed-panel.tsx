'use client';
import { ChevronRight, Pause, Play, Tag } from 'lucide-react';
import Link from 'next/link';
import { useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useQuery } from 'urql';
import { Button } from '@/components/ui/button';
import { KindIcon } from '@/components/ui/kind';
import { SeverityMark } from '@/components/ui/severity';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState } from '@/components/ui/states';
import { StatusMark } from '@/components/ui/status';
import { Time } from '@/components/ui/time';
import { graphql } from '@/gql';
import { cn } from '@/lib/class-names';
import { formatCount } from '@/lib/format';
import { currentConnection, newestCursor, onConnection } from '@/lib/graphql/connection';
import { useLive } from '@/lib/graphql/use-live';
import { useLater } from '@/lib/use-later';
import { useIsNarrow } from '@/lib/use-media';
import { addEvents, type FeedEvent, type FeedRow } from './feed-rows';
import { sentenceOf, type Sentence } from './feed-sentence';
import { tellRefresh } from './refresh';

const FEED_EVENTS = graphql(`
  subscription FeedEvents($after: String, $types: [String!]) {
    eventPublished(after: $after, types: $types) {
      cursor
      event {
        id
        type
        time
        subject
        data
        actor {
          id
          name
        }
      }
    }
  }
`);
const FEED_RECENT = graphql(`
  query FeedRecent($after: String, $types: [String!]) {
    events(after: $after, first: 200, types: $types) {
      edges {
        cursor
        node {
          id
          type
          time
          subject
          data
          actor {
            id
            name
          }
        }
      }
    }
  }
`);
const FEED_SEVERITY = graphql(`
  query FeedSeverity($id: ID!) {
    violation(id: $id) {
      id
      severity
    }
  }
`);
const FEED_RUN = graphql(`
  query FeedRun($id: ID!) {
    scanRun(id: $id) {
      id
      source {
        id
        name
      }
    }
  }
`);

const TYPES = [
  'asset.*', 'classification.*', 'policy.*', 'lineage.changed', 'source.*', 'term.*', 'domain.*',
  'scan.started', 'scan.completed', 'scan.failed', 'scan.cancelled', 'scan.held', 'scan.reviewed',
]; // prettier-ignore
/** So far back the feed begins. */
const BACK = 200;
const MOST_EVENTS = 500;

/** A position of the log a little before; undefined: from now on. */
function before(cursor: string): string | undefined {
  const [epoch, seq] = cursor.split('.');
  return seq === undefined ? undefined : `${epoch}.${Math.max(0, Number(seq) - BACK)}`;
}

/** What just happened, as it happens. */
export function FeedPanel() {
  const newest = useSyncExternalStore(onConnection, newestCursor, () => undefined);
  const isNarrow = useIsNarrow();
  // Where the log ends is known once the page is connected.
  if (!newest)
    return (
      <>
        <FeedHead words="connecting" />
        {/* The place of what comes: what stands below keeps its own. */}
        {!isNarrow && <div className="h-90" />}
      </>
    );
  if (!isNarrow) return <Feed newest={newest} />;
  return (
    <details className="group border-t border-line max-sm:order-last">
      <summary className="flex h-11 cursor-pointer list-none items-center gap-2 px-4 font-semibold">
        <ChevronRight aria-hidden className="size-3.5 text-fg-3 group-open:rotate-90" strokeWidth={1.6} /> What just happened
      </summary>
      <Feed newest={newest} />
    </details>
  );
}

const FeedHead = ({ words, children }: { words: string; children?: React.ReactNode }) => (
  <header className="flex h-11 shrink-0 items-center gap-2 border-b border-line px-4">
    <h2 className="font-semibold">Live</h2>
    <span aria-hidden className={cn('size-1.5 rounded-full', words === 'nothing missed' ? 'bg-ok-mark' : 'bg-fg-3')} />
    <span className="truncate text-small text-fg-2">{words}</span>
    <div className="ml-auto">{children}</div>
  </header>
);

function Feed({ newest }: { newest: string }) {
  const [start] = useState(newest);
  const [after, setAfter] = useState<string | undefined>(start);
  const [openedAt] = useState(() => new Date().toISOString());
  const [{ data: recent, fetching: isReading, error }] = useQuery({
    query: FEED_RECENT,
    variables: { after: before(start), types: TYPES },
    requestPolicy: 'network-only',
  });
  const [shown, setShown] = useState<readonly FeedEvent[]>([]);
  const [waiting, setWaiting] = useState<readonly FeedEvent[]>([]);
  const [isPaused, setPaused] = useState(false);
  const [isOver, setOver] = useState(false);
  const [isFocused, setFocused] = useState(false);
  const isLive = useSyncExternalStore(
    onConnection,
    () => currentConnection().state === 'live',
    () => false,
  );

  const rows = useMemo(
    () => addEvents([], [...(recent?.events?.edges ?? []).map(({ cursor, node }) => eventOf(cursor, node)), ...shown]),
    [recent, shown],
  );

  // Events that come together are drawn together.
  const buffer = useRef<FeedEvent[]>([]);
  const flush = useLater(() => {
    const events = buffer.current;
    buffer.current = [];
    (isPaused || isOver ? setWaiting : setShown)((known) => [...known, ...events].slice(-MOST_EVENTS));
  }, 150);
  const release = () => {
    setShown((known) => [...known, ...waiting].slice(-MOST_EVENTS));
    setWaiting([]);
  };
  useLive(FEED_EVENTS, {
    variables: { after, types: TYPES },
    // What is kept no more cannot be told: from now on then.
    onError: () => setAfter(undefined),
    onEvent: ({ eventPublished: { cursor, event } }) => {
      if (!event) return;
      buffer.current.push(eventOf(cursor, event));
      tellRefresh(event.type);
      flush();
    },
  });

  return (
    <section aria-label="Live" className="min-w-0">
      <FeedHead
        words={!isLive ? 'connecting' : waiting.length > 0 ? `${formatCount(waiting.length)} new` : isPaused ? 'paused' : 'nothing missed'}
      >
        <Button
          size="small"
          variant="quiet"
          aria-pressed={isPaused}
          icon={isPaused ? <Play className="size-3" strokeWidth={1.6} /> : <Pause className="size-3" strokeWidth={1.6} />}
          onClick={() => {
            if (isPaused) release();
            setPaused(!isPaused);
          }}
        >
          {isPaused ? 'Go on' : 'Pause'}
        </Button>
      </FeedHead>
      {rows.length === 0 && isReading ? (
        <SkeletonRows rows={10} />
      ) : rows.length === 0 && error ? (
        <EmptyState title="What happened lately is not available">What happens from now on comes here.</EmptyState>
      ) : rows.length === 0 ? (
        <EmptyState title="Nothing happened lately">Scans, edits and violations come here as they happen.</EmptyState>
      ) : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- it does not move under who reads it
        <div
          role="log"
          aria-label="What just happened"
          aria-live={isFocused ? 'polite' : 'off'}
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard
          tabIndex={0}
          className="max-h-[min(480px,55vh)] overflow-y-auto py-1 lg:max-h-[calc(100vh-340px)] lg:min-h-40"
          onFocus={() => setFocused(true)}
          onBlur={() => setFocused(false)}
          onPointerEnter={() => setOver(true)}
          onPointerLeave={() => {
            setOver(false);
            if (!isPaused) release();
          }}
        >
          <ol>
            {rows.map((row) => (
              <Row key={row.key} row={row} isNew={row.event.at > openedAt} />
            ))}
          </ol>
        </div>
      )}
    </section>
  );
}

type Published = { type: string; time: string; subject?: string | null; data: unknown; actor?: { name: string } | null };
const eventOf = (cursor: string, { type, time, subject, data, actor }: Published): FeedEvent => ({
  cursor,
  type,
  at: time,
  subject: subject ?? null,
  data: (data ?? {}) as FeedEvent['data'],
  actor: actor?.name ?? null,
});

const isToday = (at: string): boolean => new Date(at).toDateString() === new Date().toDateString();

function Row({ row, isNew }: { row: FeedRow; isNew: boolean }) {
  const sentence = sentenceOf(row);
  return (
    <li className={cn('flex items-start gap-2.5 px-4 py-1', isNew && 'new-row')}>
      <Time at={row.event.at} as={isToday(row.event.at) ? 'clock' : 'age'} className="w-[52px] shrink-0 text-small leading-5 text-fg-3" />
      <span className="mt-[3px] shrink-0">
        {row.event.type === 'policy.violated' && row.event.subject ? (
          <ViolatedMark id={row.event.subject} />
        ) : (
          <Mark mark={sentence.mark} />
        )}
      </span>
      <p className="min-w-0 flex-1 break-words">
        {sentence.run === undefined ? <Words {...sentence} /> : <RunWords {...sentence} run={sentence.run} />}
      </p>
    </li>
  );
}

const Words = ({ strong, text, href }: Pick<Sentence, 'strong' | 'text' | 'href'>) => (
  <>
    {href ? (
      <Link href={href} className="font-medium hover:underline">
        <bdi>{strong}</bdi>
      </Link>
    ) : (
      <bdi className="font-medium">{strong}</bdi>
    )}{' '}
    <span className="text-fg-2">{text}</span>
  </>
);

/** An event of a run does not tell of which source it is. */
function RunWords({ run, text }: Sentence & { run: string }) {
  const [{ data }] = useQuery({ query: FEED_RUN, variables: { id: run }, requestPolicy: 'cache-first' });
  const source = data?.scanRun?.source;
  return <Words strong={source ? `Scan of ${source.name}` : 'Scan'} text={text} href={source ? `/runs/${run}` : null} />;
}

/** The event does not tell how severe it is. */
function ViolatedMark({ id }: { id: string }) {
  const [{ data }] = useQuery({ query: FEED_SEVERITY, variables: { id }, requestPolicy: 'cache-first' });
  return data?.violation ? <SeverityMark severity={data.violation.severity} /> : <StatusMark status="OPEN" />;
}

function Mark({ mark }: { mark: Sentence['mark'] }) {
  if ('status' in mark) return <StatusMark status={mark.status} />;
  if ('kind' in mark) return <KindIcon kind={mark.kind} />;
  return <Tag aria-hidden className="size-3.5 text-fg-3" strokeWidth={1.6} />;
}
