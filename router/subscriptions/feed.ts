/**
 * The end of the log, read once for all subscriptions of this router: a window of the last events, which each of them reads
 * at its own pace. Only the log counts: what is lost here (a connection, a notification) is read again from the last seq.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { sqlState, type Database } from '#platform/database/index.ts';
import { createBell } from '#platform/events/bell.ts';
import { readHead } from '#platform/events/log.ts';
import { EVENTS_CHANNEL } from '#platform/events/seal.ts';
import type { Logger } from '#platform/logger.ts';
import { callAll } from './calls.ts';
import { readForward, type LiveEvent } from './logEvents.ts';

/** How long an event waits at most when the notification was lost. */
const POLL_MS = 1_000;
const BATCH = 500;
/** Whoever is further behind reads the log itself. */
const WINDOW = 2_000;
const BACKOFF_MS = 100;
const MOST_BACKOFF_MS = 2_000;

export type Feed = {
  /** `onMore` is called whenever there is more to read; the feed runs while anybody listens. Gives the end of it. */
  listen: (onMore: () => void) => () => void;
  /** Events after a position, in order, and how far they reach; undefined for a position before the window. */
  read: (after: number) => { events: readonly LiveEvent[]; end: number } | undefined;
  /** How far the log was looked at: what lies behind is not to be read elsewhere yet. Undefined while it has not begun. */
  position: () => number | undefined;
  /** Where the log ends now. */
  head: () => ReturnType<typeof readHead>;
  stop: () => Promise<void>;
};

export type FeedOptions = {
  /** A pool of the role `router`. */
  sql: Database;
  /** Called before anybody can read when it begins at the log's end, and has looked at nothing up to there; a failure is tried again. */
  beforeFirst: (seq: number) => Promise<void>;
  /** Called with each batch before anybody can read it; a failure is tried again. */
  beforeEach: (events: readonly LiveEvent[]) => Promise<void>;
  /** The log is another one from now on: a backup was restored. */
  onOtherLog: () => void;
  logger: Logger;
};

export function createFeed({ sql, beforeFirst, beforeEach, onOtherLog, logger }: FeedOptions): Feed {
  const listeners = new Set<() => void>();
  const bell = createBell();
  let window: LiveEvent[] = [];
  /** All up to here was read; undefined until the first look at the log. */
  let position: number | undefined;
  let epoch: string | undefined;
  let running: Promise<void> | undefined;

  /** One batch; false when there was nothing new. */
  async function readOn(): Promise<boolean> {
    const [head] = await sql<{ epoch: string; seq: number }[]>`select epoch, seq from events.head`;
    if (epoch !== undefined && head!.epoch !== epoch) {
      [window, position] = [[], undefined];
      onOtherLog();
    }
    epoch = head!.epoch;
    if (position === undefined) {
      await beforeFirst(head!.seq);
      position = head!.seq;
      await callAll(listeners, undefined); // who began to listen before this read the log up to here
      return false;
    }
    if (head!.seq <= position) return false;
    const events = await readForward(sql, { after: position, upTo: head!.seq, limit: BATCH }, { types: null, subject: null });
    await beforeEach(events);
    // The numbers have no gaps, so a place in the window follows from them; what retention took away makes it begin anew.
    window = events[0]?.seq === position + 1 ? [...window, ...events].slice(-WINDOW) : events;
    position = events.at(-1)?.seq ?? head!.seq;
    await callAll(listeners, undefined);
    return true;
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (listeners.size > 0) {
      try {
        if (!(await readOn())) await bell.wait(POLL_MS);
        if (failures > 0) logger.info({ failures }, 'live events are read again');
        failures = 0;
      } catch (error) {
        // Nothing is lost: it goes on from its position. Told once, or a database that is away would fill the log.
        if (failures++ === 0) logger.error({ err: error, code: sqlState(error) }, 'live events cannot be read, trying again');
        await sleep(Math.min(BACKOFF_MS * failures, MOST_BACKOFF_MS));
      }
    }
    [window, position] = [[], undefined];
  }

  async function runListening(): Promise<void> {
    const listening = sql.listen(EVENTS_CHANNEL, bell.ring).catch((error: unknown) => {
      logger.warn({ err: error }, 'notifications of new events cannot be had; they are looked for every second');
    });
    await run();
    const meta = await listening;
    await meta?.unlisten().catch(() => {}); // a lost connection listens no more
  }

  function start(): void {
    running ??= runListening().finally(() => {
      running = undefined;
      if (listeners.size > 0) start();
    });
  }

  return {
    listen(onMore) {
      listeners.add(onMore);
      start();
      return () => {
        listeners.delete(onMore);
        if (listeners.size === 0) bell.ring();
      };
    },
    read(after) {
      if (position === undefined || after >= position) return { events: [], end: after };
      const from = position - window.length;
      return after < from ? undefined : { events: window.slice(after - from), end: position };
    },
    position: () => position,
    head: () => readHead(sql),
    async stop() {
      listeners.clear();
      bell.ring();
      await running;
    },
  };
}
