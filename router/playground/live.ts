/** Subscriptions in the page: over graphql-ws, with the session's token, and over lost connections without leaving anything out. */
import { createResumableClient, type ResumableClient } from '#platform/graphql/resumableClient.ts';
import type { Operation, SessionStore } from './session.ts';

type Result = { data?: Record<string, { cursor?: unknown } | null> | null; errors?: unknown };
type Observer = { next: (result: Result) => void; error: (error: unknown) => void; complete: () => void };
/** As GraphiQL takes it. */
export type LiveResults = { subscribe: (observer: Observer) => { unsubscribe: () => void } };

const TOKEN_ENDED = [4401, 4403];
const RETRY_MS = 1_000;

/** One socket for all tabs, open while one of them subscribes. */
export function createLive(session: SessionStore): (operation: Operation) => LiveResults {
  /** The last token was not taken (any more): another one is asked for. */
  let ended = false;
  let client: ResumableClient | undefined;

  const connect = (): ResumableClient =>
    createResumableClient({
      url: `${location.origin.replace(/^http/, 'ws')}/graphql`,
      connectionParams: async () => ({ authorization: `Bearer ${await session.accessToken({ renew: ended })}` }),
      retryAttempts: Infinity,
      retryWait: () => new Promise((resolve) => setTimeout(resolve, RETRY_MS)),
      shouldRetry: () => session.current() !== null,
      on: {
        connected: () => (ended = false),
        closed: (event) => (ended = TOKEN_ENDED.includes((event as CloseEvent).code)),
      },
    });

  return (operation) => ({
    subscribe(observer) {
      client ??= connect();
      const unsubscribe = client.subscribe(operation, {
        next: (result) => observer.next(result),
        error: (error) => observer.error(explain(error)),
        complete: () => observer.complete(),
      });
      return { unsubscribe };
    },
  });
}

/** Errors of the operation as they are; of the connection in words. */
function explain(error: unknown): unknown {
  if (Array.isArray(error)) return { errors: error };
  const { code, reason } = (error ?? {}) as { code?: number; reason?: string };
  return new Error(reason || (code ? `The connection was closed (${code}).` : 'The server cannot be reached. Is it still running?'));
}
