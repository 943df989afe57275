/** `npm start`: everything in one process. Starts, tells where it is, and stops cleanly. */
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CannotStart } from '#platform/errors.ts';
import { runProcess } from '../run.ts';
import { startProduct } from './product.ts';

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

await runProcess('PurSight', async ({ settings, ...tools }) => {
  const { values: flags } = parseArgs({ options: { 'no-demo': { type: 'boolean' }, 'no-client': { type: 'boolean' } } });
  if (await isTaken(settings.HOST, settings.PORT)) {
    throw new CannotStart(`Port ${settings.PORT} is taken on ${settings.HOST}; stop what listens there, or set PORT to another one.`);
  }
  return startProduct({ settings, dataDir: resolve(settings.DATA_DIR), demo: !flags['no-demo'], ...tools });
});
