/** The life of each of our processes: read the settings, start, wait for a signal, stop cleanly. */
import { ConfigError, readSettings, type Settings } from '#platform/config.ts';
import { CannotStart } from '#platform/errors.ts';
import { createLogger, type Logger } from '#platform/logger.ts';

export type Start = (tools: {
  settings: Settings;
  logger: Logger;
  /** Tells the person at the terminal a sentence. */
  say: (sentence: string) => void;
  /** Something without which the process cannot go on went away. */
  onLost: (sentence: string) => void;
  /** Aborted when the process is to stop: a start under way need not be finished. */
  stopping: AbortSignal;
}) => Promise<{ stop(): Promise<void> }>;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);

/** `title` begins the sentences that tell how it goes, as in "PurSight is ready". Ends the process. */
export async function runProcess(title: string, start: Start): Promise<never> {
  try {
    process.exit(await live(title, start));
  } catch (error) {
    const plain = error instanceof ConfigError || error instanceof CannotStart;
    complain(plain ? error.message : `${title} cannot start: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}

/** Resolves with the exit code. */
async function live(title: string, start: Start): Promise<number> {
  const settings = readSettings();
  const logger = createLogger({ level: settings.LOG_LEVEL, format: settings.LOG_FORMAT ?? (process.stdout.isTTY ? 'pretty' : 'json') });
  const { promise: stopped, resolve: stop } = Promise.withResolvers<{ code: number; because: string }>();
  const stopping = new AbortController();
  void stopped.then(() => stopping.abort());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop({ code: 0, because: signal }));
  // The script above us is gone: nobody could stop us any more, and the port must be free for the next start.
  process.on('disconnect', () => stop({ code: 0, because: 'the starting script ended' }));
  // A defect in one answer takes nobody else's away.
  process.on('unhandledRejection', (error) => logger.error({ err: error }, 'a promise failed that nobody waits for'));

  let started: { stop(): Promise<void> } | undefined;
  const onLost = (sentence: string): void => stop({ code: 1, because: sentence });
  const starting = start({ settings, logger, say, onLost, stopping: stopping.signal }).then((running) => (started = running));
  const early = await Promise.race([starting.then(() => undefined), stopped]);
  if (!early) say(`${title} is ready. Ctrl-C stops it.`);
  const { code, because } = await stopped;
  if (code !== 0) complain(because);
  say(`${title} stops …`);
  logger.debug({ because }, 'stopping');
  // A start under way is finished first: half a start could not be stopped cleanly.
  await starting.catch(() => undefined);
  await started?.stop();
  return code;
}
