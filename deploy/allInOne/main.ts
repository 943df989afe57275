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
  const client = !flags['no-client'];
  const { HOST, PORT, CLIENT_PORT } = settings;
  if (client && PORT === CLIENT_PORT) throw new CannotStart(`PORT and CLIENT_PORT are both ${PORT}; set one of them to another one.`);
  for (const [name, port] of Object.entries(client ? { PORT, CLIENT_PORT } : { PORT })) {
    if (await isTaken(HOST, port)) {
      throw new CannotStart(`Port ${port} is taken on ${HOST}; stop what listens there, or set ${name} to another one.`);
    }
  }
  return startProduct({ settings, dataDir: resolve(settings.DATA_DIR), demo: !flags['no-demo'], client, ...tools });
});
