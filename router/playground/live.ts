/** Subscriptions in the page: over graphql-ws, with the session's token, and over lost connections without leaving anything out. */
import type { Client } from 'graphql-ws';
import { createSocketClient } from '#platform/graphql/socketClient.ts';
import type { Operation, SessionStore } from './session.ts';

type Result = { data?: Record<string, { cursor?: unknown } | null> | null; errors?: unknown };
type Observer = { next: (result: Result) => void; error: (error: unknown) => void; complete: () => void };
/** As GraphiQL takes it. */
export type LiveResults = { subscribe: (observer: Observer) => { unsubscribe: () => void } };

const TOKEN_ENDED = [4401, 4403];
const RETRY_MS = 1_000;

type Running = {
  /** Where the log ended before it was sent for the first time; undefined until then. */
  begin: string | undefined;
  /** Has it go on from there, unless it came further. */
  resumeFrom: (cursor: string) => void;
};

/** One socket for all tabs, open while one of them subscribes. */
export function createLive(session: SessionStore): (operation: Operation) => LiveResults {
  /** The last token was not taken (any more): another one is asked for. */
  let ended = false;
  let client: Client | undefined;
  /** Where the log ended when the socket was opened; undefined without one. */
  let head: string | undefined;
  const running = new Set<Running>();

  const connect = (): Client =>
    createSocketClient({
      url: `${location.origin.replace(/^http/, 'ws')}/graphql`,
      connectionParams: async () => ({ authorization: `Bearer ${await session.accessToken({ renew: ended })}` }),
      retryAttempts: Infinity,
      retryWait: () => new Promise((resolve) => setTimeout(resolve, RETRY_MS)),
      shouldRetry: () => session.current() !== null,
      on: {
        // Before anything is sent, for the first time or again.
        connected(_socket, payload) {
          ended = false;
          head = typeof payload?.cursor === 'string' ? payload.cursor : undefined;
          for (const each of running) {
            if (each.begin === undefined) each.begin = head;
            else each.resumeFrom(each.begin);
          }
        },
        closed(event) {
          ended = TOKEN_ENDED.includes((event as CloseEvent).code);
          head = undefined;
        },
      },
    });

  return (operation) => ({
    subscribe(observer) {
      client ??= connect();
      // Sent again after a lost connection: then with the place where it was, if the operation has a variable for it.
      const variables: { after?: unknown } = { ...(operation.variables as Record<string, unknown> | null) };
      const payload = { ...operation, variables };
      const hasPlace = operation.query.includes('$after');
      const self: Running = { begin: head, resumeFrom: (cursor) => hasPlace && (variables.after ??= cursor) };
      running.add(self);
      const leave = (): void => {
        running.delete(self);
        if (running.size === 0) head = undefined; // the socket is closed with the last one
      };
      const unsubscribe = client.subscribe<Record<string, { cursor?: unknown } | null>>(payload as Parameters<Client['subscribe']>[0], {
        next(result) {
          const cursor = Object.values(result.data ?? {})[0]?.cursor;
          if (typeof cursor === 'string' && hasPlace) variables.after = cursor;
          observer.next(result as Result);
        },
        error(error) {
          leave();
          observer.error(explain(error));
        },
        complete() {
          leave();
          observer.complete();
        },
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
