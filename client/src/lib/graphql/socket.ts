/** One socket for all subscriptions of the page; it goes on after a lost connection without leaving anything out or telling it twice. */
import type { Client } from 'graphql-ws';
import type { SubscriptionForwarder } from '@urql/core';
// oxlint-disable-next-line no-restricted-imports -- the one thing that the page shares with the servers: it is for browsers, too
import { createSocketClient } from '#platform/graphql/socketClient.ts';
import { accessToken, isSignedIn, onSession } from '../session/session';
import { meet, setConnection, setHurry, tellMissed } from './connection';

const TOKEN_ENDED = [4401, 4403];
const LONGEST_WAIT_MS = 10_000;

type Request = Parameters<SubscriptionForwarder>[0];
type Observer = Parameters<ReturnType<SubscriptionForwarder>['subscribe']>[0];
type Running = { begin: string | undefined; resumeFrom: (cursor: string) => void };
type Payload = { query: string; operationName?: string; variables?: Record<string, unknown>; extensions?: Record<string, unknown> };

let client: Client | undefined;
/** The last token was not taken (any more): another one is asked for. */
let ended = false;
/** The token was taken, and lived its time. */
let isRenewal = false;
let connectedAt = 0;
/** Where the log was, as far as we know; undefined without a socket. */
let head: string | undefined;
let lostAt = 0;
const running = new Set<Running>();
function tell(cursor: string): void {
  const newest = meet(cursor);
  if (head) head = newest;
}

/** Resolves when there is a session; at once, if there is one. */
function whenSignedIn(): Promise<void> {
  if (isSignedIn()) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = onSession(() => isSignedIn() && (stop(), resolve()));
  });
}

function connect(): Client {
  return createSocketClient({
    url: `${location.origin.replace(/^http/, 'ws')}/graphql`,
    connectionParams: async () => ({ authorization: `Bearer ${await accessToken({ renew: ended })}` }),
    retryAttempts: Infinity,
    shouldRetry: isSignedIn,
    retryWait: async (attempt) => {
      if (isRenewal && attempt === 0) return;
      // 0.5, 1, 2, 4, 8, 10 s, each with some chance in it: a restarted server is not met by everybody at once.
      const wait = Math.min(LONGEST_WAIT_MS, 500 * 2 ** attempt) * (0.75 + Math.random() / 2);
      setConnection({ state: 'waiting', retryAt: Date.now() + wait, since: lostAt || Date.now() });
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        setHurry(() => (clearTimeout(timer), resolve()));
      });
      setHurry(undefined);
    },
    on: {
      connecting: () => setConnection({ state: 'connecting' }),
      // Before anything is sent, for the first time or again.
      connected(_socket, payload) {
        ended = false;
        lostAt = 0;
        connectedAt = Date.now();
        head = typeof payload?.cursor === 'string' ? payload.cursor : undefined;
        if (head) tell(head);
        for (const each of running) {
          if (each.begin === undefined) each.begin = head;
          else each.resumeFrom(each.begin);
        }
        setConnection({ state: 'live' });
      },
      closed(event) {
        ended = TOKEN_ENDED.includes((event as CloseEvent).code);
        // Every five minutes: no reason to wait, nor to tell of it.
        isRenewal = ended && isSignedIn() && Date.now() - connectedAt > LONGEST_WAIT_MS;
        head = undefined;
        lostAt ||= Date.now();
        setConnection(running.size === 0 ? { state: 'idle' } : isRenewal ? { state: 'connecting' } : { state: 'stopped', since: lostAt });
      },
    },
  });
}

const isTooOld = (errors: readonly unknown[]): boolean =>
  errors.some((error) => (error as { extensions?: { code?: unknown } }).extensions?.code === 'CURSOR_EXPIRED');

/**
 * A subscription with `$after` goes on from the last cursor that it told; where the log does not reach back so far any more, from now on. It lasts
 * until it is ended here or refused there: a session that ends, or a server that does not want us, only stops it. Gives what ends it.
 */
export function subscribe(request: Request, observer: Observer): () => void {
  client ??= connect();
  const variables: Record<string, unknown> = { ...request.variables };
  const payload: Payload = { query: request.query ?? '', variables };
  if (request.operationName) payload.operationName = request.operationName;
  const hasPlace = payload.query.includes('$after');
  const self: Running = { begin: head, resumeFrom: (cursor) => hasPlace && (variables.after ??= cursor) };
  running.add(self);
  let unsubscribe: (() => void) | undefined;
  let isOver = false;
  const start = (): (() => void) =>
    client!.subscribe<Record<string, { cursor?: unknown } | null>>(payload as Parameters<Client['subscribe']>[0], {
      next(result) {
        const cursor = Object.values(result.data ?? {})[0]?.cursor;
        if (typeof cursor === 'string') {
          tell(cursor);
          if (hasPlace) variables.after = cursor;
        }
        observer.next(result as Parameters<typeof observer.next>[0]);
      },
      error(error) {
        if (!Array.isArray(error)) {
          unsubscribe?.(); // as far as the client below counts it
          const wait = isSignedIn() ? LONGEST_WAIT_MS : 0;
          setTimeout(() => void whenSignedIn().then(() => !isOver && (unsubscribe = start())), wait);
        } else if (isTooOld(error) && variables.after !== request.variables?.after) {
          delete variables.after;
          self.begin = head;
          unsubscribe = start();
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
  unsubscribe = start();
  return () => {
    isOver = true;
    running.delete(self);
    unsubscribe?.();
  };
}
