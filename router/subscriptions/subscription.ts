/** One subscription: a place in the log that moves on, at the pace of whoever reads its payloads. */
import { setTimeout as sleep } from 'node:timers/promises';
import { formatLogCursor } from '#platform/events/cursor.ts';
import { seesEvent } from '#platform/events/visibility.ts';
import type { Database } from '#platform/database/index.ts';
import type { Logger } from '#platform/logger.ts';
import type { Feed } from './feed.ts';
import { readForward, type LiveEvent } from './logEvents.ts';
import type { Payloads } from './payloads.ts';
import type { Plan } from './plan.ts';
import type { Scopes } from './scopes.ts';
import type { Subscriber } from './subscribers.ts';

/** Payloads that are made while the ones before them are on their way. */
const AHEAD = 4;
const PAGE = 200;
/** Events that may wait for a reader, and how long it may take nothing while there are more. */
const MOST_WAITING = 256;
const PATIENCE_MS = 1_000;
const RETRY_MS = 200;
const MOST_RETRY_MS = 5_000;

export type SubscriptionDeps = { sql: Database; feed: Feed; scopes: Scopes; payloads: Payloads; logger: Logger };

export type Delivery = {
  subscriber: Subscriber;
  /** Takes a payload; resolves once there is room for the next. */
  write: (payload: string) => Promise<void> | void;
  /** The reader is too slow: called at most once. */
  onSlow: () => void;
};

export type Subscription = {
  /** Resolves when it was closed. */
  run: () => Promise<void>;
  close: () => void;
};

/** Begins after `start`; nothing between there and now is left out, and nothing comes twice. */
export function createSubscription(
  { sql, feed, scopes, payloads, logger }: SubscriptionDeps,
  plan: Plan,
  start: { epoch: string; seq: number },
  { subscriber, write, onSlow }: Delivery,
): Subscription {
  const { matches } = plan.interest;
  let position = start.seq;
  let closed = false;
  /** There was more since the last look. */
  let hasMore = false;
  let wake: (() => void) | undefined;
  /** Since when a payload is on its way. */
  let writingSince: number | undefined;
  /** Up to where it was counted what a reader misses who takes nothing, and how much that is. */
  let counted = 0;
  let waiting = 0;
  let patience: NodeJS.Timeout | undefined;

  function onMore(): void {
    hasMore = true;
    if (writingSince !== undefined) countWaiting(writingSince);
    wake?.();
  }

  /** When there is more, and not when it could be sent: nothing is made for whoever does not read. */
  function countWaiting(since: number): void {
    const more = feed.read(Math.max(counted, position));
    if (!more) return;
    counted = more.end;
    waiting += more.events.filter(matches).length;
    if (waiting > MOST_WAITING) patience ??= setTimeout(onSlow, Math.max(0, since + PATIENCE_MS - performance.now()));
  }

  async function deliver(payload: string): Promise<void> {
    if (closed) return;
    writingSince = performance.now();
    await write(payload);
    [writingSince, waiting, counted] = [undefined, 0, 0];
    clearTimeout(patience);
    patience = undefined;
  }

  /** Seen at the moment of delivery, with the roles of that moment. */
  const isSeen = async (event: LiveEvent): Promise<boolean> =>
    matches(event) && seesEvent(await scopes.of(subscriber.viewer, subscriber.scopeKey), event);

  /** Events in order, and how far they reach. Of the log itself when the window has gone on without this one. */
  async function readOn(): Promise<{ events: readonly LiveEvent[]; end: number }> {
    const live = feed.read(position);
    if (live) return live;
    const head = await feed.head();
    const events = await readForward(sql, { after: position, upTo: head.seq, limit: PAGE }, plan.interest);
    return { events, end: events.length < PAGE ? head.seq : events.at(-1)!.seq };
  }

  async function moveOn(): Promise<void> {
    hasMore = false;
    const { events, end } = await readOn();
    if (end === position) {
      if (!hasMore && !closed) await new Promise<void>((resolve) => (wake = resolve));
      wake = undefined;
      return;
    }
    const ahead: { seq: number; payload: Promise<string> }[] = [];
    const deliverFirst = async (): Promise<void> => {
      const { seq, payload } = ahead.shift()!;
      await deliver(await payload);
      position = seq;
    };
    for (const event of events) {
      if (closed) return;
      if (!(await isSeen(event))) continue;
      const payload = payloads.of(plan, event, formatLogCursor({ epoch: start.epoch, seq: event.seq }), subscriber);
      payload.catch(() => {}); // thrown where it is awaited
      ahead.push({ seq: event.seq, payload });
      if (ahead.length >= AHEAD) await deliverFirst();
    }
    while (ahead.length > 0) await deliverFirst();
    position = end;
  }

  return {
    async run() {
      const leave = feed.listen(onMore);
      try {
        for (let failures = 0; !closed;) {
          try {
            await moveOn();
            failures = 0;
          } catch (error) {
            // It goes on from its position once the database is back.
            if (failures++ === 0) logger.warn({ err: error }, 'a subscription could not go on, trying again');
            await sleep(Math.min(RETRY_MS * failures, MOST_RETRY_MS));
          }
        }
      } finally {
        clearTimeout(patience);
        leave();
      }
    },
    close() {
      closed = true;
      wake?.();
    },
  };
}
