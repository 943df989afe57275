'use client';
import { X } from 'lucide-react';
import { memo, useEffect, useRef } from 'react';
import { Button, IconButton } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/states';
import { Spinner } from '@/components/ui/spinner';
import { Time } from '@/components/ui/time';
import { cn } from '@/lib/class-names';
import { formatCount, plural } from '@/lib/format';
import { MOST_KEPT, type Log, type LogEntry } from './live-log-entries';

export const LiveLogActions = ({ log, onStop, onClose }: { log: Log; onStop: () => void; onClose: () => void }) => (
  <div className="flex min-w-0 flex-1 items-center gap-2">
    <span className="flex min-w-0 items-center gap-1.5 text-small text-fg-3">
      {log.isRunning && <Spinner className="size-3" />}
      <span className="truncate">
        {log.isRunning ? 'Listening' : 'Stopped'}, {plural(log.count, 'event')}
      </span>
    </span>
    <span className="ml-auto">
      {log.isRunning ? (
        <Button size="small" onClick={onStop}>
          Stop
        </Button>
      ) : (
        <IconButton label="Close the log" size="small" icon={<X className="size-3.5" strokeWidth={1.6} />} onClick={onClose} />
      )}
    </span>
  </div>
);

/** What a subscription told, newest last; it follows the newest as long as the end is in view. */
export function LiveLog({ log }: { log: Log }) {
  const box = useRef<HTMLDivElement>(null);
  const followsEnd = useRef(true);
  useEffect(() => {
    const element = box.current;
    if (element && followsEnd.current) element.scrollTop = element.scrollHeight;
  }, [log.count]);
  if (log.entries.length === 0) {
    return (
      <EmptyState title={log.isRunning ? 'Nothing has happened yet' : 'Nothing was told'}>
        {log.isRunning ? 'Events come here as they happen. Other operations can be run meanwhile.' : 'The subscription has ended.'}
      </EmptyState>
    );
  }
  return (
    <div
      ref={box}
      role="log"
      aria-live="off"
      aria-label={`Events of ${log.title}`}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard
      tabIndex={0}
      className="min-h-0 flex-1 overflow-y-auto"
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        followsEnd.current = scrollHeight - scrollTop - clientHeight < 8;
      }}
    >
      {log.count > MOST_KEPT && (
        <p className="border-b border-line px-3 py-1.5 text-small text-fg-3">The newest {formatCount(MOST_KEPT)} are kept.</p>
      )}
      {log.entries.map((entry) => (
        <Entry key={entry.id} entry={entry} />
      ))}
    </div>
  );
}

const Entry = memo(function Entry({ entry: { at, text, isError } }: { entry: LogEntry }) {
  return (
    <div className="flex gap-3 border-b border-line px-3 py-1.5">
      <Time at={at} as="clock" className="shrink-0 text-small leading-[18px] text-fg-3" />
      <pre className={cn('min-w-0 flex-1 overflow-x-auto text-small leading-[18px]', isError && 'text-error-text')}>{text}</pre>
    </div>
  );
});
