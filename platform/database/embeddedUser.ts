/** As which system user PostgreSQL runs. It refuses to run as root; an ordinary user runs it as himself. */
import { spawnSync } from 'node:child_process';
import { CannotStart } from '../errors.ts';

/** A system user that is not root. */
export type ServerUser = { name: string; uid: number; gid: number };

/** Where data and programs live that the server's user cannot reach in their own place. */
export const SYSTEM_FOLDER = '/var/lib/pursight';

/** The identity that child processes of the server get: nothing for an ordinary user. */
export const identityOf = (user: ServerUser | undefined): { uid?: number; gid?: number } => (user ? { uid: user.uid, gid: user.gid } : {});

export const isRoot = (): boolean => process.getuid?.() === 0;

/** The system user for root: `pursight`, else `postgres`, else a new `pursight`; undefined for an ordinary user. */
export function findServerUser(): ServerUser | undefined {
  if (!isRoot()) return undefined;
  const user = lookUp('pursight') ?? lookUp('postgres') ?? createUser('pursight');
  if (!user) {
    throw new CannotStart(
      'PostgreSQL refuses to run as root, and no system user could be made for it. Make one (useradd --system pursight), start PurSight as an ordinary user, or set DATABASE_URL.',
    );
  }
  if (!canRun('/bin/sh', ['-c', ':'], user)) {
    throw new CannotStart(
      `PostgreSQL refuses to run as root, and this machine does not let root become "${user.name}". Start PurSight as an ordinary user, or set DATABASE_URL.`,
    );
  }
  return user;
}

/** The user with a number (the owner of a folder that exists already). */
export function userWithId(uid: number, gid: number): ServerUser {
  return { name: `user ${uid}`, uid, gid };
}

function lookUp(name: string): ServerUser | undefined {
  const ask = (flag: string) => spawnSync('id', [flag, name], { encoding: 'utf8' });
  const [uid, gid] = [ask('-u'), ask('-g')];
  if (uid.status !== 0 || gid.status !== 0) return undefined;
  return { name, uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

/** The commands of Linux distributions with and without shadow-utils; the first that works. */
function createUser(name: string): ServerUser | undefined {
  const attempts: [string, string[]][] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--home-dir', SYSTEM_FOLDER, '--shell', '/usr/sbin/nologin', name]],
    ['adduser', ['--system', '--group', '--no-create-home', '--home', SYSTEM_FOLDER, name]],
    ['adduser', ['-S', '-D', '-H', '-h', SYSTEM_FOLDER, name]],
  ];
  for (const [command, args] of attempts) {
    spawnSync(command, args, { stdio: 'ignore', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
    const user = lookUp(name);
    if (user) return user;
  }
  return undefined;
}

/** Whether the server's user really gets to a folder: asked as that user, because rights, ACLs and mounts decide it together. */
export function canReach(folder: string, user: ServerUser | undefined, { writable = false } = {}): boolean {
  if (process.platform === 'win32') return true;
  const test = writable ? 'test -x "$1" && test -r "$1" && test -w "$1"' : 'test -x "$1" && test -r "$1"';
  return canRun('/bin/sh', ['-c', test, 'sh', folder], user);
}

export function canRun(program: string, args: string[], user: ServerUser | undefined): boolean {
  return spawnSync(program, args, { ...identityOf(user), cwd: '/', stdio: 'ignore' }).status === 0;
}
