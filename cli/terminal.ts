/** What a command speaks with: the streams and the environment, handed in so that tests can hand in others. */
import { createInterface } from 'node:readline';
import { Writable, type Readable } from 'node:stream';
import { CliError, EXIT } from './errors.ts';

export type Terminal = {
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean };
  stderr: Writable & { isTTY?: boolean; columns?: number };
  env: Readonly<Record<string, string | undefined>>;
  /** Calls `stop` once somebody interrupts (Ctrl-C), instead of ending at once; until what it gives is called. */
  onInterrupt: (stop: () => void) => () => void;
};

export const isInteractive = (terminal: Terminal): boolean => Boolean(terminal.stdin.isTTY && terminal.stderr.isTTY);

/** Names and comments come from scanned systems: no control character of theirs may reach the terminal. */
export const plain = (text: string): string => text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ');

export const say = (terminal: Pick<Terminal, 'stderr'>, line: string): void => void terminal.stderr.write(`${plain(line)}\n`);

/** Progress: a line that the next one replaces, and only on a terminal. An empty one ends it. */
export function drawLine({ stderr }: Pick<Terminal, 'stderr'>, line: string): void {
  if (stderr.isTTY) stderr.write(`\r\u001b[2K${plain(line).slice(0, (stderr.columns || 80) - 1)}`);
}

const BAR_WIDTH = 24;

/** `[##########--------------]  120/320` */
export function drawBar(done: number, total: number | null): string {
  if (!total) return `${done} so far`;
  const filled = Math.min(BAR_WIDTH, Math.round((done / total) * BAR_WIDTH));
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}]  ${done}/${total}`;
}

/** Asks for a line on the terminal. What is asked goes to stderr: stdout is data. `hidden` shows nothing of what is typed. */
export function prompt(terminal: Terminal, question: string, { hidden = false } = {}): Promise<string> {
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (!hidden) terminal.stderr.write(chunk);
      done();
    },
  });
  return new Promise((resolve, reject) => {
    // First: from here on the terminal itself echoes nothing, however early somebody types.
    const lines = createInterface({ input: terminal.stdin, output, terminal: true, historySize: 0 });
    terminal.stderr.write(question);
    let answered = false;
    lines.once('line', (line) => {
      answered = true;
      lines.close();
      if (hidden) terminal.stderr.write('\n');
      resolve(line);
    });
    lines.once('close', () => {
      if (answered) return;
      terminal.stderr.write('\n');
      reject(new CliError('Stopped.', EXIT.failed));
    });
  });
}

/** All of standard input, without the line's end: for secrets that must not be arguments. */
export async function readStdin(terminal: Terminal, what: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of terminal.stdin) {
    chunks.push(Buffer.from(chunk as Uint8Array | string));
    if (chunks.reduce((sum, { length }) => sum + length, 0) > 65_536)
      throw new CliError(`The ${what} on standard input is too long.`, EXIT.usage);
  }
  const text = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (text === '') throw new CliError(`There is no ${what} on standard input.`, EXIT.usage);
  return text;
}
