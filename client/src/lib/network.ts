'use client';
/**
 * Whether our server can be reached. A browser's word that there is no network is checked: a server on the same machine answers without one.
 * What is to be changed meanwhile waits, before it is sent: so nothing is sent twice.
 */
import { useSyncExternalStore } from 'react';

/** `since`: milliseconds since 1970; null: not as far as we know. `waiting`: how many changes. */
export type Offline = { since: number | null; waiting: number };

const LOOK_MS = 3_000;
const PATIENCE_MS = 3_000;
const ONLINE: Offline = { since: null, waiting: 0 };
let state = ONLINE;
const listeners = new Set<() => void>();
function set(change: Partial<Offline>): void {
  state = { ...state, ...change };
  for (const listener of listeners) listener();
}
export function onOffline(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Now. */
export const serverAnswers = (): Promise<boolean> =>
  fetch('/health/live', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) }).then(
    ({ ok }) => ok,
    () => false,
  );

let looking: Promise<void> | undefined;
/** Resolves when the server answers. */
const look = (): Promise<void> =>
  (looking ??= (async () => {
    while (!(await serverAnswers())) {
      set({ since: state.since ?? Date.now() });
      await new Promise<void>((resolve) => {
        setTimeout(resolve, LOOK_MS);
        addEventListener('online', () => resolve(), { once: true });
      });
    }
    set({ since: null });
  })().finally(() => (looking = undefined)));

/** Leaving the page would lose what waits. */
const holdPage = (event: BeforeUnloadEvent): void => event.preventDefault();

/** Resolves when what is sent now can arrive; at once where nothing says otherwise. */
export async function whenReachable(): Promise<void> {
  if (navigator.onLine && state.since === null) return;
  if (state.waiting === 0) addEventListener('beforeunload', holdPage);
  set({ waiting: state.waiting + 1 });
  await look();
  set({ waiting: state.waiting - 1 });
  if (state.waiting === 0) removeEventListener('beforeunload', holdPage);
}

let isWatching = false;
/** Once for each page. */
export function watchNetwork(): void {
  if (isWatching) return;
  isWatching = true;
  addEventListener('offline', () => void look());
}

export const currentOffline = (): Offline => state;
export const useOffline = (): Offline => useSyncExternalStore(onOffline, currentOffline, () => ONLINE);
