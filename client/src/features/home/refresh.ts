'use client';
/** The feed hears everything; the panels beside it ask again when something came that concerns them. */
import { useEffect, useEffectEvent } from 'react';
import { useLater } from '@/lib/use-later';

const listeners = new Set<(type: string) => void>();
export const tellRefresh = (type: string): void => {
  for (const listener of listeners) listener(type);
};

/** `prefixes`: of the types of events, as in `policy.`. At most once in two seconds. */
export function useRefresh(prefixes: readonly string[], task: () => void): void {
  const later = useLater(task, 2_000);
  const hear = useEffectEvent((type: string) => {
    if (prefixes.some((prefix) => type.startsWith(prefix))) later();
  });
  useEffect(() => {
    const listener = (type: string) => hear(type);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
}
