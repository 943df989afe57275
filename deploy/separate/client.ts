/** `npm run client`: the web client in a process of its own, in front of a router. `-- --dev` serves it from its sources. */
import { parseArgs } from 'node:util';
import { startClient } from '../../client/server/index.ts';
import { runProcess } from '../run.ts';

await runProcess('The web client', async ({ settings, logger, say, stopping }) => {
  const { values: flags } = parseArgs({ options: { dev: { type: 'boolean', default: false } } });
  const client = await startClient({ settings, logger, say, dev: flags.dev, signal: stopping });
  say(`PurSight     ${client.url}`);
  return client;
});
