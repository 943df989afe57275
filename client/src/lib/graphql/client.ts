/** The page's GraphQL client: a normalised cache, the session's token, documents by their hash, live events over one socket. */
import { Client, fetchExchange, makeOperation, mapExchange, subscriptionExchange, type Operation } from '@urql/core';
import { authExchange } from '@urql/exchange-auth';
import { persistedExchange } from '@urql/exchange-persisted';
import { currentOffline, onOffline, sendChange, watchNetwork, whenReachable } from '../network';
import { fetchFirst } from '../session/first-answers';
import { accessToken, currentToken, isSignedIn, isTokenOld, onSession } from '../session/session';
import { cache } from './cache';
import { codeOf } from './code-of';
import { createContent } from './content';
import { currentConnection, forwardSubscription, onConnection, onMissed } from './connection';

export { codeOf };

type Hashed = { __meta__?: { hash?: string } };

/** Calls `then` whenever `isNow` becomes true. */
function whenever(onChange: (listener: () => void) => unknown, isNow: () => boolean, then: () => void): void {
  let was = isNow();
  onChange(() => {
    const is = isNow();
    if (is && !was) then();
    was = is;
  });
}

/** A change is sent when it can arrive, and again where it certainly did not. */
async function carefully(operation: Operation): Promise<Operation> {
  await whenReachable({ isDoubtful: currentConnection().state === 'waiting' });
  const send: typeof fetch = (...request) => sendChange(() => fetch(...request));
  return makeOperation(operation.kind, operation, { ...operation.context, fetch: send });
}

/** One for each page, as long as it is open. */
export function createGraphql(): Client {
  const content = createContent();
  const client = new Client({
    url: '/graphql',
    fetch: fetchFirst,
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    exchanges: [
      content.exchange,
      cache(),
      mapExchange({ onOperation: (operation) => (operation.kind === 'mutation' ? carefully(operation) : operation) }),
      authExchange(async (utilities) => ({
        addAuthToOperation: (operation) => {
          const token = currentToken();
          return token && operation.kind !== 'subscription'
            ? utilities.appendHeaders(operation, { authorization: `Bearer ${token}` })
            : operation;
        },
        willAuthError: (operation) => operation.kind !== 'subscription' && isTokenOld(),
        // The clock of this machine may differ from the server's: a refused token is renewed once.
        didAuthError: (error) => codeOf(error) === 'UNAUTHENTICATED',
        // Without a session the operation is refused, and the sign-in comes over the page.
        refreshAuth: async () => void (await accessToken({ renew: true }).catch(() => {})),
      })),
      persistedExchange({
        enableForMutation: true,
        preferGetForPersistedQueries: false,
        generateHash: (_, document) => Promise.resolve((document as Hashed).__meta__?.hash ?? ''),
      }),
      fetchExchange,
      subscriptionExchange({ forwardSubscription }),
    ],
  });
  if (typeof window === 'undefined') return client;
  watchNetwork();
  whenever(onOffline, () => currentOffline().since === null, content.retry);
  whenever(onConnection, () => currentConnection().state === 'live', content.retry);
  whenever(onSession, isSignedIn, content.retry);
  onMissed(content.reload);
  return client;
}
