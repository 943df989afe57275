/** Gives committed events their place in the log. Any number of them may run; one at a time seals. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sqlState, type Database } from '../database/index.ts';
import type { Logger } from '../logger.ts';
import { createBell } from './bell.ts';
import { BATCH_SIZE, hasLeftovers, hasNews, sealBatch } from './seal.ts';

/** How long an event of another process waits at most to be seen. */
const POLL_MS = 50;
/** The least rest after a batch, in which further events gather: fewer batches, so more events a second. */
const REST_MS = 20;
const MOST_REST_MS = 50;
const SWEEP_MS = 1_000;
/** A sweep reads over all that was deleted since the oldest open transaction began: it may take this share of the time. */
const SWEEP_SHARE = 0.02;
const BACKOFF_MS = 100;
const MOST_BACKOFF_MS = 5_000;
/** More than a batch can take: the server ends a statement after 30 s, and a transaction that waits for us after 10 s. */
const TURN_MS = 120_000;
/** How long `stop` goes on sealing while others still append. */
const DRAIN_MS = 5_000;

export type Sequencer = {
  /** Something was committed in this process: seal it now. */
  wake: () => void;
  start: () => void;
  /** Seals what is committed by now, and ends. */
  stop: () => Promise<void>;
  /** Seals one batch of up to 2,000 events and tells how many; 0 also while another sequencer is at it. */
  sealOnce: () => Promise<number>;
};

/** `sql`: a pool of the role `events`. */
export function createSequencer({ sql, logger }: { sql: Database; logger: Logger }): Sequencer {
  const bell = createBell();
  let running: Promise<void> | undefined;
  let stopping = false;
  let reach = 0;
  let sweepAt = 0;
  let failures = 0;

  async function seal(sweep: boolean): Promise<number> {
    const sealed = await sealBatch(sql, { sweep, reach });
    reach = Math.max(reach, sealed.reach);
    return sealed.count;
  }

  /** One turn: a batch if there is something to seal, or a sweep when it is due. Gives the number of sealed events. */
  async function turn(woken: boolean): Promise<number> {
    if (performance.now() >= sweepAt) {
      const startedAt = performance.now();
      const count = (await hasLeftovers(sql)) ? await seal(true) : 0;
      const cost = performance.now() - startedAt;
      sweepAt = performance.now() + Math.max(SWEEP_MS, cost / SWEEP_SHARE);
      if (count > 0) return count;
    }
    return woken || (await hasNews(sql)) ? seal(false) : 0;
  }

  async function run(): Promise<void> {
    let woken = true;
    while (!stopping) {
      const startedAt = performance.now();
      let full = false;
      try {
        full = (await within(TURN_MS, turn(woken))) === BATCH_SIZE;
        if (failures > 0) logger.info({ failures }, 'sealing events again');
        failures = 0;
      } catch (error) {
        // Nothing is lost: what was not sealed is still in the outbox. Told once, or a database that is away would fill the log.
        if (failures === 0)
          logger.error({ code: sqlState(error) ?? codeOf(error), reason: (error as Error).message }, 'sealing events failed, trying again');
        failures++;
        await backOff(Math.min(BACKOFF_MS * 2 ** (failures - 1), MOST_BACKOFF_MS));
        continue;
      }
      woken = full;
      if (full || stopping) continue;
      await sleep(Math.min(Math.max(REST_MS, performance.now() - startedAt), MOST_REST_MS));
      woken = await bell.wait(POLL_MS);
    }
  }

  /** Not on the bell: commits go on while we cannot reach the database, and must not cut this short. Only `stop` may. */
  async function backOff(ms: number): Promise<void> {
    for (const until = performance.now() + ms; !stopping && performance.now() < until;) await sleep(50);
  }

  async function drain(): Promise<void> {
    const until = performance.now() + DRAIN_MS;
    try {
      while ((await within(DRAIN_MS, seal(true))) > 0 && performance.now() < until);
    } catch (error) {
      logger.warn({ code: sqlState(error) ?? codeOf(error) }, 'stopped before all events were sealed; the next start goes on');
    }
  }

  return {
    wake: bell.ring,
    start() {
      stopping = false;
      running ??= run();
    },
    async stop() {
      if (!running) return;
      stopping = true;
      bell.ring();
      await running;
      running = undefined;
      await drain();
    },
    sealOnce: () => seal(false),
  };
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** Rejects when the work takes longer. It is not ended by that: only for what a lost connection might leave without an answer. */
async function within<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  const timeout = new AbortController();
  try {
    return await Promise.race([
      work,
      sleep(ms, undefined, { signal: timeout.signal }).then(() => {
        throw new Error(`No answer from the database within ${ms} ms.`);
      }),
    ]);
  } finally {
    timeout.abort();
    work.catch(() => {}); // when it fails later, the timeout has been told already
  }
}
