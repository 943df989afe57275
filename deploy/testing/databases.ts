/** Databases for commands that measure or try the product: in a server of their own, or in one of PurSight's for as long as they run. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded, type Embedded } from '#platform/database/embedded.ts';
import { findServer, isAlive } from '#platform/database/embeddedServer.ts';
import { connect } from '#platform/database/index.ts';
import { migrate } from '#platform/database/migrate.ts';
import type { DatabaseLocation } from '#platform/database/roles.ts';
import { createLogger } from '#platform/logger.ts';
import { MIGRATION_FOLDERS } from '../migrations.ts';

const ROOT_KEY = Buffer.alloc(32, 1);
/** A server that is told to end at once does within a fraction of this. */
const END_MS = 5_000;
/** Never told of anything: to wait without a turn of the event loop. */
const CLOCK = new Int32Array(new SharedArrayBuffer(4));

export type Databases = {
  /** A migrated, empty PurSight database. */
  createDatabase(): Promise<DatabaseLocation>;
  /** A database without anything in the same server. */
  createEmptyDatabase(): Promise<{ url: string }>;
};

type ServerSettings = Readonly<Record<string, string | number>>;

/** A signal by itself would end the process without what is done at its exit. */
function exitOnSignals(): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.once(signal, () => process.exit(code));
}

/** `ownUrl`: of its superuser. PurSight's is as safe on disk as the product's, and has `settings` over the product's. */
export async function startServer(
  ownUrl: string | undefined,
  settings: ServerSettings = {},
): Promise<{ url: string; stop(): Promise<void> }> {
  if (!ownUrl) {
    const { ownerUrl: url, stop } = await startTemporary(settings);
    return { url, stop };
  }
  exitOnSignals();
  return { url: ownUrl, stop: async () => {} };
}

/** One that is gone with all its data once it is stopped, or this process ends. */
export async function startTemporary(settings: ServerSettings, level: 'warn' | 'silent' = 'warn'): Promise<Embedded> {
  exitOnSignals();
  const dataDir = mkdtempSync(join(tmpdir(), 'pursight-databases-'));
  const removeNow = (): void => {
    // The server is in a process group of its own: nobody else would end it. Nobody needs its data any more.
    const left = findServer(join(dataDir, 'postgresql', 'data'));
    if (left) process.kill(left.pid, 'SIGQUIT');
    // Nothing but waiting can be done at an exit, and what a server still writes cannot be removed.
    for (const until = performance.now() + END_MS; left && isAlive(left.pid) && performance.now() < until;) Atomics.wait(CLOCK, 0, 0, 20);
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  process.once('exit', removeNow);
  const server = await startEmbedded({ dataDir, rootKey: ROOT_KEY, settings, logger: createLogger({ level, format: 'json' }) });
  const { stop } = server;
  // Not a copy: its number changes where it is started again.
  return Object.assign(server, {
    async stop() {
      await stop();
      removeNow();
      process.off('exit', removeNow);
    },
  });
}

/** `prefix`: of the databases' names, and of the roles'. */
export function createDatabases(serverUrl: string, prefix: string): Databases & { drop(): Promise<void> } {
  const names: string[] = [];
  const onServer = async (statement: string): Promise<void> => {
    const sql = connect({ url: serverUrl, name: prefix, max: 1 });
    try {
      await sql.unsafe(statement);
    } finally {
      await sql.end();
    }
  };
  const create = async (): Promise<string> => {
    const name = `${prefix}_${randomBytes(6).toString('hex')}`;
    await onServer(`create database ${name} template template0`);
    names.push(name);
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    return url.href;
  };
  return {
    async createDatabase() {
      const location = { ownerUrl: await create(), rolePrefix: prefix, rootKey: ROOT_KEY };
      await migrate(location, MIGRATION_FOLDERS);
      return location;
    },
    createEmptyDatabase: async () => ({ url: await create() }),
    async drop() {
      for (const name of names) await onServer(`drop database if exists ${name} with (force)`);
    },
  };
}

/** As long as `work` takes. */
export async function withDatabases<Result>(
  { prefix, ownUrl, settings }: { prefix: string; ownUrl?: string; settings?: ServerSettings },
  work: (databases: Databases) => Promise<Result>,
): Promise<Result> {
  const server = await startServer(ownUrl, settings);
  const databases = createDatabases(server.url, prefix);
  try {
    return await work(databases);
  } finally {
    await databases.drop();
    await server.stop();
  }
}
