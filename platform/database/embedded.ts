/**
 * PurSight's own PostgreSQL: the binaries of npm, started by us on a folder of ours. Whatever an earlier start left behind
 * (a running server, half an initdb, a stale lock file) never hinders this one.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type postgres from 'postgres';
import { CannotStart } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { derivePassword } from '../secrets.ts';
import { findBinaries, type Binaries } from './embeddedBinaries.ts';
import { SUPERUSER, keyId, prepareData, readRecord, writeRecord } from './embeddedData.ts';
import { findServerFolder } from './embeddedFolder.ts';
import {
  ask,
  disown,
  findPort,
  findServer,
  isAlive,
  isFree,
  launchCommand,
  launchServer,
  stopServer,
  type Launch,
  type RunningServer,
} from './embeddedServer.ts';
import { SYSTEM_FOLDER } from './embeddedUser.ts';
import { isHeldByAnother } from './instance.ts';

const DATABASE = 'pursight';
/** Crash recovery replays at most max_wal_size of log; a slow disk may take a while over it. */
const RECOVERY_MS = 180_000;
const SILENCE_MS = 10_000;
const WATCH_MS = 500;
/** Children of a killed server go away a moment later, and until then it does not start. */
const REVIVE_AGAIN_MS = 500;

/** Small in memory, safe on disk, and nothing in the log that could hold a secret: no statement, parameter or detail. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.max': 5000,
  // Utility statements are kept there word for word, passwords of roles included.
  'pg_stat_statements.track_utility': 'off',
  max_connections: 100,
  // Touched as it is needed: a small catalog takes a part of it.
  shared_buffers: '128MB',
  max_wal_size: '512MB',
  io_method: 'sync',
  max_logical_replication_workers: 0,
  autovacuum_max_workers: 2,
  jit: 'off',
  fsync: 'on',
  synchronous_commit: 'on',
  // A killed product's sessions, and the locks they hold, end within this time even in the middle of a query.
  client_connection_check_interval: '2s',
  // Errors are told to the client that made them; their texts quote values.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length_on_error: 0,
} satisfies Record<string, string | number>;

export type EmbeddedOptions = {
  dataDir: string;
  rootKey: Uint8Array;
  logger: Logger;
  /** Server settings over ours; tests turn fsync off. */
  settings?: Readonly<Record<string, string | number>>;
  /** Called when the server ended although nobody stopped it, and its data are gone: there is nothing to start again. */
  onLost?: (sentence: string) => void;
  /** Where data and programs go that the server's user cannot reach; for tests. */
  systemFolder?: string;
};

/** A running server. `ownerUrl` leads to the database `pursight` as superuser, `serverUrl(name)` to another one. */
export type Embedded = {
  ownerUrl: string;
  serverUrl(database: string): string;
  port: number;
  /** Another one after the server ended by itself and was started again. */
  readonly pid: number;
  /** Whether a server that was left behind goes on. */
  adopted: boolean;
  /** Sentences for the person who starts the product. */
  say: string[];
  /** Stops the server and waits. It goes on if another product uses it. Release the instance first. */
  stop(): Promise<void>;
};

/** Starts or adopts the server of a data folder, makes what is missing, and waits until it answers. Throws CannotStart. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { dataDir, rootKey, logger, systemFolder = SYSTEM_FOLDER } = options;
  const { folder, user, say, abandoned } = findServerFolder(dataDir, systemFolder);
  const binaries = findBinaries(user, systemFolder);
  const password = derivePassword(rootKey, 'postgresql superuser');
  if (abandoned) await stopLeft(abandoned, folder, binaries);

  const data = join(folder, 'data');
  const record = await prepareData({ folder, data, binaries, user, password });
  if (record.keyId !== keyId(password)) {
    throw new CannotStart(
      `The database in ${data} was made under another root key. Put that key back (root.key in ${dataDir}, or SECRET_KEY), or set DATA_DIR to another folder.`,
    );
  }
  const launch: Launch = { binaries, data, port: record.port, user, settings: { ...SETTINGS, ...options.settings } };
  const urlOn = (port: number, database: string) => `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;

  const left = await takeOver(launch, (port) => urlOn(port, 'postgres'));
  if (left) logger.info({ pid: left.pid, port: left.port }, 'the server of an earlier start goes on');
  let pid = left ? left.pid : await start({ launch, say, urlOn: (port) => urlOn(port, 'postgres') });
  const { port } = launch;
  await ask(urlOn(port, 'postgres'), createDatabase);

  let stopping: Promise<void> | undefined;
  let reviving: Promise<void> | undefined;
  const watch = setInterval(() => {
    if (stopping || reviving || isAlive(pid)) return;
    reviving = revive().finally(() => (reviving = undefined));
  }, WATCH_MS).unref();

  return {
    ownerUrl: urlOn(port, DATABASE),
    serverUrl: (database) => urlOn(port, encodeURIComponent(database)),
    port,
    get pid() {
      return pid;
    },
    adopted: left !== undefined,
    say,
    stop: () => (stopping ??= stop()),
  };

  /** Tries until the server answers: it was killed, or its disk is full. All that was committed is there then. */
  async function revive(): Promise<void> {
    const log = join(folder, 'server.log');
    logger.error({ pid, log }, 'PostgreSQL ended unexpectedly; it is started again');
    for (let failure = ''; !stopping; await sleep(REVIVE_AGAIN_MS)) {
      if (!existsSync(data)) {
        clearInterval(watch);
        options.onLost?.(`PostgreSQL (process ${pid}) ended unexpectedly, and its data are gone from ${data}.`);
        return;
      }
      const answers = async (): Promise<boolean> => (await ask(urlOn(port, 'postgres'), async () => true)).answer === 'ok';
      const left = findServer(data);
      const waited = async () => ((await answers()) ? { pid: left!.pid } : { failure: 'it does not answer' });
      const result = await (left ? waited() : launchServer(launch, answers)).catch((error: unknown) => ({
        failure: (error as Error).message,
      }));
      if ('pid' in result) {
        pid = result.pid;
        logger.warn({ pid }, 'PostgreSQL runs again');
        return;
      }
      if (result.failure !== failure) logger.error({ reason: result.failure, log }, 'PostgreSQL does not start; tried again');
      failure = result.failure;
    }
  }

  async function stop(): Promise<void> {
    clearInterval(watch);
    await reviving;
    if (!isAlive(pid)) return;
    const { result: inUse } = await ask(urlOn(port, 'postgres'), (sql) => isHeldByAnother(sql, DATABASE));
    if (inUse) {
      logger.warn('another product uses this server: it goes on');
      return;
    }
    if (!(await stopServer(pid, binaries))) logger.error({ pid }, 'PostgreSQL did not stop');
  }
}

/** The server that an earlier start left on the folder, if it can go on; otherwise it is stopped first. */
async function takeOver(launch: Launch, urlOn: (port: number) => string): Promise<RunningServer | undefined> {
  const begin = performance.now();
  for (;;) {
    const server = findServer(launch.data);
    if (!server) return undefined;
    const { answer, result } = await ask(urlOn(server.port), (sql) => look(sql, launch.data));
    if (answer === 'ok' && result === 'foreign') {
      disown(launch.data);
      return undefined;
    }
    if (answer === 'ok') {
      if (server.command === launchCommand({ ...launch, port: server.port })) {
        launch.port = server.port;
        return server;
      }
      return stopOrThrow(server.pid, launch);
    }
    if (server.command === undefined && answer !== 'busy') {
      disown(launch.data); // some process that we cannot look into, and nothing of ours listens
      return undefined;
    }
    if (performance.now() - begin > (answer === 'busy' ? RECOVERY_MS : SILENCE_MS)) return stopOrThrow(server.pid, launch);
    await sleep(200);
  }
}

async function look(sql: postgres.Sql, data: string): Promise<'ours' | 'foreign'> {
  const [row] = await sql<{ folder: string }[]>`select current_setting('data_directory') as folder`;
  if (row!.folder !== data) return 'foreign';
  for (const deadline = performance.now() + 3_000; await isHeldByAnother(sql, DATABASE); await sleep(200)) {
    if (performance.now() > deadline) throw new CannotStart(`PurSight already runs on this folder: ${dirname(data)}.`);
  }
  return 'ours';
}

async function stopOrThrow(pid: number, launch: Launch): Promise<undefined> {
  if (await stopServer(pid, launch.binaries, 10_000)) return undefined;
  throw new CannotStart(
    `The PostgreSQL server that an earlier start left behind (process ${pid}) cannot be stopped. Stop it, then start PurSight again.`,
  );
}

/** The server of a folder that was moved away: it still runs, under the folder's old name. */
async function stopLeft(abandoned: string, folder: string, binaries: Binaries): Promise<void> {
  const server = findServer(join(abandoned, 'data'), join(folder, 'data'));
  if (server) await stopServer(server.pid, binaries, 10_000);
}

/** Starts a server; looks for another port where ours is taken. Changes `launch.port` and adds to `say`. */
async function start({ launch, say, urlOn }: { launch: Launch; say: string[]; urlOn: (port: number) => string }): Promise<number> {
  const begin = performance.now();
  for (;;) {
    if (!(await isFree(launch.port))) await moveToAnotherPort(launch, say);
    const result = await launchServer(launch, async () => (await ask(urlOn(launch.port), async () => true)).answer === 'ok');
    if ('pid' in result) return result.pid;
    const { failure } = result;
    if (/lock file/.test(failure)) {
      const other = await takeOver(launch, urlOn); // of two starts at once, the other one was faster
      if (other) return other.pid;
    } else if (!/Address already in use|could not create any TCP|pre-existing shared memory/.test(failure)) {
      throw new CannotStart(`PostgreSQL did not start: ${failure}. Its log is in ${join(launch.data, '..', 'server.log')}.`);
    }
    if (performance.now() - begin > 30_000) throw new CannotStart(`PostgreSQL did not start: ${failure}.`);
    await sleep(500); // children of a killed server go away a moment later
  }
}

async function moveToAnotherPort(launch: Launch, say: string[]): Promise<void> {
  const taken = launch.port;
  launch.port = await findPort();
  writeRecord(launch.data, { ...readRecord(launch.data), port: launch.port }, launch.user);
  say.push(
    `Port ${taken} of the embedded PostgreSQL is taken by another program; it now listens on ${launch.port}. Sources that name the old port must be updated.`,
  );
}

async function createDatabase(sql: postgres.Sql): Promise<void> {
  const [existing] = await sql`select from pg_database where datname = ${DATABASE}`;
  if (existing) return;
  try {
    await sql.unsafe(`create database ${DATABASE}`);
  } catch (error) {
    if ((error as { code?: string }).code !== '42P04' && (error as { code?: string }).code !== '23505') throw error; // else another start made it
  }
}
