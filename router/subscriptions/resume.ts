/** Where a subscription begins: at the log's end, or after the cursor that a client kept. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CursorExpired } from '#platform/errors.ts';
import type { Database } from '#platform/database/index.ts';
import { formatLogCursor, parseLogCursor, type LogPosition } from '#platform/events/cursor.ts';
import { readHead } from '#platform/events/log.ts';
import { seesEvent, type EventScope } from '#platform/events/visibility.ts';
import { readBackward } from './logEvents.ts';
import type { Interest } from './rootFields.ts';
import type { InTurn } from './shares.ts';

/** A client that missed more does better to read the present state. */
const MOST_MISSED = 10_000;
/** Read at once: others have their turn between two pages. */
const PAGE = 500;

export type Resuming = {
  after: string | null;
  interest: Interest;
  scope: () => Promise<EventScope>;
  inTurn: InTurn;
};

/**
 * BAD_USER_INPUT for what is not a cursor of this log; CURSOR_EXPIRED, with the oldest that this subscription can have, for
 * one of another epoch, of before what the log holds, or with more than 10,000 events after it that the client would get.
 */
export async function findStart(sql: Database, { after, interest, scope, inTurn }: Resuming): Promise<LogPosition> {
  const head = await readHead(sql);
  const { epoch } = head;
  if (after === null) return { epoch, seq: head.seq };
  const first = parseLogCursor(head.oldest, head);
  /** The oldest position that it can have from `from` on: that itself, if nothing is in its way. */
  const oldestFrom = async (from: number): Promise<number> =>
    findOldest(sql, { after: from, upTo: head.seq }, { interest, inTurn, scope: await scope() });
  const expired = (seq: number): CursorExpired => new CursorExpired(formatLogCursor({ epoch, seq }));
  let seq: number;
  try {
    seq = parseLogCursor(after, head);
  } catch (error) {
    throw error instanceof CursorExpired ? expired(await oldestFrom(first)) : error;
  }
  if (seq < first) throw expired(await oldestFrom(first));
  // Without a look at the log when there are not that many events at all.
  const oldest = head.seq - seq > MOST_MISSED ? await oldestFrom(seq) : seq;
  if (oldest > seq) throw expired(oldest);
  return { epoch, seq };
}

/** The position with exactly 10,000 events of the interest after it, or the range's beginning when there are not more. */
async function findOldest(
  sql: Database,
  range: { after: number; upTo: number },
  { interest, scope, inTurn }: { interest: Interest; scope: EventScope; inTurn: InTurn },
): Promise<number> {
  let found = 0;
  for (let { upTo } = range; ; await nextTurn()) {
    const page = await inTurn(() => readBackward(sql, { after: range.after, upTo, limit: PAGE }, interest));
    for (const event of page) {
      if (interest.matches(event) && seesEvent(scope, event) && ++found > MOST_MISSED) return event.seq;
    }
    if (page.length < PAGE) return range.after;
    upTo = page.at(-1)!.seq - 1;
  }
}
