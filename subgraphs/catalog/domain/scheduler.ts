/** Starts the scans whose time has come, and queues runs that nobody has any more. Any number of these may run at once. */
import type { Logger } from '#platform/logger.ts';
import type { Scans } from './scans.ts';

const DUE_EVERY_MS = 5_000;
const ABANDONED_EVERY_MS = 30_000;

export function createScheduler({ scans, logger }: { scans: Scans; logger: Logger }): { start(): void; stop(): Promise<void> } {
  const timers: NodeJS.Timeout[] = [];
  const running = new Set<Promise<unknown>>();

  const every = (interval: number, what: string, work: () => Promise<unknown>): void => {
    let busy = false;
    timers.push(
      setInterval(() => {
        if (busy) return;
        busy = true;
        const turn = work()
          .catch((error: unknown) => logger.warn({ err: error }, `${what} failed; it is tried again`))
          .finally(() => {
            busy = false;
            running.delete(turn);
          });
        running.add(turn);
      }, interval),
    );
  };

  return {
    start() {
      every(DUE_EVERY_MS, 'starting scheduled scans', () => scans.startDue());
      every(ABANDONED_EVERY_MS, 'looking for abandoned runs', () => scans.requeueAbandoned());
    },
    async stop() {
      timers.splice(0).forEach(clearInterval);
      await Promise.all(running);
    },
  };
}
