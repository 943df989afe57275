/** `npm start`: everything in one process. Starts, tells where it is, and stops cleanly. */
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError, readSettings } from '#platform/config.ts';
import { CannotStart } from '#platform/errors.ts';
import { createLogger } from '#platform/logger.ts';
import { startProduct, type Product } from './product.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);

/** Before anything is started: nothing is left behind when the port is somebody else's. */
function isTaken(host: string, port: number): Promise<boolean> {
  return new Promise((answer) => {
    const probe = connect({ host, port, timeout: 1_000 });
    const end = (taken: boolean) => () => {
      probe.destroy();
      answer(taken);
    };
    probe.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
}

async function main(): Promise<number> {
  const { values: flags } = parseArgs({ options: { 'no-demo': { type: 'boolean' }, 'no-client': { type: 'boolean' } } });
  const settings = readSettings();
  const logger = createLogger({ level: settings.LOG_LEVEL, format: settings.LOG_FORMAT ?? (process.stdout.isTTY ? 'pretty' : 'json') });
  if (await isTaken(settings.HOST, settings.PORT)) {
    throw new CannotStart(`Port ${settings.PORT} is taken on ${settings.HOST}; stop what listens there, or set PORT to another one.`);
  }

  const { promise: stopped, resolve: stop } = Promise.withResolvers<{ code: number; because: string }>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop({ code: 0, because: signal }));
  // The script above us is gone: nobody could stop us any more, and the port must be free for the next start.
  process.on('disconnect', () => stop({ code: 0, because: 'the starting script ended' }));

  let product: Product | undefined;
  const starting = startProduct({
    settings,
    dataDir: resolve(settings.DATA_DIR),
    demo: !flags['no-demo'],
    logger,
    say,
    onLost: (sentence) => stop({ code: 1, because: sentence }),
  }).then((started) => (product = started));
  const early = await Promise.race([starting.then(() => undefined), stopped]);
  if (!early) say('PurSight is ready. Ctrl-C stops it.');
  const { code, because } = await stopped;
  if (code !== 0) complain(because);
  say('PurSight stops …');
  logger.debug({ because }, 'stopping');
  // A start under way is finished first: half a start could not be stopped cleanly.
  await starting.catch(() => undefined);
  await product?.stop();
  return code;
}

try {
  process.exit(await main());
} catch (error) {
  const plain = error instanceof ConfigError || error instanceof CannotStart;
  complain(plain ? error.message : `PurSight cannot start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
