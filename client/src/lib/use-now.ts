'use client';
import { useCallback, useSyncExternalStore } from 'react';

/** The time in milliseconds, new every `everyMs`; null: it stands still. 0 on the server. */
export function useNow(everyMs: number | null): number {
  const subscribe = useCallback(
    (listener: () => void) => {
      if (everyMs === null) return () => {};
      const timer = setInterval(listener, everyMs);
      return () => clearInterval(timer);
    },
    [everyMs],
  );
  // Whole steps: asked twice within one it is the same.
  return useSyncExternalStore(
    subscribe,
    () => (everyMs === null ? 0 : Math.floor(Date.now() / everyMs) * everyMs),
    () => 0,
  );
}
