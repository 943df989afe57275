/** `npx pursight …` under the project's Node. */
import { EXIT } from './errors.ts';
import { run } from './program.ts';
import { say } from './terminal.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that went away (`pursight events | head`) is no failure.
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  say(process, `The output cannot be written: ${error.message}. Look where it goes, and whether there is room.`);
  process.exit(EXIT.failed);
});

/** How long what is left over may keep the process: a socket whose other end is gone waits for its farewell for ever. */
const FAREWELL_MS = 1_000;

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  // oxlint-disable-next-line node/no-process-env -- a program of its own, which hands it on
  env: process.env,
  onInterrupt(stop) {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
    return () => (['SIGINT', 'SIGTERM'] as const).forEach((signal) => process.off(signal, stop));
  },
});
// Not before all of the output has left.
setTimeout(() => process.stdout.write('', () => process.exit()), FAREWELL_MS).unref();
