/** Positions in the log, as clients hold them: `epoch.seq`. Valid wherever the log is read, under any filter. */
import { CursorExpired, InvalidInput } from '../errors.ts';
import type { LogCursor } from './types.ts';

/** Where a log is: its epoch (a new one after a backup was restored) and a seq in it. */
export type LogPosition = { epoch: string; seq: number };

const CURSOR = /^([0-9a-z]{1,32})\.(0|[1-9][0-9]{0,15})$/;

export const formatLogCursor = ({ epoch, seq }: LogPosition): LogCursor => `${epoch}.${seq}`;

/**
 * The seq that a client's cursor stands for. BAD_USER_INPUT when it is none, or lies after the head; CURSOR_EXPIRED when
 * it is of another epoch, or lies before `oldest`, the oldest cursor that can be had: what came after it was dropped.
 */
export function parseLogCursor(
  cursor: string,
  head: LogPosition,
  oldest: LogCursor = formatLogCursor({ epoch: head.epoch, seq: 0 }),
): number {
  const [, epoch, digits] = CURSOR.exec(cursor) ?? [];
  const seq = Number(digits);
  if (epoch === undefined || !Number.isSafeInteger(seq)) {
    throw new InvalidInput(
      '"after" is not a position in the event log. Pass a cursor that the log gave, such as a payload\'s "cursor".',
      'after',
    );
  }
  if (epoch !== head.epoch) throw new CursorExpired(oldest);
  if (seq < Number(CURSOR.exec(oldest)![2])) throw new CursorExpired(oldest);
  if (seq > head.seq) throw new InvalidInput('"after" lies past the end of the event log. Pass a cursor that the log gave.', 'after');
  return seq;
}
