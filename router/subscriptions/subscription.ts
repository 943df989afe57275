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
import type { InTurn } from './shares.ts';
import type { Subscriber } from './subscribers.ts';

/** Payloads that are made while the ones before them are on their way. */
const AHEAD = 4;
const PAGE = 200;
/** Events that may wait for a reader, and how long it may take nothing while there are more. */
const MOST_WAITING = 256;
const PATIENCE_MS = 1_000;
/** The same of a replay, of which nobody knows how much there is. */
const REPLAY_PATIENCE_MS = 5_000;
const RETRY_MS = 200;
const MOST_RETRY_MS = 5_000;

export type SubscriptionDeps = { sql: Database; feed: Feed; scopes: Scopes; payloads: Payloads; logger: Logger };

export type Delivery = {
  /** As the token's last check found it. */
  subscriber: () => Subscriber;
  inTurn: InTurn;
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
  { subscriber, inTurn, write, onSlow }: Delivery,
): Subscription {
  const { matches } = plan.interest;
  let position = start.seq;
  const ending = new AbortController();
  const { signal } = ending;
  /** There was more since the last look. */
  let hasMore = false;
  let wake: (() => void) | undefined;
  /** A payload that was handed on without waiting, and found no room. */
  let unsent: Promise<void> | undefined;
  /** Since when a payload is on its way. */
  let writingSince: number | undefined;
  /** Up to where it was counted what a reader misses who takes nothing, and how much that is. */
  let counted = 0;
  let waiting = 0;
  let patience: NodeJS.Timeout | undefined;

  function onMore(): void {
    hasMore = true;
    if (writingSince !== undefined) countWaiting(writingSince);
    if (wake && !goOnAtOnce()) wake();
  }

  /** Thousands may ask for the same: only the first of them waits for it, the others hardly cost anything until it is there. */
  function onReady(isThere: boolean): void {
    if (isThere) onMore();
    else wake?.();
  }

  /** Delivers what needs no waiting. False when something does; true when there is no more, or somebody else waits for it and calls. */
  function goOnAtOnce(): boolean {
    const live = unsent || signal.aborted ? undefined : feed.read(position);
    if (!live) return false;
    for (const event of live.events) {
      if (!matches(event)) continue;
      const by = subscriber();
      const scope = scopes.look(by.scopeKey, onReady);
      if (!scope) return scope === null;
      if (!seesEvent(scope, event)) continue;
      const payload = payloads.look(plan, formatLogCursor({ epoch: start.epoch, seq: event.seq }), by, onReady);
      if (payload === undefined || payload === null) return payload === null;
      unsent = hand(payload);
      position = event.seq;
      if (unsent) return false;
    }
    position = live.end;
    return true;
  }

  /** When there is more, and not when it could be sent: nothing is made for whoever does not read. */
  function countWaiting(since: number): void {
    const more = feed.read(Math.max(counted, position));
    if (!more) return;
    counted = more.end;
    waiting += more.events.filter(matches).length;
    if (waiting > MOST_WAITING) patience ??= setTimeout(onSlow, Math.max(0, since + PATIENCE_MS - performance.now()));
  }

  /** Undefined when there was room. */
  function hand(payload: string): Promise<void> | undefined {
    const since = performance.now();
    const sent = write(payload);
    if (!sent) return undefined;
    writingSince = since;
    if (!feed.read(position)) patience ??= setTimeout(onSlow, REPLAY_PATIENCE_MS);
    return sent.then(() => {
      [writingSince, waiting, counted] = [undefined, 0, 0];
      clearTimeout(patience);
      patience = undefined;
    });
  }

  const isSeen = async (event: LiveEvent, { viewer, scopeKey }: Subscriber): Promise<boolean> =>
    seesEvent(await scopes.of(viewer, scopeKey), event);

  /** Events in order, and how far they reach. Of the log itself when the window has gone on without this one: but only what the feed has looked at. */
  async function readOn(): Promise<{ events: readonly LiveEvent[]; end: number }> {
    const live = feed.read(position);
    if (live) return live;
    return inTurn(async () => {
      const upTo = feed.position();
      if (upTo === undefined || signal.aborted) return { events: [], end: position };
      const events = await readForward(sql, { after: position, upTo, limit: PAGE }, plan.interest);
      return { events, end: events.length < PAGE ? upTo : events.at(-1)!.seq };
    });
  }

  async function moveOn(): Promise<void> {
    hasMore = false;
    if (unsent) await unsent;
    unsent = undefined;
    const { events, end } = await readOn();
    if (end === position) {
      if (!hasMore && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
      wake = undefined;
      return;
    }
    const ahead: { seq: number; by: Subscriber; payload: Promise<string> }[] = [];
    /** False when the roles are others than those it was made with: then it is looked at anew. */
    const deliverFirst = async (): Promise<boolean> => {
      const { seq, by, payload } = ahead.shift()!;
      const text = await payload;
      if (subscriber().scopeKey !== by.scopeKey) return false;
      if (!signal.aborted) await hand(text);
      position = seq;
      return true;
    };
    for (const event of events) {
      if (signal.aborted) return;
      // Most subscriptions want few events: for the others nothing is awaited.
      if (!matches(event)) continue;
      const by = subscriber(); // seen, shared and made as one and the same
      if (!(await isSeen(event, by))) continue;
      const payload = payloads.of(plan, event, formatLogCursor({ epoch: start.epoch, seq: event.seq }), by, signal);
      payload.catch(() => {}); // thrown where it is awaited
      ahead.push({ seq: event.seq, by, payload });
      if (ahead.length >= AHEAD && !(await deliverFirst())) return;
    }
    while (ahead.length > 0) if (!(await deliverFirst())) return;
    position = end;
  }

  return {
    async run() {
      const leave = feed.listen(onMore);
      try {
        for (let failures = 0; !signal.aborted;) {
          try {
            await moveOn();
            failures = 0;
          } catch (error) {
            if (signal.aborted) break;
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
      ending.abort();
      wake?.();
    },
  };
}
