/** What was started is stopped in the opposite order, also when the start itself fails half-way. */
import type { Logger } from '#platform/logger.ts';

/** To be undone once the process stops. */
export type Later = (step: () => Promise<unknown>) => void;

/** Runs `start`; gives what it gives with a `stop`, or stops what it had started and throws. */
export async function withTeardown<Started extends object>(
  logger: Logger,
  start: (later: Later) => Promise<Started>,
): Promise<Started & { stop(): Promise<void> }> {
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) {
      await step().catch((error: unknown) => logger.warn({ err: error }, 'a part did not stop cleanly; the next start copes'));
    }
  };
  try {
    return { ...(await start((step) => void undo.push(step))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
