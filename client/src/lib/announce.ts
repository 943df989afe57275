'use client';
/** What happens by itself, said to screen readers: one sentence in ten seconds, the last one of those that came. */
import { useSyncExternalStore } from 'react';

const PAUSE_MS = 10_000;
let said = '';
let next: string | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function say(text: string): void {
  said = text;
  next = undefined;
  for (const listener of listeners) listener();
  timer = setTimeout(() => {
    timer = undefined;
    if (next !== undefined) say(next);
  }, PAUSE_MS);
}

export function announce(text: string): void {
  if (timer) next = text;
  else say(text);
}

/** For the one region of the page that is read out. */
export const useAnnouncement = (): string =>
  useSyncExternalStore(
    (listener) => (listeners.add(listener), () => listeners.delete(listener)),
    () => said,
    () => '',
  );
