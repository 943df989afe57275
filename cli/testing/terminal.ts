/** Runs the command line in this process, with streams that remember. */
import { PassThrough, Writable } from 'node:stream';
import { vi } from 'vitest';
import type { TestDatabase } from '#platform/testing/database.ts';
import { run } from '../program.ts';

export type Outcome = { code: number; stdout: string; stderr: string };
/** `interrupt`: Ctrl-C once it is aborted. `onOutput` and `onError` are called with all that was printed or said so far, at each piece. */
export type RunOptions = {
  env?: Record<string, string>;
  stdin?: string;
  tty?: boolean;
  interrupt?: AbortSignal;
  onOutput?: (stdout: string) => void;
  onError?: (stderr: string) => void;
};

function collect(tty: boolean, onText: (text: string) => void = () => {}): { stream: Writable & { isTTY: boolean }; text: () => string } {
  let text = '';
  const stream = Object.assign(
    new Writable({
      write(chunk, _encoding, done) {
        text += String(chunk);
        onText(text);
        done();
      },
    }),
    { isTTY: tty },
  );
  return { stream, text: () => text };
}

export async function pursight(
  args: readonly string[],
  { env = {}, stdin = '', tty = false, interrupt, onOutput, onError }: RunOptions = {},
): Promise<Outcome> {
  const [stdout, stderr] = [collect(tty, onOutput), collect(tty, onError)];
  const input = Object.assign(new PassThrough(), { isTTY: tty });
  if (tty) {
    // As people type: an answer after each question.
    const answers = stdin.split('\n');
    const asked = setInterval(() => {
      if (answers.length > 0 && /[:\]] $/.test(stderr.text())) input.write(`${answers.shift()}\n`);
    }, 20);
    input.once('close', () => clearInterval(asked));
  } else input.end(stdin);
  try {
    const onInterrupt = (stop: () => void): (() => void) => {
      interrupt?.addEventListener('abort', stop);
      return () => interrupt?.removeEventListener('abort', stop);
    };
    const code = await run(args, { stdin: input, stdout: stdout.stream, stderr: stderr.stream, env, onInterrupt });
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    input.destroy();
  }
}

/** A command that works on the database itself. It has the settings of the server in the environment, as long as it runs. */
export async function pursightBeside(
  { location }: Pick<TestDatabase, 'location'>,
  args: readonly string[],
  settings: Record<string, string> = {},
): Promise<Outcome> {
  const own = {
    DATABASE_URL: location.ownerUrl,
    SECRET_KEY: Buffer.from(location.rootKey).toString('base64'),
    NEO4J_URL: '',
    MEILI_URL: '',
    ...settings,
  };
  for (const [name, value] of Object.entries(own)) vi.stubEnv(name, value);
  try {
    return await pursight(args);
  } finally {
    vi.unstubAllEnvs();
  }
}
