/** A bound on costly work that strangers can ask for: few tasks at a time, one at a time for each key, keys in turn. */
import { TooMuch } from '../errors.ts';
import { createTurns } from '../turns.ts';

export type GateOptions = {
  /** Most tasks that run at a time, over all keys. */
  limit: number;
  /** Most tasks of one key that wait; one more is refused with RATE_LIMITED. */
  waitingPerKey: number;
};

export type Gate = { run<Result>(key: string, task: () => Promise<Result>): Promise<Result> };

/**
 * One caller (key) keeps at most one slot busy, however much it asks for, and a caller with one task waits for at
 * most one task of each other: a flood from one address holds up nobody else's sign-in.
 */
export function createGate({ limit, waitingPerKey }: GateOptions): Gate {
  const turns = createTurns({ limit, perKey: 1 });
  return {
    async run(key, task) {
      if (turns.waiting(key) >= waitingPerKey) {
        throw new TooMuch('RATE_LIMITED', 'Too many passwords are waiting to be checked. Try again in a moment.', { retryAfterMs: 1000 });
      }
      const giveBack = await turns.take(key);
      try {
        return await task();
      } finally {
        giveBack();
      }
    },
  };
}
