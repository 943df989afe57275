/**
 * Statements end with the operation that asked for them. What is asked within `withinOperation` is cancelled in the
 * server once the operation's signal is aborted, and nothing more is asked; no store has to pass a signal on. Scans, consumers and jobs
 * run outside of operations and are left alone. How a statement is cancelled is in `cancelling.ts`.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export type Operation = {
  signal: AbortSignal;
  /** Whose it is: a caller has only a share of a pool's sessions at a time (`cancelling.ts`). */
  caller: string;
  /** Of each statement under way: starts cancelling it. */
  running: Set<() => void>;
  /** In a transaction, which has its session already: what asks for a second one then does not wait for the caller's others. */
  hasSession?: true;
};

const current = new AsyncLocalStorage<Operation | undefined>();
/** One for each signal, however many sub-queries share it. */
const runningOf = new WeakMap<AbortSignal, Operation['running']>();

function operationOf(signal: AbortSignal, caller: string): Operation {
  let running = runningOf.get(signal);
  if (!running) {
    const statements: Operation['running'] = (running = new Set());
    runningOf.set(signal, statements);
    signal.addEventListener('abort', () => statements.forEach((cancel) => cancel()), { once: true });
  }
  return { signal, caller, running };
}

/** Runs `work`; the statements that it asks for are cancelled when the signal is aborted, and transactions rolled back. */
export function withinOperation<Result>(signal: AbortSignal | undefined, caller: string, work: () => Result): Result {
  return current.run(signal && operationOf(signal, caller), work);
}

/** For a transaction's function. */
export function withSession<Result>(operation: Operation, work: () => Result): Result {
  return current.run({ ...operation, hasSession: true }, work);
}

/** For what outlives the operation that happens to start it: a shared promise, a cache. */
export function outsideOperation<Result>(work: () => Result): Result {
  return current.run(undefined, work);
}

/** The one that the caller works for. */
export const currentOperation = (): Operation | undefined => current.getStore();
