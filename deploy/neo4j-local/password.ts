/** The password of the Neo4j that `npm run neo4j` starts: made up once, and kept beside its data. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const fileIn = (folder: string): string => join(folder, 'password');

/** The one of the server whose data are in `folder`, if that was ever started without another one. */
export function findPassword(folder: string): string | undefined {
  try {
    return readFileSync(fileIn(folder), 'utf8').trim() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function keepPassword(folder: string): string {
  const found = findPassword(folder);
  if (found) return found;
  const password = randomBytes(16).toString('hex');
  mkdirSync(dirname(fileIn(folder)), { recursive: true, mode: 0o700 });
  writeFileSync(fileIn(folder), `${password}\n`, { mode: 0o600 });
  return password;
}
