/** How long something is waited for: a time, and until one of some signals is aborted. */

export type Limit = {
  /** Aborted when it is over. */
  signal: AbortSignal;
  /** What comes of the work, or the reason why it is not waited for any longer. It is not begun when the limit is over. */
  wait<Result>(work: () => Promise<Result>): Promise<Result>;
  /** To be called when nobody waits any more. */
  end(): void;
};

/** `onLate` gives the reason when the time is over; otherwise it is the signal's. */
export function createLimit(ms: number, onLate: () => unknown, signals: readonly (AbortSignal | undefined)[]): Limit {
  const controller = new AbortController();
  const { promise: over, reject } = Promise.withResolvers<never>();
  over.catch(() => {}); // who waits is told
  const stop = (reason: unknown): void => {
    controller.abort(reason);
    reject(reason);
  };
  const timer = setTimeout(() => stop(onLate()), ms);
  const listeners = signals.flatMap((signal) => (signal ? [{ signal, listener: () => stop(signal.reason) }] : []));
  for (const { signal, listener } of listeners) {
    if (signal.aborted) listener();
    else signal.addEventListener('abort', listener, { once: true });
  }
  return {
    signal: controller.signal,
    async wait(work) {
      controller.signal.throwIfAborted();
      return await Promise.race([work(), over]);
    },
    end() {
      clearTimeout(timer);
      for (const { signal, listener } of listeners) signal.removeEventListener('abort', listener);
    },
  };
}
