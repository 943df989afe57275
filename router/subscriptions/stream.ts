/** A subscription as graphql-ws wants it: a generator of results. */
import type { ExecutionResult } from 'graphql';
import type { Level } from '../metrics.ts';
import type { Subscription } from './subscription.ts';

/** `end` gives back what it takes. */
export type Stream = { subscription: Subscription; end: () => void };

/** Of an operation that its client has completed there is nothing more to tell, or it would be told of a later one with the same id. */
export const silence = (): Promise<never> => new Promise(() => {});

/** Its payloads are written by the subscription itself, as texts that others share; graphql-ws is told nothing, as only clients end it. */
export function streamOf({ subscription, end }: Stream, running: Level): AsyncGenerator<ExecutionResult> {
  const done: IteratorReturnResult<undefined> = { done: true, value: undefined };
  let isRunning = false;
  const leave = (): void => {
    subscription.close();
    if (!isRunning) end();
  };
  const stream = {
    async next() {
      isRunning = true;
      running.inc();
      try {
        await subscription.run();
      } finally {
        running.dec();
        end();
      }
      return await silence();
    },
    async return() {
      leave();
      return done;
    },
    async throw(error: unknown) {
      leave();
      throw error;
    },
    [Symbol.asyncIterator]: () => stream,
    async [Symbol.asyncDispose]() {
      leave();
    },
  };
  return stream as AsyncGenerator<ExecutionResult>;
}
