/** One socket for all subscriptions of the page; it goes on after a lost connection without leaving anything out or telling it twice. */
import type { SubscriptionForwarder } from '@urql/core';
// oxlint-disable-next-line no-restricted-imports -- the one thing that the page shares with the servers: it is for browsers, too
import { createResumableClient, type ResumableClient } from '#platform/graphql/resumableClient.ts';
import { accessToken, isSignedIn, onSession } from '../session/session';
import { setConnection, setHurry, setNewest, tellMissed } from './connection';

const TOKEN_ENDED = [4401, 4403];
const LONGEST_WAIT_MS = 10_000;
/** So often it is said how much was replayed. Nothing tells that it was all: so much later it is taken for it. */
const TELL_MS = 250;
const CALM_MS = 1_500;

type Request = Parameters<SubscriptionForwarder>[0];
type Observer = Parameters<ReturnType<SubscriptionForwarder>['subscribe']>[0];

let client: ResumableClient | undefined;
/** The last token was not taken (any more): another one is asked for. */
let ended = false;
/** The token was taken, and lived its time. */
let isRenewal = false;
let connectedAt = 0;
let lostAt = 0;

const replayed = new Set<string>();
let telling: ReturnType<typeof setTimeout> | undefined;
let calm: ReturnType<typeof setTimeout> | undefined;
function endReplay(): void {
  clearTimeout(telling);
  clearTimeout(calm);
  telling = undefined;
  replayed.clear();
}
/** Several subscriptions are told of the same event: it is one. */
function onReplayed(cursor: string): void {
  replayed.add(cursor);
  telling ??= setTimeout(() => {
    telling = undefined;
    setConnection({ state: 'live', replayed: replayed.size });
  }, TELL_MS);
  clearTimeout(calm);
  calm = setTimeout(() => {
    endReplay();
    setConnection({ state: 'live' });
  }, CALM_MS);
}

/** Resolves when there is a session; at once, if there is one. */
function whenSignedIn(): Promise<void> {
  if (isSignedIn()) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = onSession(() => isSignedIn() && (stop(), resolve()));
  });
}

function connect(): ResumableClient {
  return createResumableClient({
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
    // A session that ended, or a server that does not want us.
    whenToReturn: async () => {
      if (isSignedIn()) await new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT_MS));
      await whenSignedIn();
    },
    onCursor: setNewest,
    onReplayed,
    onMissed: tellMissed,
    on: {
      connecting: () => setConnection({ state: 'connecting' }),
      connected() {
        ended = false;
        lostAt = 0;
        connectedAt = Date.now();
        setConnection({ state: 'live' });
      },
      closed(event) {
        endReplay();
        ended = TOKEN_ENDED.includes((event as CloseEvent).code);
        // Every five minutes: no reason to wait, nor to tell of it.
        isRenewal = ended && isSignedIn() && Date.now() - connectedAt > LONGEST_WAIT_MS;
        lostAt ||= Date.now();
        setConnection(client?.isIdle() ? { state: 'idle' } : isRenewal ? { state: 'connecting' } : { state: 'stopped', since: lostAt });
      },
    },
  });
}

/**
 * A subscription with `$after` goes on from the last cursor that it told; where the log does not reach back so far any more, from now on. It lasts
 * until it is ended here or refused there: a session that ends, or a server that does not want us, only stops it. Gives what ends it.
 */
export function subscribe({ query = '', operationName, variables }: Request, observer: Observer): () => void {
  client ??= connect();
  return client.subscribe(
    { query, operationName, variables },
    {
      next: (result) => observer.next(result as Parameters<typeof observer.next>[0]),
      error(errors) {
        observer.next({ errors: errors as never, data: undefined } as never);
        observer.complete();
      },
      complete: () => observer.complete(),
    },
  );
}
