/**
 * What a piece of work belongs to: the request, the job or the scan run. Log lines tell it, and events that are appended
 * within a request. It follows the work by itself, so nothing has to hand it on.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export type Trace = {
  /** As `x-request-id` and the errors of the operation tell it. */
  requestId?: string;
  jobId?: string;
  runId?: string;
};

const current = new AsyncLocalStorage<Trace>();

/** Runs `work` as part of this, and of what it is part of already. */
export const withTrace = <Result>(trace: Trace, work: () => Result): Result => current.run({ ...current.getStore(), ...trace }, work);

export const currentTrace = (): Readonly<Trace> => current.getStore() ?? {};
