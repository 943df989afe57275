/** Brings a database to this version: roles, schemas, migrations, rights. Runs at every start, under a lock, and changes nothing the second time. */
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator';
import { runMigrations as runQueueMigrations } from 'graphile-worker';
import postgres from 'postgres';
import { scramVerifier } from './scramVerifier.ts';
import { PARTS, roleName, rolePassword, roleUrl, type DatabaseLocation } from './roles.ts';

/** A schema and the folder of its committed migrations, in the order in which they run. */
export type MigrationFolder = { schema: string; folder: string };

/** Any number will do that nobody else locks: `pursight` in ASCII, cut to what an advisory lock takes. */
export const MIGRATION_LOCK = 0x70757273;

const CUSTOM_PLANS = 'plan_cache_mode=force_custom_plan';
const OWN_SCANS = 'synchronize_seqscans=off';

export async function migrate(location: DatabaseLocation, folders: readonly MigrationFolder[]): Promise<void> {
  const sql = postgres(location.ownerUrl, { max: 1, onnotice: () => {}, connection: { application_name: 'pursight migrate' } });
  try {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await createRoles(sql, location);
    for (const { schema, folder } of folders) {
      // Its own client: drizzle replaces the parsers of the one that it is given.
      const client = postgres(location.ownerUrl, { max: 1, onnotice: () => {} });
      try {
        await runMigrations(drizzle(client), {
          migrationsFolder: folder,
          migrationsSchema: 'migrations',
          migrationsTable: schema,
        });
      } finally {
        await client.end();
      }
    }
    await installQueue(sql, location);
    await grantRights(sql, location);
  } finally {
    await sql.end();
  }
}

/** The roles and the queue, without which nothing of PurSight can be put into a database: for a restore, which makes the schemas itself. */
export async function prepareServer(location: DatabaseLocation): Promise<void> {
  const sql = postgres(location.ownerUrl, { max: 1, onnotice: () => {}, connection: { application_name: 'pursight restore' } });
  try {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await createRoles(sql, location);
    await installQueue(sql, location);
  } finally {
    await sql.end();
  }
}

async function createRoles(sql: postgres.Sql, location: DatabaseLocation): Promise<void> {
  const [superuser] = await sql<{ yes: boolean }[]>`select rolsuper as yes from pg_roles where rolname = current_user`;
  for (const part of PARTS) {
    const name = roleName(location, part);
    const [existing] = await sql<{ config: string[] | null }[]>`select rolconfig as config from pg_roles where rolname = ${name}`;
    // One that can sign in is left as it is: other processes use it, and two that change a role of the server at once fail.
    if (!existing || !(await canSignIn(roleUrl(location, part)))) {
      // Neither can be a parameter. The password goes as its verifier: a server may log such statements.
      await sql.unsafe(`${existing ? 'alter' : 'create'} role "${name}" login password '${scramVerifier(rolePassword(location, part))}'`);
    }
    // An owner that is no superuser (a managed server's) hands things over only to roles that it is a member of.
    if (!superuser!.yes) await sql.unsafe(`grant "${name}" to current_user`);
    // Lists take any filter, viewer and page: a plan made for the average of them took seconds where one made for these values takes milliseconds.
    if (['catalog', 'policy', 'lineage', 'identity'].includes(part) && !existing?.config?.includes(CUSTOM_PLANS)) {
      await sql.unsafe(`alter role "${name}" set ${CUSTOM_PLANS}`);
    }
    // A search that is cut off begins at the same row each time: by default a scan joins in where another one is.
    if (part === 'catalog' && !existing?.config?.includes(OWN_SCANS)) await sql.unsafe(`alter role "${name}" set ${OWN_SCANS}`);
  }
}

async function canSignIn(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql`select 1`;
    return true;
  } catch {
    return false; // its password is set then; whatever else is wrong shows in what comes next
  } finally {
    await sql.end();
  }
}

/** A job killed with its process has used up an attempt, too; none is given up because it was unlucky. Its pauses grow to six hours. */
const MOST_ATTEMPTS = 1_000;

/** The queue's tables belong to the role `jobs`; others add a job through one function that runs with its rights. */
async function installQueue(sql: postgres.Sql, location: DatabaseLocation): Promise<void> {
  const jobs = roleName(location, 'jobs');
  const [database] = await sql<{ name: string }[]>`select current_database() as name`;
  const [installed] =
    await sql`select to_regclass('graphile_worker.migrations') as found where to_regclass('graphile_worker.migrations') is not null`;
  if (!installed) await sql.unsafe(`grant create on database ${quote(database!.name)} to "${jobs}"`);
  await runQueueMigrations({ connectionString: roleUrl(location, 'jobs'), schema: 'graphile_worker' });
  if (!installed) await sql.unsafe(`revoke create on database ${quote(database!.name)} from "${jobs}"`);
  await sql.unsafe(`
    create schema if not exists jobs authorization "${jobs}";
    create or replace function jobs.add(task text, payload json, queue text, key text) returns void
      language sql security definer set search_path = pg_catalog, pg_temp
      as $$ select graphile_worker.add_job(task, payload, queue_name => queue, job_key => key, job_key_mode => 'preserve_run_at', max_attempts => ${MOST_ATTEMPTS}) $$;
    alter function jobs.add owner to "${jobs}";
    revoke all on function jobs.add from public;`);
}

async function grantRights(sql: postgres.Sql, location: DatabaseLocation): Promise<void> {
  // Only once: it waits for every reader of the log and holds up the next ones, and other processes serve while this one starts.
  const [log] = await sql<{ owner: string }[]>`select pg_get_userbyid(relowner) as owner from pg_class where oid = 'events.log'::regclass`;
  const handOver = log!.owner === roleName(location, 'events') ? '' : `alter table events.log owner to "${roleName(location, 'events')}";`;
  // What it made itself is its own already. An owner alone may drop a partition.
  const foreign = await sql<{ name: string }[]>`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'events.log'::regclass and pg_get_userbyid(c.relowner) <> ${roleName(location, 'events')}`;
  const handOverPartitions = foreign
    .map(({ name }) => `alter table events."${name}" owner to "${roleName(location, 'events')}";`)
    .join(' ');
  const subgraphs = (['catalog', 'policy', 'lineage', 'identity'] as const).map((part) => [part, `"${roleName(location, part)}"`] as const);
  const [catalog, policy, lineage, identity] = subgraphs.map(([, role]) => role);
  const all = subgraphs.map(([, role]) => role).join(', ');
  const [events, router] = (['events', 'router'] as const).map((part) => `"${roleName(location, part)}"`);
  // Of an event's data only what somebody needs: it holds what people wrote.
  const grantLog = `
    grant select (seq, type, subject, time, actor_id, attributes) on events.log to ${catalog}, ${policy};
    grant select (seq, type, subject, time, actor_id, attributes, data) on events.log to ${lineage};
    grant select (seq, event_id, type, source, subject, time, actor_id, attributes, data, hash) on events.log to ${router};
    grant select on events.log to ${identity};`;
  await sql.unsafe(`
    ${subgraphs
      .map(
        ([part, role]) =>
          `grant usage on schema ${part} to ${role}; grant select, insert, update, delete on all tables in schema ${part} to ${role};`,
      )
      .join('\n')}
    grant usage on schema access to ${all}, ${router};
    grant select, insert, delete on access.router_keys to ${router};
    grant select (id, sealed_public_jwk, created_at) on access.router_keys to ${all};
    grant select on access.classes, access.domains to ${all}, ${router};
    grant insert on access.classes to ${catalog};
    grant insert, update, delete on access.domains to ${catalog};
    grant usage on schema events to ${all}, ${router};
    grant insert on events.outbox to ${all};
    grant select on events.head to ${all}, ${router};
    grant select on events.checkpoints, events.verifications to ${identity};
    grant select on events.cursors to ${router};
    grant select, insert, update on events.cursors to ${all};
    grant select, insert, update, delete on events.failures to ${all};
    ${grantLog}
    grant usage, create on schema events to ${events};
    grant select, insert, update, delete on all tables in schema events to ${events};
    ${handOver} ${handOverPartitions}
    ${grantLog}
    grant usage on schema jobs to ${all};
    grant execute on function jobs.add to ${all};`);
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
