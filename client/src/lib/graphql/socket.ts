/** One socket for all subscriptions of the page; it goes on after a lost connection without leaving anything out or telling it twice. */
import type { Client } from 'graphql-ws';
import type { SubscriptionForwarder } from '@urql/core';
import { accessToken, isSignedIn, onSession } from '../session/session';

/** `waiting`: tries again at `retryAt` (milliseconds since 1970). */
export type Connection =
  | { state: 'idle' }
  | { state: 'connecting' }
  | { state: 'live' }
  | { state: 'waiting'; retryAt: number; since: number }
  | { state: 'stopped'; since: number };

const TOKEN_ENDED = [4401, 4403];
const LONGEST_WAIT_MS = 10_000;

type Running = { begin: string | undefined; resumeFrom: (cursor: string) => void };
type Payload = { query: string; operationName?: string; variables?: Record<string, unknown>; extensions?: Record<string, unknown> };

let connection: Connection = { state: 'idle' };
const listeners = new Set<() => void>();
function set(next: Connection): void {
  connection = next;
  for (const listener of listeners) listener();
}
export const currentConnection = (): Connection => connection;
export function onConnection(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Its script comes with the first subscription. */
let client: Promise<Client> | undefined;
/** The last token was not taken (any more): another one is asked for. */
let ended = false;
/** The token was taken, and lived its time. */
let isRenewal = false;
let connectedAt = 0;
/** Where the log was, as far as we know; undefined without a socket. */
let head: string | undefined;
let lostAt = 0;
const running = new Set<Running>();
/** The newest position of the log that was told over the socket. */
let newest: string | undefined;
const sequenceOf = (cursor: string): number => Number(cursor.split('.').at(-1));
function meet(cursor: string): void {
  if (!newest || newest.split('.')[0] !== cursor.split('.')[0] || sequenceOf(cursor) > sequenceOf(newest)) newest = cursor;
  if (head) head = newest;
}
export const newestCursor = (): string | undefined => newest;

/** Ends a wait between two attempts. */
let hurry: (() => void) | undefined;

/** The connection is tried at once, as when the browser says that it is online again. */
export const reconnectNow = (): void => hurry?.();

const MISSED_MS = 250;
const missedListeners = new Set<() => void>();
let missing: ReturnType<typeof setTimeout> | undefined;
/** Several subscriptions miss the same. */
function tellMissed(): void {
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

/** Resolves when there is a session; at once, if there is one. */
function whenSignedIn(): Promise<void> {
  if (isSignedIn()) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = onSession(() => isSignedIn() && (stop(), resolve()));
  });
}

const LOAD_AGAIN_MS = 2_000;
async function loadClient() {
  for (;;) {
    try {
      // oxlint-disable-next-line no-restricted-imports -- the one thing that the page shares with the servers: it is for browsers, too
      return (await import('#platform/graphql/socketClient.ts')).createSocketClient;
    } catch {
      // Without a network it cannot be loaded yet: then again, until it can.
      await new Promise((resolve) => setTimeout(resolve, LOAD_AGAIN_MS));
    }
  }
}

async function connect(): Promise<Client> {
  const createClient = await loadClient();
  return createClient({
    url: `${location.origin.replace(/^http/, 'ws')}/graphql`,
    connectionParams: async () => ({ authorization: `Bearer ${await accessToken({ renew: ended })}` }),
    retryAttempts: Infinity,
    shouldRetry: isSignedIn,
    retryWait: async (attempt) => {
      if (isRenewal && attempt === 0) return;
      // 0.5, 1, 2, 4, 8, 10 s, each with some chance in it: a restarted server is not met by everybody at once.
      const wait = Math.min(LONGEST_WAIT_MS, 500 * 2 ** attempt) * (0.75 + Math.random() / 2);
      set({ state: 'waiting', retryAt: Date.now() + wait, since: lostAt || Date.now() });
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        hurry = () => (clearTimeout(timer), resolve());
      });
      hurry = undefined;
    },
    on: {
      connecting: () => set({ state: 'connecting' }),
      // Before anything is sent, for the first time or again.
      connected(_socket, payload) {
        ended = false;
        lostAt = 0;
        connectedAt = Date.now();
        head = typeof payload?.cursor === 'string' ? payload.cursor : undefined;
        if (head) meet(head);
        for (const each of running) {
          if (each.begin === undefined) each.begin = head;
          else each.resumeFrom(each.begin);
        }
        set({ state: 'live' });
      },
      closed(event) {
        ended = TOKEN_ENDED.includes((event as CloseEvent).code);
        // Every five minutes: no reason to wait, nor to tell of it.
        isRenewal = ended && isSignedIn() && Date.now() - connectedAt > LONGEST_WAIT_MS;
        head = undefined;
        lostAt ||= Date.now();
        set(running.size === 0 ? { state: 'idle' } : isRenewal ? { state: 'connecting' } : { state: 'stopped', since: lostAt });
      },
    },
  });
}

const isTooOld = (errors: readonly unknown[]): boolean =>
  errors.some((error) => (error as { extensions?: { code?: unknown } }).extensions?.code === 'CURSOR_EXPIRED');

/**
 * As urql's subscriptionExchange takes it. A subscription with `$after` goes on from the last cursor that it told; where the log does not reach back so
 * far any more, from now on. It lasts until it is ended here or refused there: a session that ends, or a server that does not want us, only stops it.
 */
export const forwardSubscription: SubscriptionForwarder = (request) => ({
  subscribe(observer) {
    client ??= connect();
    const variables: Record<string, unknown> = { ...request.variables };
    const payload: Payload = { query: request.query ?? '', variables };
    if (request.operationName) payload.operationName = request.operationName;
    const hasPlace = payload.query.includes('$after');
    const self: Running = { begin: head, resumeFrom: (cursor) => hasPlace && (variables.after ??= cursor) };
    running.add(self);
    let unsubscribe: (() => void) | undefined;
    let isOver = false;
    const start = (socket: Client): (() => void) =>
      socket.subscribe<Record<string, { cursor?: unknown } | null>>(payload as Parameters<Client['subscribe']>[0], {
        next(result) {
          const cursor = Object.values(result.data ?? {})[0]?.cursor;
          if (typeof cursor === 'string') {
            meet(cursor);
            if (hasPlace) variables.after = cursor;
          }
          observer.next(result as Parameters<typeof observer.next>[0]);
        },
        error(error) {
          if (!Array.isArray(error)) {
            unsubscribe?.(); // as far as the client below counts it
            const wait = isSignedIn() ? LONGEST_WAIT_MS : 0;
            setTimeout(() => void whenSignedIn().then(() => !isOver && (unsubscribe = start(socket))), wait);
          } else if (isTooOld(error) && variables.after !== request.variables?.after) {
            delete variables.after;
            self.begin = head;
            unsubscribe = start(socket);
            tellMissed();
          } else {
            running.delete(self);
            observer.next({ errors: error as never, data: undefined } as never);
            observer.complete();
          }
        },
        complete() {
          running.delete(self);
          observer.complete();
        },
      });
    void client.then((socket) => {
      if (!isOver) unsubscribe = start(socket);
    });
    return {
      unsubscribe: () => {
        isOver = true;
        running.delete(self);
        unsubscribe?.();
      },
    };
  },
});
