/**
 * Reads the log in order and hands it over in batches, from where it was. The batch's work and the cursor are one
 * transaction: after a crash the batch comes again, and nothing is done twice within the database. Two of one name take turns.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { sqlState, type Database, type Transaction } from '../database/index.ts';
import type { Logger } from '../logger.ts';
import { createBell } from './bell.ts';
import { EVENTS_CHANNEL } from './seal.ts';
import type { EventAttributes, EventType } from './types.ts';

/** How long an event waits at most when the notification was lost. */
const POLL_MS = 1_000;
const BATCH = 1_000;
const BACKOFF_MS = 200;
const MOST_BACKOFF_MS = 30_000;
/** How long `stop` waits for the batch in hand. */
const STOP_MS = 5_000;

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
  /** Events of those types, in log order, at most 1,000. What it throws is tried again until it succeeds: the log goes on being written, this consumer waits. */
  handle: (tx: Transaction, events: readonly ConsumedEvent[]) => Promise<void>;
  logger: Logger;
  /** FAULT's parts: `consumer:<name>`, or a name's beginning (`consumer:policy` for `policy.…`), fails every event. */
  faults?: ReadonlySet<string>;
  /** Events come with their data. The pool's role needs the right to read it. */
  data?: true;
};

export type Consumer = {
  start: () => void;
  stop: () => Promise<void>;
  /** Handles one batch; false when there was nothing new. */
  runOnce: () => Promise<boolean>;
};

export function createConsumer({ sql, name, types, handle, logger, data }: ConsumerOptions): Consumer {
  const bell = createBell();
  const log = logger.child({ consumer: name });
  let running: Promise<void> | undefined;
  let stopping = false;
  let unlisten: (() => Promise<void>) | undefined;

  async function isBehind(): Promise<boolean> {
    const [row] = await sql<{ behind: boolean }[]>`
      select h.seq > coalesce((select c.seq from events.cursors c where c.consumer = ${name}), 0) as behind from events.head h`;
    return row!.behind;
  }

  async function runOnce(): Promise<boolean> {
    if (!(await isBehind())) return false;
    return await sql.begin(async (tx) => {
      await tx`insert into events.cursors (consumer, seq) values (${name}, 0) on conflict do nothing`;
      const [cursor] = await tx<{ seq: number }[]>`select seq from events.cursors where consumer = ${name} for update`;
      // The numbers have no gaps, so a range of them is a batch. Read after the lock: another process may have gone on.
      const [head] = await tx<{ seq: number }[]>`select seq from events.head`;
      const end = Math.min(head!.seq, cursor!.seq + BATCH);
      if (end <= cursor!.seq) return false;
      const events = await tx<ConsumedEvent[]>`
        select seq, type, subject, time, actor_id, attributes ${data ? tx`, data` : tx``} from events.log
        where seq > ${cursor!.seq} and seq <= ${end} and type = any(${types as string[]}::text[]) order by seq`;
      if (events.length > 0) await handle(tx, events);
      await tx`update events.cursors set seq = ${end} where consumer = ${name}`;
      return true;
    });
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopping) {
      try {
        if (!(await runOnce())) await bell.wait(POLL_MS);
        if (failures > 0) log.info({ failures }, 'consuming events again');
        failures = 0;
      } catch (error) {
        // Nothing is lost: the cursor stays. Told once, or a database that is away would fill the log.
        if (failures++ === 0) log.error({ err: error, code: sqlState(error) }, 'consuming events failed, trying again');
        for (
          const until = performance.now() + Math.min(BACKOFF_MS * 2 ** failures, MOST_BACKOFF_MS);
          !stopping && performance.now() < until;
        )
          await sleep(50);
      }
    }
  }

  return {
    start() {
      if (running) return;
      stopping = false;
      running = run();
      sql.listen(EVENTS_CHANNEL, bell.ring).then(
        (meta) => {
          unlisten = meta.unlisten;
          if (stopping) void meta.unlisten().catch(() => {}); // the pool is about to be closed anyway
        },
        (error: unknown) => log.warn({ err: error }, 'notifications of new events cannot be had; they are looked for every second'),
      );
    },
    async stop() {
      if (!running) return;
      stopping = true;
      bell.ring();
      await Promise.race([running, sleep(STOP_MS, undefined, { ref: false })]);
      running = undefined;
      await unlisten?.().catch(() => {}); // a lost connection listens no more
    },
    runOnce,
  };
}
