/** Waivers that end by themselves. Any number of these may run at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '#platform/database/index.ts';
import type { Consumer } from '#platform/events/consumer.ts';
import type { Logger } from '#platform/logger.ts';
import { addUpCounts } from '../store/violationCounts.ts';
import { decide, lockExpired } from '../store/violations.ts';
import { appendViolationEvents } from './violationEvents.ts';

const EVERY_MS = 1_000;
const BATCH = 500;
const STOP_MS = 5_000;
/** Counting is no less right before. */
const COUNTERS_EVERY = 30;

type Deps = { sql: Database; onCommit: () => void; logger: Logger; now?: () => Date };

/** Opens again what was waived until now, every second; and now and then adds up the counters of violations. */
export function createWaiverSweeper({ sql, onCommit, logger, now = () => new Date() }: Deps): Consumer {
  let running: Promise<void> | undefined;
  let stopped = new AbortController();

  /** A batch; false when there was none. */
  async function runOnce(): Promise<boolean> {
    const count = await sql.begin(async (tx) => {
      const at = now();
      const expired = await lockExpired(tx, at, BATCH);
      const decision = { status: 'OPEN', waivedUntil: null, waivedBecause: null, updatedAt: at } as const;
      await decide(
        tx,
        expired.map(({ id }) => id),
        decision,
      );
      await appendViolationEvents(
        tx,
        expired.map((row) => ({
          type: 'policy.reopened',
          violation: { ...row, ...decision },
          actorId: null,
          because: 'the waiver expired',
        })),
        at,
      );
      return expired.length;
    });
    if (count > 0) onCommit();
    return count > 0;
  }

  async function run({ signal }: AbortController): Promise<void> {
    let failures = 0;
    for (let turn = 0; !signal.aborted; turn++) {
      try {
        while (!signal.aborted && (await runOnce()));
        if (turn % COUNTERS_EVERY === 0) await sql.begin((tx) => addUpCounts(tx));
        failures = 0;
      } catch (error) {
        // Nothing is lost: they are still waived. Told once, or a database that is away would fill the log.
        if (failures++ === 0) logger.error({ err: error }, 'ending waivers failed, trying again');
      }
      await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => {}); // stopped
    }
  }

  return {
    start() {
      if (running) return;
      stopped = new AbortController();
      running = run(stopped);
    },
    async stop() {
      stopped.abort();
      await Promise.race([running, sleep(STOP_MS, undefined, { ref: false })]);
      running = undefined;
    },
    runOnce,
  };
}
