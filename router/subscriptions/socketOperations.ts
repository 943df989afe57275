/** What is under way on one socket. Counted here: graphql-ws forgets an operation at its `complete`, whatever still runs. */
import { TooMuch } from '#platform/errors.ts';

/** At a time, on one socket; with those that were completed and have not come to their end, twice as many. */
const MOST = 100;

export type SocketOperation = {
  /** Aborted at its `complete`, and when the socket is closed. */
  readonly signal: AbortSignal;
  /** It needs nothing any more. */
  end: () => void;
};

export type Operations = {
  /** RATE_LIMITED when there are too many. */
  begin: (id: string) => SocketOperation;
  /** The client wants no more of what has this id. */
  complete: (id: string) => void;
  count: () => number;
};

export function createOperations(closed: AbortSignal): Operations {
  const running = new Set<{ id: string; controller: AbortController }>();
  const wanted = (): number => [...running].filter(({ controller }) => !controller.signal.aborted).length;
  closed.addEventListener('abort', () => running.forEach(({ controller }) => controller.abort()), { once: true });
  return {
    begin(id) {
      if (running.size >= 2 * MOST || wanted() >= MOST) {
        throw new TooMuch('RATE_LIMITED', `At most ${MOST} operations at a time are possible on one socket. Complete some first.`, {
          retryAfterMs: 1_000,
          limit: MOST,
        });
      }
      const operation = { id, controller: new AbortController() };
      if (closed.aborted) operation.controller.abort();
      running.add(operation);
      return { signal: operation.controller.signal, end: () => void running.delete(operation) };
    },
    complete: (id) => running.forEach((operation) => operation.id === id && operation.controller.abort()),
    count: () => running.size,
  };
}
