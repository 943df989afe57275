/** Where the embedded PostgreSQL keeps its files: in the data folder, or elsewhere when its system user cannot get there. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { CannotStart } from '../errors.ts';
import { canReach, findServerUser, isRoot, SYSTEM_FOLDER, userWithId, type ServerUser } from './embeddedUser.ts';

/**
 * `folder` holds `data` (PostgreSQL's own), `server.log`, and for a moment what initdb works on.
 * `user` is undefined where no switch of user is needed. `say` are sentences for the person who starts the product.
 */
export type ServerFolder = { folder: string; user: ServerUser | undefined; say: string[]; abandoned?: string };

const reaches = (folder: string, user: ServerUser | undefined): boolean => canReach(folder, user, { writable: true });

/** Decides where the server's files live and makes the folder. The same answer at every start. */
export function findServerFolder(dataDir: string, systemFolder = SYSTEM_FOLDER): ServerFolder {
  mkdirSync(resolve(dataDir), { recursive: true, mode: 0o700 });
  const product = realpathSync(resolve(dataDir));
  const folder = join(product, 'postgresql');
  return isRoot() ? asRoot(product, folder, systemFolder) : asOrdinaryUser(folder);
}

function asOrdinaryUser(folder: string): ServerFolder {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!reaches(folder, undefined)) {
    throw new CannotStart(`The folder ${folder} belongs to another user. Start PurSight as that user, or set DATA_DIR to another folder.`);
  }
  return { folder, user: undefined, say: [] };
}

function asRoot(product: string, folder: string, systemFolder: string): ServerFolder {
  if (existsSync(join(folder, 'data'))) {
    const user = ownerOf(folder);
    if (!reaches(folder, user)) letPass(product, user);
    if (!reaches(folder, user))
      throw new CannotStart(`The database in ${folder} belongs to ${user.name}, who can no longer reach that folder.`);
    return { folder, user, say: [] };
  }
  // The note tells a database of ours from one whose data folder was removed: that had another root key.
  const note = join(product, 'postgresql.place');
  const elsewhere = join(systemFolder, createHash('sha256').update(product).digest('hex').slice(0, 16));
  if (existsSync(elsewhere) && existsSync(note) && readFileSync(note, 'utf8').trim() === elsewhere) {
    const user = ownerOf(elsewhere);
    return { folder: elsewhere, user, say: [placed(elsewhere, product, user)] };
  }
  const user = findServerUser()!;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chownSync(folder, user.uid, user.gid);
  const before = statSync(product);
  if (!reaches(folder, user)) letPass(product, user);
  if (reaches(folder, user)) return { folder, user, say: [] };
  rmSync(folder, { recursive: true, force: true });
  chownSync(product, before.uid, before.gid);
  chmodSync(product, before.mode & 0o777);
  return placeElsewhere({ product, note, elsewhere, user, systemFolder });
}

function placeElsewhere(place: { product: string; note: string; elsewhere: string; user: ServerUser; systemFolder: string }): ServerFolder {
  const { product, note, elsewhere, user, systemFolder } = place;
  const say: string[] = [];
  let abandoned: string | undefined;
  if (existsSync(elsewhere)) {
    abandoned = `${elsewhere}.old-${Date.now()}`;
    renameSync(elsewhere, abandoned);
    say.push(`The database of an earlier ${product}, whose root key is gone, was moved to ${abandoned}.`);
  }
  mkdirSync(systemFolder, { recursive: true, mode: 0o755 });
  mkdirSync(elsewhere, { mode: 0o700 });
  chownSync(elsewhere, user.uid, user.gid);
  if (!reaches(elsewhere, user))
    throw new CannotStart(
      `The system user "${user.name}" can reach neither ${product} nor ${elsewhere}. Set DATA_DIR to a folder that it can reach.`,
    );
  writeFileSync(note, `${elsewhere}\n`, { mode: 0o600 });
  say.push(placed(elsewhere, product, user));
  return { folder: elsewhere, user, say, abandoned };
}

const placed = (elsewhere: string, product: string, user: ServerUser): string =>
  `The database is kept in ${elsewhere}, because PostgreSQL does not run as root and its user (${user.name}) cannot reach ${product}.`;

/** Who made the database goes on with it, even when another user could be found today. */
function ownerOf(folder: string): ServerUser {
  const { uid, gid } = statSync(folder);
  if (uid === 0)
    throw new CannotStart(
      `The folder ${folder} belongs to root, and PostgreSQL refuses to run as root. Remove it, or set DATA_DIR to another folder.`,
    );
  return userWithId(uid, gid);
}

/** Lets the server's user through the data folder, no more: it cannot list it, and the key files stay 0600. */
function letPass(product: string, user: ServerUser): void {
  chownSync(product, -1, user.gid);
  chmodSync(product, 0o710);
}
