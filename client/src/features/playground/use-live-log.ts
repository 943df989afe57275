'use client';
import { useEffect, useRef, useState } from 'react';
import { forwardSubscription } from '@/lib/graphql/connection';
import type { Operation } from './copy-as';
import { addEntry, type Log } from './live-log-entries';

/** One subscription at a time, beside whatever else is run; newest last. */
export function useLiveLog() {
  const [log, setLog] = useState<Log | null>(null);
  const running = useRef<{ unsubscribe: () => void }>(null);
  useEffect(() => () => running.current?.unsubscribe(), []);

  function stop(): void {
    running.current?.unsubscribe();
    running.current = null;
    setLog((before) => before && { ...before, isRunning: false });
  }

  function start({ query, variables = {}, operationName }: Operation, title: string): void {
    running.current?.unsubscribe();
    setLog({ title, isRunning: true, count: 0, entries: [] });
    const add = (text: string, isError: boolean): void => setLog((before) => before && addEntry(before, { at: new Date(), text, isError }));
    const own = forwardSubscription({ query, variables, operationName, extensions: undefined }, {} as never).subscribe({
      next: (result) => add(JSON.stringify(result, null, 2), Boolean(result.errors?.length)),
      error: (error: unknown) => add(String(error), true),
      complete: () => running.current === own && stop(),
    });
    running.current = own as { unsubscribe: () => void };
  }

  return { log, start, stop, close: () => (stop(), setLog(null)) };
}
