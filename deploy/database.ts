/** The way into PurSight's database, the same for every process: each brings it to its own version, in turns, so none waits for another. */
import { checkRootKey, loadRouterKeys } from '#platform/auth/routerKeys.ts';
import { connect, type Database } from '#platform/database/index.ts';
import { migrate } from '#platform/database/migrate.ts';
import { findRolePrefix, roleUrl, type DatabaseLocation } from '#platform/database/roles.ts';
import { CannotStart } from '#platform/errors.ts';
import { MIGRATION_FOLDERS } from './migrations.ts';

/** Throws CannotStart when the database cannot be used. */
export async function locateDatabase(ownerUrl: string, rootKey: Uint8Array): Promise<DatabaseLocation> {
  try {
    return { ownerUrl, rolePrefix: await findRolePrefix(ownerUrl), rootKey };
  } catch (error) {
    throw new CannotStart(`The database at ${new URL(ownerUrl).host} (DATABASE_URL) cannot be used: ${(error as Error).message}`);
  }
}

/** Roles, tables, rights and the key of routers. Does nothing with a database that was made with another root key. */
export async function prepareDatabase(location: DatabaseLocation): Promise<void> {
  await withPool(location.ownerUrl, (sql) => checkRootKey(sql, location.rootKey));
  await migrate(location, MIGRATION_FOLDERS);
  await withPool(roleUrl(location, 'router'), (sql) => loadRouterKeys(sql, location.rootKey));
}

/** For a statement or two at the start. */
export async function withPool(url: string, work: (sql: Database) => Promise<unknown>): Promise<void> {
  const sql = connect({ url, name: 'start', max: 1 });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}
