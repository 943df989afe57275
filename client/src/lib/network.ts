'use client';
/**
 * Whether our server can be reached. A browser's word that there is no network is checked: a server on the same machine answers without one.
 * What is to be changed meanwhile waits, before it is sent or where it is certain that nothing of it arrived: so nothing is done twice.
 */
import { useSyncExternalStore } from 'react';

/** `since`: milliseconds since 1970; null: not as far as we know. `waiting`: how many changes. */
export type Offline = { since: number | null; waiting: number };

const LOOK_MS = 3_000;
const PATIENCE_MS = 3_000;
const ONLINE: Offline = { since: null, waiting: 0 };
let state = ONLINE;
const listeners = new Set<() => void>();
export function setOffline(change: Partial<Offline>): void {
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

/** Until it is worth another try. */
export const pause = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, LOOK_MS);
    addEventListener('online', () => resolve(), { once: true });
  });

let looking: Promise<void> | undefined;
/** Resolves when the server answers. */
const look = (): Promise<void> =>
  (looking ??= (async () => {
    while (!(await serverAnswers())) {
      setOffline({ since: state.since ?? Date.now() });
      await pause();
    }
    setOffline({ since: null });
  })().finally(() => (looking = undefined)));

/** Leaving the page would lose what waits. */
const holdPage = (event: BeforeUnloadEvent): void => event.preventDefault();

/** Says of a change that it waits, as long as it does. */
export async function waiting<Result>(work: Promise<Result>): Promise<Result> {
  if (state.waiting === 0) addEventListener('beforeunload', holdPage);
  setOffline({ waiting: state.waiting + 1 });
  try {
    return await work;
  } finally {
    setOffline({ waiting: state.waiting - 1 });
    if (state.waiting === 0) removeEventListener('beforeunload', holdPage);
  }
}

/** Resolves when what is sent now can arrive; at once where nothing says otherwise. `isDoubtful`: something does. */
export async function whenReachable({ isDoubtful = false } = {}): Promise<void> {
  if (!navigator.onLine || state.since !== null || isDoubtful) await waiting(look());
}

/** Sends a change. One that certainly did not arrive waits and is sent again; one of which that is not known never is. */
export async function sendChange(send: () => Promise<Response>): Promise<Response> {
  const response = state.waiting === 0 ? await send() : undefined;
  // Of what a proxy says who reached nobody it is looked at whether that is so.
  if (response && response.status !== 502) return response;
  const late = await import('./resend').catch(() => null);
  return late ? late.resend(send, response) : (response ?? send());
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
