'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { useClient, useQuery } from 'urql';
import { SeverityMark } from '@/components/ui/severity';
import { toast } from '@/components/ui/toast';
import { graphql } from '@/gql';
import type { BellViolationSubscription, ViolationFilter } from '@/gql/graphql';
import { announce } from '@/lib/announce';
import { formatRun, plural } from '@/lib/format';
import { newestCursor, onConnection } from '@/lib/graphql/connection';
import { useLive } from '@/lib/graphql/use-live';
import { useLater } from '@/lib/use-later';
import { useNow } from '@/lib/use-now';
import { useViewer } from '@/lib/viewer';
import { addNotices, followOtherWindows, openNotices, type Notice } from './notices';

const BELL_VIOLATION = graphql(`
  subscription BellViolation($after: String, $filter: ViolationFilter) {
    violationRaised(after: $after, filter: $filter) {
      cursor
      type
      at
      violation {
        id
        status
        severity
        message
        asset {
          id
          name
          source {
            id
            name
          }
        }
        policy {
          id
          name
        }
      }
    }
  }
`);
const BELL_RUN_ENDED = graphql(`
  subscription BellRunEnded($after: String) {
    eventPublished(after: $after, types: ["scan.completed", "scan.failed", "scan.held"]) {
      cursor
      event {
        id
        type
        subject
        time
      }
    }
  }
`);
const BELL_RUN = graphql(`
  query BellRun($id: ID!) {
    scanRun(id: $id) {
      id
      status
      queuedAt
      startedAt
      finishedAt
      source {
        id
        name
      }
    }
  }
`);
// The navigation's count asks the same: it follows through the cache.
const BELL_DEAD_LETTERS = graphql(`
  query BellDeadLetters {
    deadLetters(first: 1) {
      totalCount
      nodes {
        id
        consumer
        lastError
        failedAt
      }
    }
  }
`);

const MINUTE = 60_000;
/** What was missed while nobody looked is in the bell, but no toast any more. */
const RECENT_MS = 2 * MINUTE;

/** Fills the bell, as long as the page is there. */
export function useNotifications(): void {
  const { viewer, isAdmin, maySteward } = useViewer();
  const router = useRouter();
  const client = useClient();
  const [kept] = useState(() => openNotices(viewer.id).cursors);
  const [after, setAfter] = useState<Readonly<Record<string, string | undefined>>>(kept);
  useEffect(followOtherWindows, []);

  // Who comes for the first time begins here, and hears on the next visit of what came in between.
  useEffect(
    () =>
      onConnection(() => {
        const cursor = newestCursor();
        const missing = ['mine', 'critical', 'runs'].filter((stream) => !openNotices(viewer.id).cursors[stream]);
        if (cursor && missing.length > 0) addNotices([], Object.fromEntries(missing.map((stream) => [stream, cursor])));
      }),
    [viewer.id],
  );

  // A burst is told at once.
  const buffer = useRef<{ notices: Notice[]; cursors: Record<string, string> }>({ notices: [], cursors: {} });
  const flush = useLater(() => {
    const { notices, cursors } = buffer.current;
    buffer.current = { notices: [], cursors: {} };
    const fresh = addNotices(notices, cursors).filter(({ at }) => Date.parse(at) > Date.now() - RECENT_MS);
    const raised = fresh.filter(({ severity }) => severity);
    const critical = raised.filter(({ severity }) => severity === 'CRITICAL');
    const [first] = critical;
    if (raised.length > 0)
      announce(`${plural(raised.length, 'new violation')} on your assets${critical.length ? `, ${critical.length} critical` : ''}`);
    if (first) {
      const isOne = critical.length === 1;
      toast({
        title: isOne ? first.text : plural(critical.length, 'critical violation'),
        text: isOne ? first.place : first.label,
        mark: <SeverityMark severity="CRITICAL" />,
        stays: true,
        action: { label: 'Show', run: () => router.push(isOne ? first.href : '/violations?severity=CRITICAL') },
      });
    }
  }, 250);
  const add = (stream: string, cursor: string | null, notice: Notice | null) => {
    if (cursor) buffer.current.cursors[stream] = cursor;
    if (notice) buffer.current.notices.push(notice);
    flush();
  };
  /** What is kept no more, or of a log that was restored: from now on. */
  const restart = (stream: string) => setAfter((before) => ({ ...before, [stream]: undefined }));

  const onViolation =
    (stream: string) =>
    ({ violationRaised: { cursor, type, at, violation } }: BellViolationSubscription) =>
      add(stream, cursor, type === 'policy.violated' && violation?.asset ? violationNotice(violation, at) : null);
  const mine: ViolationFilter = { ownerIds: [viewer.id, ...viewer.teams.map(({ id }) => id)] };
  useLive(BELL_VIOLATION, {
    variables: { filter: mine, after: after.mine ?? null },
    onEvent: onViolation('mine'),
    onError: () => restart('mine'),
  });
  // Whoever answers for everything hears of what is critical, wherever it is.
  useLive(BELL_VIOLATION, {
    variables: { filter: { severities: ['CRITICAL'] }, after: after.critical ?? null },
    paused: !isAdmin,
    onEvent: onViolation('critical'),
    onError: () => restart('critical'),
  });
  useLive(BELL_RUN_ENDED, {
    variables: { after: after.runs ?? null },
    onEvent: ({ eventPublished: { cursor, event } }) => {
      add('runs', cursor, null);
      if (!event?.subject) return;
      const { subject, time } = event;
      void client.query(BELL_RUN, { id: subject }, { requestPolicy: 'network-only' }).then(({ data }) => {
        const run = data?.scanRun;
        if (run && maySteward({ sourceId: run.source.id })) add('runs', null, runNotice(run, time));
      });
    },
    onError: () => restart('runs'),
  });

  const minute = useNow(isAdmin ? MINUTE : null);
  const [{ data: dead }, askDead] = useQuery({ query: BELL_DEAD_LETTERS, pause: !isAdmin });
  // Dead letters have no events of their own.
  useEffect(() => {
    if (isAdmin) askDead({ requestPolicy: 'network-only' });
  }, [isAdmin, minute, askDead]);
  const letter = dead?.deadLetters?.nodes[0];
  useEffect(() => {
    if (!letter) return;
    addNotices(
      [
        {
          id: letter.id,
          group: 'dead letters',
          label: 'Dead letters',
          text: `${letter.consumer} gave up on an event`,
          place: letter.lastError,
          href: '/admin/dead-letters',
          groupHref: '/admin/dead-letters',
          status: 'FAILED',
          at: letter.failedAt,
          isRead: false,
        },
      ],
      {},
    );
  }, [letter]);
}

type Violation = NonNullable<BellViolationSubscription['violationRaised']['violation']>;
const violationNotice = ({ id, severity, message, asset, policy }: Violation, at: string): Notice => ({
  id,
  group: policy.id,
  label: policy.name,
  text: message.replace(/(?<=.)\. [^.]*\.$/, ''),
  place: asset?.name ?? '',
  href: `/violations?tab=all&violation=${id}`,
  groupHref: `/violations?policy=${policy.id}`,
  severity,
  at,
  isRead: false,
});

const ENDS = {
  COMPLETED: 'completed',
  COMPLETED_WITH_WARNINGS: 'completed with warnings',
  FAILED: 'failed',
  NEEDS_REVIEW: 'waits for your review',
} as const;
type Run = { id: string; status: string; queuedAt: string; startedAt?: string | null; source: { id: string; name: string } };
function runNotice({ id, status, queuedAt, startedAt, source }: Run, at: string): Notice | null {
  if (!(status in ENDS)) return null;
  const ended = status as keyof typeof ENDS;
  return {
    id: `${id} ${ended}`,
    group: source.id,
    label: source.name,
    text: `Run of ${formatRun(new Date(startedAt ?? queuedAt))} ${ENDS[ended]}`,
    place: source.name,
    href: `/runs/${id}`,
    groupHref: `/sources/${source.id}`,
    status: ended,
    at,
    isRead: false,
  };
}
