import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isAlive } from '#platform/database/embeddedServer.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pursight-bench-'));
  chmodSync(folder, 0o755); // where the tests run as root, PostgreSQL runs as another user
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('a bench that is ended by %s leaves neither a server nor a folder', { timeout: 60_000 }, async (signal, code) => {
  const bench = spawn(process.execPath, ['bench/run.ts', 'query', '--quick', '--assets', '1000'], {
    cwd: join(import.meta.dirname, '..'),
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: folder },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => bench.once('close', resolve));
  try {
    const lock = () => {
      const [name] = readdirSync(folder).filter((each) => each.startsWith('pursight-databases-'));
      return name ? join(folder, name, 'postgresql', 'data', 'postmaster.pid') : '';
    };
    // The product runs by then.
    await expect.poll(() => readdirSync(folder).some((name) => name.startsWith('pursight-in-process-')), { timeout: 40_000 }).toBe(true);
    expect(existsSync(lock())).toBe(true);
    const server = Number(readFileSync(lock(), 'utf8').split('\n')[0]);
    bench.kill(signal);
    expect(await ended).toBe(code);
    expect(readdirSync(folder)).toEqual([]);
    await expect.poll(() => isAlive(server), { timeout: 10_000 }).toBe(false);
  } finally {
    bench.kill('SIGKILL');
  }
});
