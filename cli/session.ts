/**
 * What `signin` saved: for each server, the session's tokens. In the user's own configuration folder, mode 0600.
 * A refresh token works once, so whoever refreshes holds a lock, and looks first whether another command was faster.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from './errors.ts';

export type SavedSession = { email: string; accessToken: string; refreshToken: string; expiresAt: string };
type Sessions = Record<string, SavedSession>;

/** Longer than a refresh may take; a lock older than this belongs to a command that was killed. */
const STALE_MS = 45_000;
const RETRY_MS = 50;

export type SessionStore = {
  read(serverUrl: string): SavedSession | undefined;
  write(serverUrl: string, session: SavedSession | undefined): void;
  /** One command at a time, over all processes of this user. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
};

/** `$XDG_CONFIG_HOME/pursight` or `~/.config/pursight`. A relative XDG_CONFIG_HOME is ignored, as its specification says. */
export function configFolder(env: Readonly<Record<string, string | undefined>>): string {
  const base = env.XDG_CONFIG_HOME?.startsWith('/') ? env.XDG_CONFIG_HOME : join(env.HOME || homedir(), '.config');
  return join(base, 'pursight');
}

export function createSessionStore(folder: string): SessionStore {
  const file = join(folder, 'session.json');
  const lock = `${file}.lock`;

  function readAll(): Sessions {
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as Sessions;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return {};
      throw new CliError(`The saved sign-in ${file} cannot be read: ${(error as Error).message}`);
    }
  }

  /** Beside and renamed: another command reads the old file or the new one, never half of one. */
  function writeAll(sessions: Sessions): void {
    makeFolder();
    const beside = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
    writeFileSync(beside, `${JSON.stringify(sessions, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(beside, file);
  }

  function makeFolder(): void {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
  }

  async function takeLock(): Promise<void> {
    makeFolder();
    for (;;) {
      try {
        writeFileSync(lock, String(process.pid), { mode: 0o600, flag: 'wx' });
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw new CliError(`Cannot write ${lock}: ${(error as Error).message}`);
      }
      if (isStale(lock)) rmSync(lock, { force: true });
      else await sleep(RETRY_MS);
    }
  }

  return {
    read: (serverUrl) => readAll()[serverUrl],
    write(serverUrl, session) {
      const { [serverUrl]: _previous, ...others } = readAll();
      writeAll(session ? { ...others, [serverUrl]: session } : others);
    },
    async exclusively(work) {
      await takeLock();
      try {
        return await work();
      } finally {
        rmSync(lock, { force: true });
      }
    },
  };
}

function isStale(lock: string): boolean {
  try {
    if (Date.now() - statSync(lock).mtimeMs > STALE_MS) return true;
    process.kill(Number(readFileSync(lock, 'utf8')) || process.pid, 0);
    return false;
  } catch (error) {
    // Of another user: alive. Gone meanwhile: not stale, the next attempt takes it.
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
