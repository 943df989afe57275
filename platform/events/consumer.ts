/**
 * Reads the log in order and hands it over in batches, from where it was. The batch's work and the cursor are one
 * transaction: after a crash the batch comes again, and nothing is done twice within the database. Two of one name take turns.
 *
 * A batch that fails is tried in halves until the event at fault stands alone. That one is written down (`failures.ts`) and
 * passed by: it is tried again by itself, and then it is a dead letter. Events of its subject wait behind it meanwhile, in their
 * order; others go on. What is the world's fault (`transient.ts`) is nobody's failure: the consumer waits. A limit that is reached
 * may be the world's fault or the event's: the consumer waits some times, and then it is the event's.
 */
import type { Database, Transaction } from '../database/index.ts';
import type { Logger } from '../logger.ts';
import { addFailures, findHeldSubjects, nextRetryInMs, parkEvents } from './failures.ts';
import { createRetries } from './retries.ts';
import { EVENTS_CHANNEL } from './seal.ts';
import { findCulprit } from './transient.ts';
import { createLoop } from './loop.ts';
import type { EventAttributes, EventType } from './types.ts';

/** How long an event waits at most when the notification was lost. */
const POLL_MS = 1_000;
const BATCH = 1_000;
/** How often an event that stands alone reaches a limit until it counts as failed. */
const TRIES_AT_A_LIMIT = 5;

export type ConsumedEvent = {
  seq: number;
  type: EventType;
  subject: string | null;
  time: Date;
  actorId: string | null;
  attributes: EventAttributes;
  /** Only for a consumer that asked for it. */
  data?: unknown;
};

export type ConsumerOptions = {
  /** A pool of the part that consumes. */
  sql: Database;
  /** `<subgraph>.<what it does>`; its cursor goes by this. */
  name: string;
  types: readonly EventType[];
  /**
   * Events of those types, in log order, at most 1,000; of one subject an older one may come after a newer one (a dead letter
   * that is tried again), and each may come twice (then the first time was rolled back). What it throws for a single event is
   * tried again five times in all.
   */
  handle: (tx: Transaction, events: readonly ConsumedEvent[]) => Promise<void>;
  logger: Logger;
  /** FAULT's parts: `consumer:<name>`, or a name's beginning (`consumer:policy` for `policy.…`), fails every event. */
  faults?: ReadonlySet<string>;
  /** Events come with their data. The pool's role needs the right to read it. */
  data?: true;
  /** Called after each turn that did something: what was handled by then is committed. */
  onTurn?: () => void;
  /** Most events of a batch; 1,000 if not given, and no more. What a batch locks is locked as long as the batch takes. */
  batch?: number;
};

export type Consumer = {
  start: () => void;
  stop: () => Promise<void>;
  /** One turn: a batch, or a try to find out what failed in it, and the retries that are due. False when there was nothing to do. Throws only for the world's faults. */
  runOnce: () => Promise<boolean>;
};

export function createConsumer({ sql, name, types, logger, faults, data, batch = BATCH, ...options }: ConsumerOptions): Consumer {
  const log = logger.child({ consumer: name });
  const loop = createLoop({ turn, logger: log, failing: 'consuming events failed, trying again', again: 'consuming events again' });
  const fault = [...(faults ?? [])].find((each) => `consumer:${name}.`.startsWith(`${each}.`));
  let unlisten: (() => Promise<void>) | undefined;
  /** Events of a batch: fewer while it is found out which one fails. */
  let size = batch;
  /** Errors of events that failed when they stood alone, by seq. */
  const failed = new Map<number, unknown>();
  /** One of the events up to this seq fails, as far as is known. */
  let suspectedTo = 0;
  /** How often the event that stood alone last reached a limit. */
  const atLimit = { seq: 0, tries: 0 };

  async function handle(tx: Transaction, events: readonly ConsumedEvent[]): Promise<void> {
    if (fault) throw new Error(`This fails on purpose: FAULT=${fault}.`);
    await options.handle(tx, events);
  }

  /** An event that was erased before it came here tells nothing to who asks for its data. */
  const isTold = (tx: Transaction) => (data ? tx`and data is not null` : tx``);
  const columns = (tx: Transaction) => tx`seq, type, subject, time, actor_id, attributes ${data ? tx`, data` : tx``}`;

  /** Others of this name wait until the transaction ends. */
  async function lockCursor(tx: Transaction): Promise<number> {
    const [cursor] = await tx<{ seq: number }[]>`select seq from events.cursors where consumer = ${name} for update`;
    if (cursor) return cursor.seq;
    await tx`insert into events.cursors (consumer, seq) values (${name}, 0) on conflict do nothing`;
    return await lockCursor(tx);
  }

  async function look(): Promise<{ isBehind: boolean; retryInMs: number | null }> {
    const [row] = await sql<{ isBehind: boolean; retryInMs: number | null }[]>`
      select h.seq > coalesce((select c.seq from events.cursors c where c.consumer = ${name}), 0) as is_behind,
        ${nextRetryInMs(sql, name)} as retry_in_ms
      from events.head h`;
    return row!;
  }

  /** The next batch. Gives false when another process has come here first. */
  async function consume(): Promise<boolean> {
    let tried: readonly ConsumedEvent[] = [];
    try {
      const cursorAfter = await sql.begin(async (tx) => {
        const cursor = await lockCursor(tx);
        // The numbers have no gaps, so a range of them is a batch. Read after the lock: another process may have gone on.
        const [head] = await tx<{ seq: number }[]>`select seq from events.head`;
        const end = Math.min(head!.seq, cursor + BATCH);
        if (end <= cursor) return null;
        const events = await tx<ConsumedEvent[]>`
          select ${columns(tx)} from events.log
          where seq > ${cursor} and seq <= ${end} and type = any(${types as string[]}::text[]) ${isTold(tx)} order by seq limit ${size}`;
        tried = await sortOut(tx, events);
        if (tried.length > 0) await handle(tx, tried);
        const to = events.length === size ? events.at(-1)!.seq : end;
        await tx`update events.cursors set seq = ${to} where consumer = ${name}`;
        return to;
      });
      if (cursorAfter === null) return false;
      if (cursorAfter < suspectedTo) size = Math.ceil(size / 2);
      else if (failed.size === 0) size = Math.min(size * 2, batch);
      failed.clear();
      return true;
    } catch (error) {
      findOut(tried, error);
      return true; // the same events again, fewer or without the one that fails
    }
  }

  /** Makes the next batch smaller, or a failure of what stood alone. Throws what holds the consumer. */
  function findOut(tried: readonly ConsumedEvent[], error: unknown): void {
    const [first] = tried;
    const culprit = findCulprit(error);
    if (tried.length > 1) size = Math.ceil(tried.length / 2);
    suspectedTo = first && culprit !== 'world' ? tried.at(-1)!.seq : 0;
    if (!first || culprit === 'world') throw error;
    if (tried.length > 1) return;
    if (culprit === 'limit') {
      atLimit.tries = atLimit.seq === first.seq ? atLimit.tries + 1 : 1;
      atLimit.seq = first.seq;
      if (atLimit.tries < TRIES_AT_A_LIMIT) throw error;
    }
    failed.set(first.seq, error);
    log.warn({ err: error, seq: first.seq, type: first.type, subject: first.subject }, 'an event failed; it is tried again by itself');
  }

  /** Writes down what failed before and what has to wait behind such; gives the others. */
  async function sortOut(tx: Transaction, events: readonly ConsumedEvent[]): Promise<ConsumedEvent[]> {
    const subjects = new Set(events.flatMap(({ subject }) => subject ?? []));
    const held = await findHeldSubjects(tx, name, [...subjects]);
    const parked: ConsumedEvent[] = [];
    const failures: ConsumedEvent[] = [];
    const others: ConsumedEvent[] = [];
    for (const event of events) {
      if (event.subject !== null && held.has(event.subject)) parked.push(event);
      else if (!failed.has(event.seq)) others.push(event);
      else {
        failures.push(event);
        if (event.subject !== null) held.add(event.subject);
      }
    }
    await addFailures(
      tx,
      name,
      failures.map(({ seq, subject }) => ({ seq, subject, error: failed.get(seq) })),
    );
    await parkEvents(tx, name, parked);
    return others;
  }

  const retry = createRetries({
    sql,
    name,
    log,
    batch,
    lockCursor,
    async handle(tx, due) {
      const events = await tx<ConsumedEvent[]>`
        select ${columns(tx)} from events.log where seq = any(${due.map(({ seq }) => seq)}::bigint[]) ${isTold(tx)} order by seq`;
      if (events.length > 0) await handle(tx, events);
    },
  });

  /** Milliseconds until something is due; 0 after a turn that did something. */
  async function turn(): Promise<number> {
    const { isBehind, retryInMs } = await look();
    const isConsumed = isBehind && (await consume());
    const isRetried = retryInMs !== null && retryInMs <= 0 && (await retry(() => !loop.isStopping()));
    if (isConsumed || isRetried) options.onTurn?.();
    return isConsumed || isRetried ? 0 : Math.min(POLL_MS, Math.max(1, Math.ceil(retryInMs ?? POLL_MS)));
  }

  return {
    start() {
      if (!loop.start()) return;
      sql.listen(EVENTS_CHANNEL, loop.wake).then(
        (meta) => {
          unlisten = meta.unlisten;
          if (loop.isStopping()) void meta.unlisten().catch(() => {}); // the pool is about to be closed anyway
        },
        (error: unknown) => log.warn({ err: error }, 'notifications of new events cannot be had; they are looked for every second'),
      );
    },
    async stop() {
      await loop.stop();
      await unlisten?.().catch(() => {}); // a lost connection listens no more
    },
    runOnce: async () => (await loop.once()) === 0,
  };
}
