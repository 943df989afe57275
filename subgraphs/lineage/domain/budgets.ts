/** What a question about the graph may cost. */
import { InvalidInput } from '#platform/errors.ts';

export const MAX_NODES = 5_000;
/** A question is answered with what was found so far after this; a single statement is ended by its own limit. */
const TIME_MS = 5_000;

export type Deadline = { isOver: () => boolean };

export function createDeadline(ms = TIME_MS): Deadline {
  const until = performance.now() + ms;
  return { isOver: () => performance.now() > until };
}

/** BAD_USER_INPUT for a number out of bounds. */
export function checkRange(value: number, field: string, max: number): void {
  if (value < 1 || value > max) throw new InvalidInput(`"${field}" must be from 1 to ${max}, not ${value}.`, field, { max });
}
