/**
 * `pursight restore`: makes a database what a backup says. All of it, from dropping what is there to the new epoch, is one transaction: whatever
 * ends it half way (a kill, a full disk, a file that is changed meanwhile), the database is as it was before.
 */
import { finished } from 'node:stream/promises';
import type { Writable } from 'node:stream';
import { connect, sqlState, type Database, type Transaction } from '#platform/database/index.ts';
import { holdInstance, type Instance } from '#platform/database/instance.ts';
import { migrate, MIGRATION_LOCK, prepareServer } from '#platform/database/migrate.ts';
import { PARTS, roleName, type DatabaseLocation } from '#platform/database/roles.ts';
import { CannotStart, Conflict } from '#platform/errors.ts';
import { readEpochs } from '#platform/events/audit/anchors.ts';
import { deriveCheckpointKey, type CheckpointKey } from '#platform/events/audit/checkpoint.ts';
import { beginEpoch } from '#platform/events/audit/checkpointer.ts';
import { createLogger } from '#platform/logger.ts';
import { locateDatabase } from '../database.ts';
import { MIGRATION_FOLDERS } from '../migrations.ts';
import { summaryOf, type Progress, type Summary } from './backup.ts';
import { JOBS, listTables, quoteColumns, quoteName, SCHEMAS } from './content.ts';
import { checkBackup, countRows, newerBackup, readBackup, type BackupHeader, type BackupTable } from './file.ts';
import { areKnown, runMigrations } from './levels.ts';

type Options = {
  /** Also where the database has a PurSight already, all of which is lost then. */
  replace: boolean;
  /** Asked once everything is known to be as it should, before anything is changed; throws to leave it at that. */
  confirm?: (summary: Summary) => Promise<void>;
  onProgress?: (progress: Progress) => void;
};

/** Reads a backup whole and says what is in it. Throws InvalidInput where it could not be restored by this version with this root key. */
export async function inspectBackup(
  file: string,
  rootKey: Uint8Array,
  onProgress: (progress: Progress) => void = () => {},
): Promise<BackupHeader> {
  const header = await checkBackup(file, rootKey, (progress) => onProgress({ step: 'checking', ...progress }));
  if (!areKnown(header.migrations)) throw newerBackup(file, header.productVersion);
  return header;
}

/** Gives what was restored, the epoch that begins, and those of the log that is no more. Throws InvalidInput (the file), Conflict (the database) and CannotStart, with what to do. */
export async function restoreBackup(
  { ownerUrl, rootKey }: { ownerUrl: string; rootKey: Uint8Array },
  file: string,
  { replace, confirm = async () => {}, onProgress = () => {} }: Options,
): Promise<Summary & { newEpoch: string; replacedEpochs: string[] }> {
  const header = await inspectBackup(file, rootKey, onProgress);
  const location = await locateDatabase(ownerUrl, rootKey);
  const instance = await holdAlone(ownerUrl);
  const sql = connect({ url: ownerUrl, name: 'restore', max: 1, statementTimeoutMs: 0 });
  try {
    await checkNobodyElse(sql, location);
    if (!replace && !(await isEmpty(sql))) {
      throw new Conflict(
        'This database has a PurSight already. To lose all of that for what is in the backup, add --replace (and back it up before).',
      );
    }
    await confirm(summaryOf(file, header));
    await prepareServer(location);
    const key = deriveCheckpointKey(rootKey);
    const epochs = await inOneTransaction(sql, async (tx) => {
      const before = await listEpochs(tx, key);
      await dropAll(tx);
      await loadBackup(tx, { file, header, rootKey, onProgress });
      await runMigrations(tx, (schema, moment) => !isOfBackup(header, schema, moment));
      const newEpoch = await beginEpoch(tx, { key });
      const restored = await listEpochs(tx, key);
      return { newEpoch, replacedEpochs: before.filter((epoch) => !restored.includes(epoch)) };
    });
    // Rights, and whatever else belongs to a start; there is nothing left to migrate.
    await migrate(location, MIGRATION_FOLDERS);
    await sql.unsafe(
      `analyze ${header.tables
        .filter(({ name }) => name !== JOBS)
        .map(({ name }) => quoteName(name))
        .join(', ')}`,
    );
    return { ...summaryOf(file, header), ...epochs };
  } finally {
    await sql.end({ timeout: 5 });
    await instance.release();
  }
}

/** The product in one process holds this as long as it runs; and none starts while we do. */
async function holdAlone(ownerUrl: string): Promise<Instance> {
  try {
    return await holdInstance({ url: ownerUrl, place: 'this database', logger: createLogger({ level: 'silent', format: 'json' }) });
  } catch (error) {
    throw error instanceof CannotStart ? new Conflict('PurSight runs on this database. Stop it, then restore.') : error;
  }
}

/** Processes of their own hold no lock on the product, but connect as its roles. */
async function checkNobodyElse(sql: Database, location: DatabaseLocation): Promise<void> {
  const roles = PARTS.map((part) => roleName(location, part));
  const others = await sql<{ name: string }[]>`
    select distinct coalesce(nullif(application_name, ''), usename) as name from pg_stat_activity
    where datname = current_database() and usename = any(${roles}) order by 1 limit 10`;
  if (others.length > 0) {
    throw new Conflict(
      `PurSight's processes are connected to this database (${others.map(({ name }) => name).join(', ')}). Stop them all, then restore.`,
    );
  }
}

async function isEmpty(sql: Database): Promise<boolean> {
  const rows = await sql`select from pg_namespace where nspname = any(${SCHEMAS}) limit 1`;
  return rows.length === 0;
}

async function inOneTransaction<Result>(sql: Database, work: (tx: Transaction) => Promise<Result>): Promise<Result> {
  try {
    return (await sql.begin(async (tx) => {
      await tx.unsafe(`set local lock_timeout = '10s'`);
      // Whoever starts meanwhile waits, and finds what was restored.
      await tx`select pg_advisory_xact_lock(${MIGRATION_LOCK})`;
      return work(tx);
    })) as Result;
  } catch (error) {
    throw sqlState(error) === '55P03'
      ? new Conflict(
          'Somebody is using this database: a table could not be locked. Nothing was changed. End what is connected to it, then restore.',
        )
      : error;
  }
}

/** Of the log that is in the database, if there is one: those that this key has signed. */
async function listEpochs(tx: Transaction, key: CheckpointKey): Promise<string[]> {
  const [there] = await tx`select from pg_class where oid = to_regclass('events.checkpoints')`;
  return there ? (await readEpochs(tx, key)).map(({ epoch }) => epoch) : [];
}

async function dropAll(tx: Transaction): Promise<void> {
  for (const schema of [...SCHEMAS, 'migrations']) await tx.unsafe(`drop schema if exists ${quoteName(schema)} cascade`);
  await tx.unsafe('delete from graphile_worker._private_jobs');
}

type Load = { file: string; header: BackupHeader; rootKey: Uint8Array; onProgress?: (progress: Progress) => void };

const isOfBackup = ({ migrations }: BackupHeader, schema: string, moment: number): boolean => migrations[schema]?.includes(moment) ?? false;

/** The schema as the backup had it, without the migrations that came later, and its rows. The database has the roles and the queue, and none of the schemas. */
export async function loadBackup(tx: Transaction, { file, header, rootKey, onProgress = () => {} }: Load): Promise<void> {
  const { tables, sequences } = header;
  await runMigrations(tx, (schema, moment) => isOfBackup(header, schema, moment));
  const made = await listTables(tx);
  const stored = tables.filter(({ name }) => name !== JOBS);
  // What migrations wrote by themselves is in the backup, too.
  await tx.unsafe(
    `truncate ${made
      .filter(({ name }) => name !== JOBS)
      .map(({ name }) => quoteName(name))
      .join(', ')} cascade`,
  );
  for (const table of stored) await makePartitions(tx, table);
  // They would count a second time what was counted.
  for (const { name } of stored) await tx.unsafe(`alter table ${quoteName(name)} disable trigger user`);
  await tx.unsafe(
    `create temp table waiting_jobs (identifier text, payload json, queue text, run_at timestamptz, max_attempts int, key text, priority int, number int generated always as identity) on commit drop`,
  );
  await tx.unsafe(`set local datestyle = 'ISO'; set local intervalstyle = 'postgres'`);
  // Made over all rows at once, they take a part of the time that they take row by row.
  const indexes = await listIndexes(tx);
  for (const { name } of indexes) await tx.unsafe(`drop index ${name}`);
  await loadRows(tx, readBackup(file, rootKey), countRows(header), onProgress);
  await tx.unsafe(`set local maintenance_work_mem = '128MB'`);
  for (const { definition } of indexes) await tx.unsafe(definition);
  await tx`
    select graphile_worker.add_job(identifier, payload, queue_name => queue, run_at => run_at, max_attempts => max_attempts, job_key => key, priority => priority)
    from (select * from waiting_jobs order by number) as waiting`;
  for (const { name } of stored) await tx.unsafe(`alter table ${quoteName(name)} enable trigger user`);
  for (const { name, last } of sequences) await tx`select setval(${quoteName(name)}::regclass, ${last}::bigint)`;
}

/** Those that hold no constraint; and none of partitioned tables, which has one for each partition. */
const listIndexes = (tx: Transaction): Promise<{ name: string; definition: string }[]> =>
  tx<{ name: string; definition: string }[]>`
    select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
    from pg_index i join pg_class t on t.oid = i.indrelid join pg_namespace n on n.oid = t.relnamespace
    where n.nspname = any(${SCHEMAS}) and t.relkind = 'r' and not t.relispartition
      and not exists (select from pg_constraint k where k.conindid = i.indexrelid)`;

/** Those of the backup: migrations make the first one only, and retention drops the oldest. */
async function makePartitions(tx: Transaction, { name, partitions }: BackupTable): Promise<void> {
  const existing = await tx<{ name: string }[]>`
    select n.nspname || '.' || c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_namespace n on n.oid = c.relnamespace
    where i.inhparent = ${quoteName(name)}::regclass`;
  for (const each of existing) await tx.unsafe(`drop table ${quoteName(each.name)}`);
  for (const each of partitions) await tx.unsafe(`create table ${quoteName(each.name)} partition of ${quoteName(name)} ${each.bound}`);
}

/** The file is read again, so it is checked again: it may be another one by now. */
async function loadRows(
  tx: Transaction,
  parts: ReturnType<typeof readBackup>,
  total: number,
  onProgress: (progress: Progress) => void,
): Promise<void> {
  let sink: Writable | undefined;
  let done: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    sink?.end();
    await done;
    sink = done = undefined;
  };
  let loaded = 0;
  try {
    for await (const part of parts) {
      if ('table' in part) {
        await end();
        onProgress({ step: 'restoring', done: loaded, total });
        loaded += part.table.rows;
        const { name, columns } = part.table;
        const target = name === JOBS ? 'waiting_jobs' : quoteName(name);
        sink = await tx.unsafe(`copy ${target} (${quoteColumns(columns)}) from stdin`).writable();
        done = finished(sink);
        done.catch(() => {}); // told by whoever waits for it next
      } else if ('rows' in part && !sink!.write(part.rows)) {
        await Promise.race([new Promise((resolve) => sink!.once('drain', resolve)), done]);
      }
    }
    await end();
  } catch (error) {
    // An open COPY would keep the transaction's rollback waiting.
    sink?.destroy(error as Error);
    await done?.catch(() => undefined);
    throw error;
  }
}
