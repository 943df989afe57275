/** A bound on costly work that strangers can ask for: few tasks at a time, one at a time for each key, keys in turn. */
import { TooMuch } from '../errors.ts';

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
  /** In turn: a key moves to the end when one of its tasks starts. */
  const waiting = new Map<string, (() => void)[]>();
  const busy = new Set<string>();

  function startNext(): void {
    for (const [key, queue] of waiting) {
      if (busy.size >= limit) return;
      if (busy.has(key)) continue;
      const start = queue.shift()!;
      waiting.delete(key);
      if (queue.length > 0) waiting.set(key, queue);
      busy.add(key);
      start();
    }
  }

  return {
    async run(key, task) {
      const queue = waiting.get(key) ?? [];
      if (queue.length >= waitingPerKey) {
        throw new TooMuch('RATE_LIMITED', 'Too many passwords are waiting to be checked. Try again in a moment.', { retryAfterMs: 1000 });
      }
      await new Promise<void>((resolve) => {
        waiting.set(key, [...queue, resolve]);
        startNext();
      });
      try {
        return await task();
      } finally {
        busy.delete(key);
        startNext();
      }
    },
  };
}
