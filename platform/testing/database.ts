/** Databases for tests, in the one real server that the test run starts: a fresh one for each test file that asks. */
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { connect, type Database } from '../database/index.ts';
import { roleUrl, type DatabaseLocation, type Part } from '../database/roles.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The superuser's URL of the test server. */
    postgres: { url: string };
  }
}

/** The migrated database that createTestDatabase clones. */
export const TEMPLATE = 'pursight_template';
export const TEST_ROLE_PREFIX = 'test';
export const TEST_ROOT_KEY: Uint8Array = Buffer.alloc(32, 1);

export type TestDatabase = {
  location: DatabaseLocation;
  /** A pool of the superuser. */
  owner: Database;
  /** A pool of a part's own role, with its rights only. Closed by `drop`. */
  connect(part: Part): Database;
  drop(): Promise<void>;
};

/** A migrated, empty PurSight database of its own. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer((sql) => sql.unsafe(`create database ${name} template ${TEMPLATE}`));
  const location: DatabaseLocation = { ownerUrl: urlOf(name), rolePrefix: TEST_ROLE_PREFIX, rootKey: TEST_ROOT_KEY };
  const pools: Database[] = [];
  const open = (url: string): Database => {
    const pool = connect({ url, name: 'test' });
    pools.push(pool);
    return pool;
  };
  return {
    location,
    owner: open(location.ownerUrl),
    connect: (part) => open(roleUrl(location, part)),
    drop: () => dropDatabase(name, pools),
  };
}

/** A database without anything in the same server: a source to scan. `name` may be any text; without one it is made up. */
export async function createEmptyDatabase(
  name = `empty_${randomBytes(6).toString('hex')}`,
): Promise<{ url: string; sql: Database; drop(): Promise<void> }> {
  await onServer((sql) => sql.unsafe(`create database ${quote(name)} template template0`));
  const url = urlOf(name);
  const sql = connect({ url, name: 'test' });
  return { url, sql, drop: () => dropDatabase(name, [sql]) };
}

/** As an identifier. (postgres.js takes a dot in a name for a separator.) */
const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function urlOf(database: string): string {
  const url = new URL(inject('postgres').url);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

async function onServer(work: (sql: Database) => Promise<unknown>): Promise<void> {
  const sql = connect({ url: urlOf('postgres'), name: 'test', max: 1 });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}

/** By force: a test that failed may have left sessions of workers or scans behind. */
async function dropDatabase(name: string, pools: Database[]): Promise<void> {
  await Promise.all(pools.map((pool) => pool.end({ timeout: 1 })));
  await onServer((sql) => sql.unsafe(`drop database if exists ${quote(name)} with (force)`));
}
