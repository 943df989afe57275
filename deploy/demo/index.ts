/**
 * The demo: a shop's database in the same server as PurSight's own, and a role that may connect to it and no more.
 * Reading `pg_catalog` needs no right on the tables, so what a scan finds does not depend on grants.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { scramVerifier } from '#platform/database/scramVerifier.ts';

export const DEMO_DATABASE = 'demo_shop';
export const DEMO_ROLE = 'demo_shop_reader';
/** Where it is built: a database named `demo_shop` is therefore always whole. */
const LOADING = 'demo_shop_loading';
/** Any number will do that nobody else locks: `demo` in ASCII. */
const DEMO_LOCK = 0x64656d6f;

export type DemoOptions = {
  /** The superuser's URL for a database of the server. */
  serverUrl: (database: string) => string;
  /** Of the role that scans; derived by the caller, so that it is the same at each start. */
  password: string;
};

/**
 * Makes the demo database and its role unless they are there; takes about 2 s the first time and nothing the second.
 * Killed in the middle, it begins again at the next call.
 */
export async function createDemo({ serverUrl, password }: DemoOptions): Promise<{ created: boolean }> {
  const server = open(serverUrl('postgres'));
  try {
    await server`select pg_advisory_lock(${DEMO_LOCK})`;
    await createReader(server, password);
    const [existing] = await server`select 1 from pg_database where datname = ${DEMO_DATABASE}`;
    if (!existing) {
      await server.unsafe(`drop database if exists ${LOADING} with (force)`);
      await server.unsafe(`create database ${LOADING} template template0 encoding 'UTF8'`);
      await loadDemo(serverUrl(LOADING));
      await server.unsafe(`alter database ${LOADING} rename to ${DEMO_DATABASE}`);
    }
    // Repeated at each start: a kill between the rename and these would else leave them undone.
    await server.unsafe(`revoke all on database ${DEMO_DATABASE} from public`);
    await server.unsafe(`grant connect on database ${DEMO_DATABASE} to ${DEMO_ROLE}`);
    return { created: !existing };
  } finally {
    await server.end({ timeout: 5 });
  }
}

/** What registers the demo as a source: the input of `registerSource`. */
export function demoSourceConfig({ host, port, password }: { host: string; port: number; password: string }): {
  name: string;
  connector: string;
  description: string;
  config: { host: string; port: number; database: string; user: string; password: string };
} {
  return {
    name: DEMO_DATABASE,
    connector: 'postgres',
    description: 'A shop to look around in: customers, products, orders, invoices and reports. Nothing in it is real.',
    config: { host, port, database: DEMO_DATABASE, user: DEMO_ROLE, password },
  };
}

const open = (url: string): postgres.Sql =>
  postgres(url, {
    max: 1,
    onnotice: () => {},
    connect_timeout: 10,
    connection: { application_name: 'pursight demo', client_min_messages: 'warning' },
  });

async function createReader(server: postgres.Sql, password: string): Promise<void> {
  const [existing] = await server`select 1 from pg_roles where rolname = ${DEMO_ROLE}`;
  const verifier = scramVerifier(password);
  await server.unsafe(
    `${existing ? 'alter' : 'create'} role ${DEMO_ROLE} login nosuperuser nocreatedb nocreaterole noreplication password '${verifier}'`,
  );
}

/** The files of `sql/` in the order of their names, and statistics, so that row estimates are there at the first scan. */
export async function loadDemo(url: string): Promise<void> {
  const folder = fileURLToPath(new URL('sql/', import.meta.url));
  const database = open(url);
  try {
    // It is loaded anew after a crash, so nothing has to wait for the disk.
    await database.unsafe('set synchronous_commit = off');
    for (const file of readdirSync(folder)
      .filter((name) => name.endsWith('.sql'))
      .sort()) {
      await database.unsafe(readFileSync(folder + file, 'utf8'));
    }
    await database.unsafe('analyze');
  } finally {
    await database.end({ timeout: 5 });
  }
}
