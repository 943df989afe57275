/** What the page knows of its socket. The socket itself (`socket.ts`) comes with the first subscription. */
import type { SubscriptionForwarder } from '@urql/core';

/** `waiting`: tries again at `retryAt` (milliseconds since 1970). `replayed`: how many events came of while it was lost, as long as they come. */
export type Connection =
  | { state: 'idle' }
  | { state: 'connecting' }
  | { state: 'live'; replayed?: number }
  | { state: 'waiting'; retryAt: number; since: number }
  | { state: 'stopped'; since: number };

let connection: Connection = { state: 'idle' };
const listeners = new Set<() => void>();
export function setConnection(next: Connection): void {
  connection = next;
  for (const listener of listeners) listener();
}
export const currentConnection = (): Connection => connection;
export function onConnection(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The newest position of the log that was told over the socket. */
let newest: string | undefined;
export const setNewest = (cursor: string): void => void (newest = cursor);
export const newestCursor = (): string | undefined => newest;

let hurry: (() => void) | undefined;
/** What ends a wait between two attempts. */
export const setHurry = (next: typeof hurry): void => void (hurry = next);
/** The connection is tried at once, as when the browser says that it is online again. */
export const reconnectNow = (): void => hurry?.();

const MISSED_MS = 250;
const missedListeners = new Set<() => void>();
let missing: ReturnType<typeof setTimeout> | undefined;
/** Several subscriptions miss the same. */
export function tellMissed(): void {
  missing ??= setTimeout(() => {
    missing = undefined;
    for (const listener of missedListeners) listener();
  }, MISSED_MS);
}
/** More happened while the socket was lost than can be replayed: what is shown must be loaded anew. */
export function onMissed(listener: () => void): () => void {
  missedListeners.add(listener);
  return () => missedListeners.delete(listener);
}

const LOAD_AGAIN_MS = 2_000;
async function loadSocket() {
  for (;;) {
    try {
      return await import('./socket');
    } catch {
      // Without a network it cannot be loaded yet: then again, until it can.
      await new Promise((resolve) => setTimeout(resolve, LOAD_AGAIN_MS));
    }
  }
}

let socket: ReturnType<typeof loadSocket> | undefined;
/** As urql's subscriptionExchange takes it. */
export const forwardSubscription: SubscriptionForwarder = (request) => ({
  subscribe(observer) {
    let isOver = false;
    let unsubscribe: (() => void) | undefined;
    void (socket ??= loadSocket()).then(({ subscribe }) => {
      if (!isOver) unsubscribe = subscribe(request, observer);
    });
    return {
      unsubscribe() {
        isOver = true;
        unsubscribe?.();
      },
    };
  },
});
