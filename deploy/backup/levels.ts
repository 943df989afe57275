/** Which migrations a database has, and bringing one to those that a backup had: what drizzle's migrator does, but within a transaction of ours and up to a level. */
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type { Queryable, Transaction } from '#platform/database/index.ts';
import { MIGRATION_FOLDERS } from '../migrations.ts';

/** Of each schema its migrations, by the moments they carry, in their order. */
export type Levels = Record<string, number[]>;

/** Of a database that has no PurSight: none. */
export async function readLevels(sql: Queryable): Promise<Levels> {
  const tables = await sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = to_regnamespace('migrations') and relkind = 'r' order by relname`;
  const levels: Levels = {};
  for (const { name } of tables) {
    const rows = await sql<{ createdAt: number }[]>`select created_at from ${sql(`migrations.${name}`)} order by created_at`;
    levels[name] = rows.map(({ createdAt }) => createdAt);
  }
  return levels;
}

/** Whether this version has all of these migrations: one that it does not know is of a newer version. */
export function areKnown(levels: Levels): boolean {
  const known = new Map(MIGRATION_FOLDERS.map(({ schema, folder }) => [schema, momentsOf(folder)]));
  return Object.entries(levels).every(([schema, moments]) => moments.every((moment) => known.get(schema)?.includes(moment)));
}

const momentsOf = (folder: string): number[] => readMigrationFiles({ migrationsFolder: folder }).map(({ folderMillis }) => folderMillis);

/** Runs the migrations that `isWanted`, schema by schema, and records them as drizzle's migrator does. */
export async function runMigrations(tx: Transaction, isWanted: (schema: string, moment: number) => boolean): Promise<void> {
  await tx.unsafe('create schema if not exists migrations');
  for (const { schema, folder } of MIGRATION_FOLDERS) {
    const table = `migrations."${schema}"`;
    const wanted = readMigrationFiles({ migrationsFolder: folder }).filter(({ folderMillis }) => isWanted(schema, folderMillis));
    if (wanted.length === 0) continue;
    await tx.unsafe(`create table if not exists ${table} (id serial primary key, hash text not null, created_at bigint)`);
    for (const { sql: statements, hash, folderMillis } of wanted) {
      for (const statement of statements) await tx.unsafe(statement);
      await tx.unsafe(`insert into ${table} (hash, created_at) values ($1, $2)`, [hash, folderMillis]);
    }
  }
}
