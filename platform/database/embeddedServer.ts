/** A PostgreSQL server as a process: finding the one that was left on a folder, starting one, stopping one. */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, fchownSync, fstatSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { CannotStart } from '../errors.ts';
import type { Binaries } from './embeddedBinaries.ts';
import { identityOf, type ServerUser } from './embeddedUser.ts';

const POLL_MS = 100;
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

/** A live process whose data are ours. `command` is its command line, where the system tells it. */
export type RunningServer = { pid: number; port: number; command: string | undefined };

/**
 * The server that runs on a data folder. A lock file whose process is another program is made harmless.
 * `startedOn` is what the folder was called when the server was started, if it was moved since.
 */
export function findServer(data: string, startedOn = data): RunningServer | undefined {
  const lock = readLock(data);
  if (!lock || !isAlive(lock.pid)) return undefined; // PostgreSQL itself clears the file of a dead server
  const command = commandOf(lock.pid);
  if (command === undefined || `${command} `.includes(` -D ${startedOn} `)) return { ...lock, command };
  disown(data);
  return undefined;
}

/** Lines 1 and 4 of postmaster.pid are the process and the port. */
function readLock(data: string): { pid: number; port: number } | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined; // no server, or one that goes away this moment
  }
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  return Number.isInteger(pid) && pid > 0 ? { pid, port } : undefined;
}

/**
 * PostgreSQL does not start while the number in its lock file is a live process, even a stranger's. It takes no notice of its parent's number;
 * and with the file kept, not removed, it still looks whether children of the dead server use its shared memory.
 */
export function disown(data: string): void {
  const file = join(data, 'postmaster.pid');
  const lines = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, [String(process.pid), ...lines.slice(1)].join('\n'));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return commandOf(pid) !== '';
}

/** '' of a process that has ended and is only waiting to be collected; undefined where it cannot be told. */
function commandOf(pid: number): string | undefined {
  if (process.platform === 'win32') return undefined;
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
    } catch {
      return undefined;
    }
  }
  const shown = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return shown.includes('<defunct>') || shown.startsWith('(') ? '' : shown;
}

export type Launch = {
  binaries: Binaries;
  data: string;
  port: number;
  user: ServerUser | undefined;
  settings: Readonly<Record<string, string | number>>;
};

/** The arguments, and so the command line by which a later start knows whether a left server is the one it would start. */
function launchArguments({ data, port, settings }: Launch): string[] {
  return ['-D', data, '-p', String(port), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

export const launchCommand = (launch: Launch): string => [launch.binaries.postgres, ...launchArguments(launch)].join(' ');

/**
 * Starts a server in a session of its own, so that neither Ctrl-C nor the end of Node reaches it, and waits until it answers.
 * Resolves with its process number, or with what its log says where it did not start.
 */
export async function launchServer(launch: Launch, ready: () => Promise<boolean>): Promise<{ pid: number } | { failure: string }> {
  const { binaries, data, user } = launch;
  const folder = dirname(data);
  const log = openLog(join(folder, 'server.log'), user);
  const child = spawn(binaries.postgres, launchArguments(launch), {
    detached: true,
    windowsHide: true,
    stdio: ['ignore', log.handle, log.handle],
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', ...(process.platform === 'win32' ? { SystemRoot: 'C:\\Windows' } : {}) },
    ...identityOf(user),
  });
  closeSync(log.handle);
  let ended: string | undefined;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, signal) => (ended ??= `it ended with ${signal ?? code}`));
  child.unref();
  while (ended === undefined) {
    if (await ready()) return { pid: child.pid! };
    await sleep(POLL_MS);
  }
  const told = readFileSync(log.file).subarray(log.size).toString();
  return {
    failure:
      [...told.matchAll(/(?:FATAL|PANIC|LOG): {2}(could not .*|pre-existing .*|lock file .*)|(?:FATAL|PANIC): {2}(.*)/g)]
        .map((match) => match[1] ?? match[2])
        .join('; ') || ended,
  };
}

/** Opened by us and given to the server's user; a grown one is put aside. */
function openLog(file: string, user: ServerUser | undefined): { file: string; handle: number; size: number } {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
  const handle = openSync(file, 'a', 0o600);
  if (user) fchownSync(handle, user.uid, user.gid);
  return { file, handle, size: fstatSync(handle).size };
}

/** Fast shutdown (sessions end, everything is written), then harder ones. False when even that did not help. */
export async function stopServer(pid: number, binaries: Binaries, patienceMs = 30_000): Promise<boolean> {
  for (const [signal, waitMs] of [
    ['SIGINT', patienceMs],
    ['SIGQUIT', 10_000],
    ['SIGKILL', 5_000],
  ] as const) {
    signalServer(pid, signal, binaries);
    for (const deadline = performance.now() + waitMs; performance.now() < deadline; await sleep(POLL_MS / 2)) {
      if (!isAlive(pid)) return true;
    }
  }
  return !isAlive(pid);
}

function signalServer(pid: number, signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL', binaries: Binaries): void {
  if (process.platform === 'win32') {
    spawnSync(binaries.pgCtl, ['kill', signal.slice(3), String(pid)]); // Node's kill would end it at once, whatever the signal
    return;
  }
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** `ok`, `busy` (it starts up or shuts down), `away` (nobody listens), `refused` (it knows neither our user nor our password). */
export type Answer = 'ok' | 'busy' | 'away' | 'refused';

/** A short connection to one of the server's databases. The work's own errors are thrown. */
export async function ask<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<{ answer: Answer; result?: T }> {
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {}, connection: { application_name: 'pursight start' } });
  try {
    await sql`select 1`;
    return { answer: 'ok', result: await work(sql) };
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (code === '57P03' || code === '53300') return { answer: 'busy' };
    if (code.startsWith('28')) return { answer: 'refused' };
    if (error instanceof postgres.PostgresError || error instanceof CannotStart) throw error;
    return { answer: 'away' };
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** A free port below those that systems give to outgoing connections, so that it stays free while the product is down. */
export async function findPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (await isFree(port)) return port;
  }
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
