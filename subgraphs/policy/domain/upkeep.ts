/** What a worker does every now and then, without an event that asks for it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer } from '#platform/events/consumer.ts';
import type { Logger } from '#platform/logger.ts';

/** How long `stop` waits for the turn in hand. */
const STOP_MS = 5_000;

/** `runOnce`: a batch; false when there was nothing to do. What it throws loses nothing: it is tried again. */
type Upkeep = { everyMs: number; runOnce: () => Promise<boolean>; failed: string; logger: Logger };

/** Once when it starts, and then each so often until nothing is left to do. */
export function createUpkeep({ everyMs, runOnce, failed, logger }: Upkeep): Consumer {
  let running: Promise<void> | undefined;
  let stopped = new AbortController();

  async function run({ signal }: AbortController): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        while (!signal.aborted && (await runOnce()));
        failures = 0;
      } catch (error) {
        // Told once, or a database that is away would fill the log.
        if (failures++ === 0) logger.error({ err: error }, `${failed}, trying again`);
      }
      await sleep(everyMs, undefined, { signal, ref: false }).catch(() => {}); // stopped
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
