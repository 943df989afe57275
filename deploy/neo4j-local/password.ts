/** The password of the Neo4j that `npm run neo4j` starts: made up once, and kept beside its data. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Settings } from '#platform/config.ts';

/** Where that server keeps its data and its password. */
export const neo4jFolder = ({ DATA_DIR }: Pick<Settings, 'DATA_DIR'>): string => resolve(DATA_DIR, 'neo4j');

/** What NEO4J_PASSWORD says; without it, that of the server that `npm run neo4j` started here. Never for a server on another machine. */
export function neo4jPassword(settings: Pick<Settings, 'NEO4J_URL' | 'NEO4J_PASSWORD' | 'DATA_DIR'>): string | undefined {
  const { NEO4J_URL, NEO4J_PASSWORD } = settings;
  if (NEO4J_PASSWORD !== undefined || NEO4J_URL === undefined) return NEO4J_PASSWORD;
  return ['127.0.0.1', 'localhost'].includes(new URL(NEO4J_URL).hostname) ? findPassword(neo4jFolder(settings)) : undefined;
}

const fileIn = (folder: string): string => join(folder, 'password');

function findPassword(folder: string): string | undefined {
  try {
    return readFileSync(fileIn(folder), 'utf8').trim() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The one of `folder`, made up and kept there if it has none. */
export function keepPassword(folder: string): string {
  const found = findPassword(folder);
  if (found) return found;
  const password = randomBytes(16).toString('hex');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(fileIn(folder), `${password}\n`, { mode: 0o600 });
  return password;
}
