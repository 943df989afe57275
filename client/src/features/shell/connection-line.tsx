'use client';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { cn } from '@/lib/class-names';
import { formatClock, plural } from '@/lib/format';
import { currentConnection, onConnection, reconnectNow, type Connection } from '@/lib/graphql/connection';
import { useOffline, type Offline } from '@/lib/network';
import { useNow } from '@/lib/use-now';

const IDLE: Connection = { state: 'idle' };

function wordsOf(connection: Connection, { since, waiting }: Offline, now: number): { tone: string; text: string } {
  if (since !== null) {
    const lost = 'since' in connection ? Math.min(since, connection.since) : since;
    const edits = waiting > 0 ? `, ${plural(waiting, 'change')} not sent` : '';
    return { tone: 'bg-fg-3', text: `Offline, shown as of ${formatClock(new Date(lost))}${edits}` };
  }
  switch (connection.state) {
    case 'live':
      return connection.replayed
        ? { tone: 'bg-warning-mark', text: `Catching up, ${plural(connection.replayed, 'event')}` }
        : { tone: 'bg-ok-mark', text: 'Live, up to date' };
    case 'waiting':
      return { tone: 'bg-warning-mark', text: `Connecting again in ${Math.max(1, Math.ceil((connection.retryAt - now) / 1000))} s` };
    case 'connecting':
      return { tone: 'bg-warning-mark', text: 'Connecting' };
    case 'stopped':
      return { tone: 'bg-fg-3', text: 'Not connected' };
    case 'idle':
      return { tone: 'bg-fg-3', text: 'Not live on this page' };
  }
}

/** How live the page is. Told to screen readers only when it lasts. */
export function ConnectionLine({ labelClass }: { labelClass: string }) {
  const connection = useSyncExternalStore(onConnection, currentConnection, () => IDLE);
  const offline = useOffline();
  const isOnline = offline.since === null;
  const now = useNow(connection.state === 'waiting' ? 500 : null);
  useEffect(() => {
    if (isOnline) reconnectNow();
  }, [isOnline]);
  const { tone, text } = wordsOf(connection, offline, now);
  const [announced, setAnnounced] = useState('');
  const kind = isOnline ? connection.state : 'offline';
  useEffect(() => {
    const timer = setTimeout(
      () => setAnnounced(kind === 'waiting' ? 'Connection lost' : kind === 'live' ? 'Live' : kind === 'offline' ? 'Offline' : ''),
      5_000,
    );
    return () => clearTimeout(timer);
  }, [kind]);
  return (
    <div title={text} className="flex h-6 items-center gap-2.5 px-2 text-small text-fg-2">
      <span aria-hidden className={cn('mx-[5px] size-1.5 shrink-0 rounded-full', tone)} />
      <span aria-hidden className={labelClass}>
        {text}
      </span>
      <span role="status" className="sr-only">
        {announced}
      </span>
    </div>
  );
}
