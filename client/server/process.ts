/** The web client as a process beside the product that started it: it tells that one how it goes, and ends with it. */
import { parseSettings } from '#platform/config.ts';
import { CannotStart } from '#platform/errors.ts';
import { createLogger } from '#platform/logger.ts';
import { startClient } from './index.ts';

/** What it tells. `failed` is one plain sentence for the person at the terminal; the process ends after it. */
export type Told = { say: string } | { ready: string } | { failed: string };
/** What it is told: that the first administrator was made at this start. */
export type FirstRun = 'first run';
let isFirstRun = false;
process.on('message', (message) => {
  if (message === ('first run' satisfies FirstRun)) isFirstRun = true;
});

const tell = (told: Told): void => void process.send?.(told);

const stopping = new AbortController();
const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve()));
process.on('SIGTERM', () => stopping.abort());
process.on('disconnect', () => stopping.abort());
// Ctrl-C reaches all processes of the terminal; who started us says when it is our turn.
process.on('SIGINT', () => {});

// All that it needs is in its environment: the product's own settings hold secrets that are none of its business.
// oxlint-disable-next-line node/no-process-env -- it is where they are
const settings = parseSettings(process.env);
const logger = createLogger({ level: settings.LOG_LEVEL, format: settings.LOG_FORMAT ?? (process.stdout.isTTY ? 'pretty' : 'json') });
try {
  const client = await startClient({
    settings,
    logger,
    say: (say) => tell({ say }),
    dev: false,
    signal: stopping.signal,
    isFirstRun: () => isFirstRun,
  });
  tell({ ready: client.url });
  await stopped;
  await client.stop();
  process.exit(0);
} catch (error) {
  if (!(error instanceof CannotStart)) logger.error({ err: error }, 'the web client cannot start');
  const failed = error instanceof Error ? error.message : String(error);
  const end = (): never => process.exit(1);
  if (process.send) process.send({ failed } satisfies Told, end);
  else end();
}
