/**
 * `pursight backup`: all that a database knows, as of one moment, in a file. Without pg_dump, which neither npm's PostgreSQL nor every machine
 * has. PurSight goes on meanwhile: nothing is locked but against changes of the tables themselves.
 */
import { existsSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { checkRootKey } from '#platform/auth/routerKeys.ts';
import { connect, sqlState, type Database, type Transaction } from '#platform/database/index.ts';
import { CannotStart, Conflict, InvalidInput } from '#platform/errors.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { listSequences, listTables, queryOf, quoteName, JOBS } from './content.ts';
import { checkBackup, countRows, writeBackup, type BackupContent, type BackupHeader, type BackupTable } from './file.ts';
import { readLevels } from './levels.ts';

export type Progress = { step: 'reading' | 'writing' | 'checking' | 'restoring'; done: number; total: number };
export type Summary = Pick<BackupHeader, 'productVersion' | 'createdAt' | 'epoch' | 'seq'> & { file: string; tables: number; rows: number };

export const summaryOf = (file: string, header: BackupHeader): Summary => {
  const { productVersion, createdAt, epoch, seq, tables } = header;
  return { file, productVersion, createdAt, epoch, seq, tables: tables.length, rows: countRows(header) };
};

type Options = {
  onProgress?: (progress: Progress) => void;
  /** Ends it, and leaves nothing behind. */
  signal?: AbortSignal;
};

/**
 * Writes `file`, which must not exist; the name is there once all of it was written, is on the disk, and was read again and found whole. Throws
 * InvalidInput, Conflict and CannotStart with what to do.
 */
export async function makeBackup(
  { ownerUrl, rootKey }: { ownerUrl: string; rootKey: Uint8Array },
  file: string,
  { onProgress = () => {}, signal }: Options = {},
): Promise<Summary & { bytes: number }> {
  if (existsSync(file)) throw new InvalidInput(`${file} exists. Give a backup a name of its own, such as one with the day in it.`, 'file');
  if (!existsSync(dirname(file))) throw new InvalidInput(`There is no folder ${dirname(file)}.`, 'file');
  const unfinished = `${file}.unfinished-${process.pid}`;
  const sql = connect({ url: ownerUrl, name: 'backup', max: 1, statementTimeoutMs: 0 });
  try {
    await checkDatabase(sql, rootKey);
    await atOneMoment(sql, async (tx, tables) => {
      onProgress({ step: 'reading', done: 0, total: 0 });
      const content = await readContent(tx, tables);
      await writeBackup(unfinished, rootKey, content, readRows(tx, countRows(content), onProgress), signal);
    });
    const header = await checkBackup(unfinished, rootKey, (progress) => onProgress({ step: 'checking', ...progress }));
    const { size: bytes } = await stat(unfinished);
    signal?.throwIfAborted();
    await rename(unfinished, file);
    await syncFolder(dirname(file));
    return { ...summaryOf(file, header), bytes };
  } finally {
    await rm(unfinished, { force: true });
    await sql.end({ timeout: 5 });
  }
}

async function checkDatabase(sql: Database, rootKey: Uint8Array): Promise<void> {
  const [there] = await sql`select from pg_class where oid = to_regclass('events.head')`;
  if (!there) throw new CannotStart('There is no PurSight in this database: nothing to back up. Look at DATABASE_URL and DATA_DIR.');
  await checkRootKey(sql, rootKey);
}

/** The locks come before the snapshot: no table, and no partition that retention drops, changes or goes between the two. */
async function atOneMoment(sql: Database, work: (tx: Transaction, tables: Omit<BackupTable, 'rows'>[]) => Promise<void>): Promise<void> {
  const before = await listTables(sql);
  const names = before.filter(({ name }) => name !== JOBS).map(({ name }) => quoteName(name));
  let failure: unknown;
  try {
    await sql.begin('isolation level repeatable read read only', async (tx) => {
      await tx.unsafe(`set local lock_timeout = '60s'`);
      await tx.unsafe(`lock table ${names.join(', ')} in access share mode`);
      const tables = await listTables(tx);
      if (tables.length !== before.length) throw beingChanged();
      // As every PostgreSQL reads them, whatever this one is set to.
      await tx.unsafe(
        `set local datestyle = 'ISO'; set local intervalstyle = 'postgres'; set local extra_float_digits = 3; set local bytea_output = 'hex'; set local timezone = 'UTC'`,
      );
      await work(tx, tables).catch(async (error: unknown) => {
        failure = error;
        // A table that nobody reads to its end (the disk is full, say) would keep the connection waiting.
        await sql.end({ timeout: 0 });
        throw error;
      });
    });
  } catch (error) {
    const changed = ['55P03', '42P01'];
    throw changed.includes(sqlState(error) ?? '') ? beingChanged() : (failure ?? error);
  }
}

const beingChanged = (): Conflict =>
  new Conflict(
    'The tables of this database are just being changed: another version of PurSight starts, or old events are dropped. Try again in a minute.',
  );

async function readContent(tx: Transaction, tables: Omit<BackupTable, 'rows'>[]): Promise<BackupContent> {
  const [head] = await tx<{ epoch: string; seq: number; now: Date }[]>`select epoch, seq, now() as now from events.head`;
  const counted: BackupTable[] = [];
  for (const table of tables) {
    const [row] = await tx.unsafe<{ rows: number }[]>(`select count(*) as rows from (${queryOf(table)}) as counted`);
    counted.push({ ...table, rows: row!.rows });
  }
  return {
    productVersion: packageJson.version,
    createdAt: head!.now.toISOString(),
    epoch: head!.epoch,
    seq: head!.seq,
    migrations: await readLevels(tx),
    tables: counted,
    sequences: await listSequences(tx),
  };
}

function readRows(tx: Transaction, total: number, onProgress: (progress: Progress) => void) {
  let done = 0;
  return async function* (table: BackupTable): AsyncGenerator<Buffer> {
    onProgress({ step: 'writing', done, total });
    yield* (await tx.unsafe(`copy (${queryOf(table)}) to stdout`).readable()) as AsyncIterable<Buffer>;
    done += table.rows;
  };
}

/** So that the new name is on the disk, too. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return; // a folder cannot be opened there
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
