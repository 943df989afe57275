/** The page's GraphQL client: a normalised cache, the session's token, documents by their hash, live events over one socket. */
import { Client, fetchExchange, subscriptionExchange, type CombinedError } from '@urql/core';
import { authExchange } from '@urql/exchange-auth';
import { persistedExchange } from '@urql/exchange-persisted';
import { accessToken, currentToken, isTokenOld } from '../session/session';
import { cache } from './cache';
import { forwardSubscription } from './socket';

export const codeOf = (error: CombinedError | undefined): string | undefined =>
  error?.graphQLErrors.map(({ extensions }) => extensions.code as string | undefined).find(Boolean) ??
  (error?.networkError ? 'UPSTREAM_UNAVAILABLE' : undefined);

type Hashed = { __meta__?: { hash?: string } };

export function createGraphql(): Client {
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    exchanges: [
      cache(),
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
}
