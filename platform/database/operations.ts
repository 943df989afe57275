/**
 * Statements end with the operation that asked for them. What is asked within `withinOperation` is cancelled in the
 * server once the operation's signal is aborted, and nothing more is asked; no store has to pass a signal on. Scans, consumers and jobs
 * run outside of operations and are left alone. How a statement is cancelled is in `cancelling.ts`.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export type Operation = {
  signal: AbortSignal;
  /** Of each statement under way: starts cancelling it. */
  running: Set<() => void>;
};

const current = new AsyncLocalStorage<Operation | undefined>();
/** One for each signal, however many sub-queries share it. */
const operations = new WeakMap<AbortSignal, Operation>();

function operationOf(signal: AbortSignal): Operation {
  let operation = operations.get(signal);
  if (!operation) {
    const { running } = (operation = { signal, running: new Set() });
    operations.set(signal, operation);
    signal.addEventListener('abort', () => running.forEach((cancel) => cancel()), { once: true });
  }
  return operation;
}

/** Runs `work`; the statements that it asks for are cancelled when the signal is aborted, and transactions rolled back. */
export function withinOperation<Result>(signal: AbortSignal | undefined, work: () => Result): Result {
  return current.run(signal && operationOf(signal), work);
}

/** For what outlives the operation that happens to start it: a shared promise, a cache. */
export function outsideOperation<Result>(work: () => Result): Result {
  return current.run(undefined, work);
}

/** The one that the caller works for. */
export const currentOperation = (): Operation | undefined => current.getStore();
