'use client';
import { useCallback, useEffect, useEffectEvent, useState } from 'react';

/** Runs `task` once, `delayMs` after it was first asked for: a burst of events asks for fresh numbers one time. */
export function useLater(task: () => void, delayMs: number): () => void {
  const run = useEffectEvent(task);
  const [isAsked, setAsked] = useState(false);
  useEffect(() => {
    if (!isAsked) return;
    const timer = setTimeout(() => {
      setAsked(false);
      run();
    }, delayMs);
    return () => clearTimeout(timer);
  }, [isAsked, delayMs]);
  return useCallback(() => setAsked(true), []);
}
