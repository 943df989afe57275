/** What a question about the graph may cost. */
import { sqlState } from '#platform/database/index.ts';
import { currentOperation, withinOperation } from '#platform/database/operations.ts';
import { InvalidInput } from '#platform/errors.ts';

export const MAX_NODES = 5_000;
/** A question is answered with what was found so far after this. */
const TIME_MS = 5_000;

/** `signal`: aborted when it is over, for what waits meanwhile. */
export type Deadline = { isOver: () => boolean; signal?: AbortSignal };

export function createDeadline(ms = TIME_MS): Deadline {
  const until = performance.now() + ms;
  return { isOver: () => performance.now() > until, signal: AbortSignal.timeout(ms) };
}

const CANCELLED = '57014';

/** Undefined when time ran out: what was asked of a graph is ended there, and what had been found before is the answer. */
export async function withinTime<Result>(deadline: Deadline, work: () => Promise<Result>): Promise<Result | undefined> {
  if (deadline.isOver()) return undefined;
  if (!deadline.signal) return await work();
  const operation = currentOperation();
  const signal = operation ? AbortSignal.any([operation.signal, deadline.signal]) : deadline.signal;
  try {
    return await withinOperation(signal, operation?.caller ?? '', work);
  } catch (error) {
    const isOurs = deadline.signal.aborted && !operation?.signal.aborted;
    if (isOurs && (error === deadline.signal.reason || sqlState(error) === CANCELLED)) return undefined;
    throw error;
  }
}

/** BAD_USER_INPUT for a number out of bounds. */
export function checkRange(value: number, field: string, max: number): void {
  if (value < 1 || value > max) throw new InvalidInput(`"${field}" must be from 1 to ${max}, not ${value}.`, field, { max });
}
