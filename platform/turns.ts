/** Something scarce, shared fairly: a bound over all, a share that one key has at most, and keys that wait take turns. Pure. */

export type TurnsOptions = {
  /** Most turns at a time, over all keys. */
  limit: number;
  /** Most turns of one key at a time. */
  perKey: number;
};

export type Turns = {
  /** Resolves with what gives the turn back. Fails with the signal's reason once that is aborted, and waits no longer then. */
  take(key: string, signal?: AbortSignal): Promise<() => void>;
  /** How many of a key wait. */
  waiting(key: string): number;
};

/** However much one key asks for, another waits for at most one turn of each: a flood of one holds nobody else up. */
export function createTurns({ limit, perKey }: TurnsOptions): Turns {
  /** In turn: a key moves to the end when one of its own starts. */
  const waiting = new Map<string, Set<() => void>>();
  const busy = new Map<string, number>();
  let total = 0;

  function count(key: string, change: 1 | -1): void {
    total += change;
    const now = (busy.get(key) ?? 0) + change;
    if (now > 0) busy.set(key, now);
    else busy.delete(key);
  }

  function leave(key: string, start: () => void): void {
    const queue = waiting.get(key);
    queue?.delete(start);
    if (queue?.size === 0) waiting.delete(key);
  }

  function startNext(): void {
    for (const [key, queue] of waiting) {
      if (total >= limit) return;
      if ((busy.get(key) ?? 0) >= perKey) continue;
      const [start] = queue;
      waiting.delete(key);
      waiting.set(key, queue);
      leave(key, start!);
      count(key, 1);
      start!();
    }
  }

  return {
    async take(key, signal) {
      signal?.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      // A turn that was given stays given: what is aborted later is for whoever has it to see.
      const start = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        leave(key, start);
        reject(signal!.reason);
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      waiting.set(key, (waiting.get(key) ?? new Set()).add(start));
      startNext();
      await promise;
      return () => {
        count(key, -1);
        startNext();
      };
    },
    waiting: (key) => waiting.get(key)?.size ?? 0,
  };
}
