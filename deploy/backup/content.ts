/** What of a database is in its backup. */
import type { Queryable } from '#platform/database/index.ts';
import { MIGRATION_FOLDERS } from '../migrations.ts';
import type { BackupContent, BackupTable } from './file.ts';

export const SCHEMAS: readonly string[] = MIGRATION_FOLDERS.map(({ schema }) => schema);

/**
 * Waiting jobs, as the queue's own function takes them: its tables are another's, and of a version of their own. What ran goes on as after
 * the end of its worker.
 */
export const JOBS = 'jobs.waiting';
const JOBS_COLUMNS = ['identifier', 'payload', 'queue', 'run_at', 'max_attempts', 'key', 'priority'];
const JOBS_QUERY = `
  select tasks.identifier, jobs.payload, queues.queue_name as queue, jobs.run_at, jobs.max_attempts, jobs.key, jobs.priority
  from graphile_worker._private_jobs jobs join graphile_worker._private_tasks tasks on tasks.id = jobs.task_id
  left join graphile_worker._private_job_queues queues on queues.id = jobs.job_queue_id
  order by jobs.id`;

/** A session that was ended since must not live again, so everybody signs in anew; failed sign-ins count for minutes. */
const LEFT_OUT = ['identity.sessions', 'identity.sign_in_failures'];
/** Numbers of this server's transactions, which mean something else on another one; each row gets a new one by default. */
const LEFT_OUT_COLUMNS = ['events.outbox.xid'];

const quote = (name: string): string => `"${name}"`;
export const quoteName = (name: string): string => name.split('.').map(quote).join('.');
export const quoteColumns = (columns: readonly string[]): string => columns.map(quote).join(', ');

/** Gives its rows. */
export const queryOf = ({ name, columns }: Pick<BackupTable, 'name' | 'columns'>): string =>
  name === JOBS ? JOBS_QUERY : `select ${quoteColumns(columns)} from ${quoteName(name)}`;

/** The tables, each after those that it refers to. Partitions are read through their table; one that retention is just dropping is nobody's. */
export async function listTables(sql: Queryable): Promise<Omit<BackupTable, 'rows'>[]> {
  const tables = await sql<{ name: string; columns: string[]; partitions: BackupTable['partitions']; refersTo: string[] }[]>`
    select n.nspname || '.' || c.relname as name,
      (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
          and n.nspname || '.' || c.relname || '.' || a.attname <> all(${LEFT_OUT_COLUMNS})) as columns,
      (select coalesce(jsonb_agg(jsonb_build_object('name', n.nspname || '.' || p.relname, 'bound', pg_get_expr(p.relpartbound, p.oid)) order by p.oid), '[]')
        from pg_inherits i join pg_class p on p.oid = i.inhrelid where i.inhparent = c.oid and not i.inhdetachpending) as partitions,
      (select coalesce(array_agg(fn.nspname || '.' || fc.relname), '{}') from pg_constraint k
        join pg_class fc on fc.oid = k.confrelid join pg_namespace fn on fn.oid = fc.relnamespace
        where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as refers_to
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any(${SCHEMAS}) and c.relkind in ('r', 'p') and not c.relispartition
      and (n.nspname || '.' || c.relname) !~ '^events\\.log_[0-9]+$' and n.nspname || '.' || c.relname <> all(${LEFT_OUT})
    order by 1`;
  const sorted: (typeof tables)[number][] = [];
  const visit = (table: (typeof tables)[number]): void => {
    if (sorted.includes(table)) return;
    for (const name of table.refersTo) visit(tables.find((each) => each.name === name)!);
    sorted.push(table);
  };
  tables.forEach(visit);
  return [
    ...sorted.map(({ name, columns, partitions }) => ({ name, columns, partitions })),
    { name: JOBS, columns: JOBS_COLUMNS, partitions: [] },
  ];
}

export async function listSequences(sql: Queryable): Promise<BackupContent['sequences']> {
  const rows = await sql<{ name: string; last: string }[]>`
    select schemaname || '.' || sequencename as name, last_value::text as last
    from pg_sequences where schemaname = any(${SCHEMAS}) and last_value is not null order by 1`;
  return [...rows];
}
