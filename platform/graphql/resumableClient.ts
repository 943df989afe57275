/** Subscriptions over one socket that go on after a lost connection without leaving anything out or telling it twice. Also for browsers. */
import type { ClientOptions, FormattedExecutionResult, Sink } from 'graphql-ws';
import { createSocketClient } from './socketClient.ts';

export type ResumableOptions = ClientOptions & {
  /** Hears of the newest position of the log that was told: with a connection, and with each payload. */
  onCursor?: (cursor: string) => void;
  /** Hears of each payload of what happened while the connection was lost; each subscription is told for itself. */
  onReplayed?: (cursor: string) => void;
  /** The log does not reach back to where a subscription was (CURSOR_EXPIRED): it goes on from now. Without this it ends with the error. */
  onMissed?: () => void;
  /** Resolves when it is worth another try after the socket was given up. Without this its subscriptions end with the error. */
  whenToReturn?: () => Promise<void>;
};
export type Subscription = { query: string; operationName?: string | null; variables?: unknown; extensions?: Record<string, unknown> };
/** Errors come as an array where the server refuses the operation, else as graphql-ws has them. */
export type SubscriptionSink = Sink<FormattedExecutionResult<Data, unknown>>;
type Data = Record<string, { cursor?: unknown } | null>;

export type ResumableClient = {
  /** With `$after` in its query it goes on from the last cursor that it told, or from where it began. Gives what ends it. */
  subscribe: (subscription: Subscription, sink: SubscriptionSink) => () => void;
  /** Nobody subscribes. */
  isIdle: () => boolean;
};

export function createResumableClient({ onCursor, onReplayed, onMissed, whenToReturn, ...options }: ResumableOptions): ResumableClient {
  /** Where the log was, as far as we know; undefined without a socket. */
  let head: string | undefined;
  /** Where it was when the socket was opened. */
  let opened: string | undefined;
  let count = 0;
  const tell = (cursor: string): void => {
    if (!head || isNewer(cursor, head)) head = cursor;
    onCursor?.(head);
  };
  const client = createSocketClient({
    ...options,
    on: {
      ...options.on,
      // Before anything is sent, for the first time or again.
      connected(socket, payload, isRetry) {
        opened = typeof payload?.cursor === 'string' ? payload.cursor : undefined;
        if (opened) tell(opened);
        options.on?.connected?.(socket, payload, isRetry);
      },
      closed(event) {
        head = undefined;
        options.on?.closed?.(event);
      },
    },
  });

  function subscribe({ query, operationName, variables, extensions }: Subscription, sink: SubscriptionSink): () => void {
    const hasPlace = query.includes('$after');
    const given = { ...(variables as Record<string, unknown> | null | undefined) };
    /** Where the log was when this was sent for the first time. */
    let begin: string | undefined;
    /** Of the last payload. */
    let place: string | undefined;
    let isResumed = false;
    const resumesFrom = (): string | undefined => place ?? (given.after == null ? begin : undefined);
    let unsubscribe: (() => void) | undefined;
    let isOver = false;
    const end = (): void => {
      if (!isOver) count--;
      isOver = true;
    };
    const payload = {
      query,
      ...(operationName && { operationName }),
      ...(extensions && { extensions }),
      // Asked each time that it is sent: only then it is known from where it has to go on.
      variables: {
        toJSON() {
          const after = resumesFrom() ?? given.after;
          isResumed = resumesFrom() !== undefined;
          begin ??= head;
          return hasPlace && after != null ? { ...given, after } : given;
        },
      },
    };
    const start = (): (() => void) =>
      client.subscribe<Data>(payload, {
        next(result) {
          const cursor = Object.values(result.data ?? {})[0]?.cursor;
          if (typeof cursor === 'string') {
            tell(cursor);
            place = cursor;
            if (isResumed && opened && !isNewer(cursor, opened)) onReplayed?.(cursor);
          }
          sink.next(result);
        },
        error(error) {
          if (!Array.isArray(error) && whenToReturn) {
            unsubscribe?.(); // as far as the client below counts it
            void whenToReturn().then(() => !isOver && (unsubscribe = start()));
          } else if (isTooOld(error) && onMissed && resumesFrom() !== undefined) {
            place = undefined;
            begin = undefined;
            delete given.after;
            unsubscribe = start();
            onMissed();
          } else {
            end();
            sink.error(error);
          }
        },
        complete() {
          end();
          sink.complete();
        },
      });
    count++;
    unsubscribe = start();
    return () => {
      end();
      unsubscribe?.();
    };
  }
  return { subscribe, isIdle: () => count === 0 };
}

const sequenceOf = (cursor: string): number => Number(cursor.split('.').at(-1));
/** In another epoch nothing can be compared: what came last counts. */
const isNewer = (cursor: string, than: string): boolean =>
  cursor.split('.')[0] !== than.split('.')[0] || sequenceOf(cursor) > sequenceOf(than);

const isTooOld = (error: unknown): boolean =>
  Array.isArray(error) && error.some((problem: { extensions?: { code?: unknown } }) => problem.extensions?.code === 'CURSOR_EXPIRED');
