/** `npx pursight …` under the project's Node. */
import { run } from './program.ts';

// A reader that went away (`pursight events | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  // oxlint-disable-next-line node/no-process-env -- a program of its own, which hands it on
  env: process.env,
});
