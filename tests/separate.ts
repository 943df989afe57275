/** Processes of the separated shape, for tests. */
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const START_MS = 120_000;

export type Running = {
  output(): string;
  /** Gives its exit code. */
  stop(): Promise<number | null>;
  /** kill -9. */
  kill(): Promise<number | null>;
  ended: Promise<number | null>;
};

/** One process of ours. Everything that it could read is given, so that a `.env` of this folder means nothing. */
export function runNode(args: string[], env: Record<string, string> = {}): Running {
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, DATABASE_URL: '', SECRET_KEY: '', SUBGRAPH_URLS: '', LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout!.on('data', (chunk) => (output += chunk));
  child.stderr!.on('data', (chunk) => (output += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const endWithUs = () => child.kill('SIGTERM');
  process.once('exit', endWithUs);
  void ended.then(() => process.off('exit', endWithUs));
  return {
    output: () => output,
    ended,
    stop: () => (child.kill('SIGTERM'), ended),
    kill: () => (child.kill('SIGKILL'), ended),
  };
}

/** What npm would start. */
export const run = (words: string[], env: Record<string, string> = {}): Running => runNode(['scripts/run.mjs', ...words], env);

export async function ready(running: Running): Promise<Running> {
  let over = false;
  void running.ended.then(() => (over = true));
  for (const deadline = Date.now() + START_MS; !running.output().includes('is ready'); await sleep(25)) {
    if (over || Date.now() > deadline) throw new Error(`The process is not ready:\n${running.output()}`);
  }
  return running;
}
