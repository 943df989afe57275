import { execFileSync, spawn } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CannotStart } from '../errors.ts';
import { createLogger } from '../logger.ts';
import { derivePassword } from '../secrets.ts';
import { startEmbedded, type Embedded, type EmbeddedOptions } from './embedded.ts';
import { isAlive } from './embeddedServer.ts';
import { connect } from './index.ts';
import { holdInstance } from './instance.ts';

const rootKey = Buffer.alloc(32, 7);
const logger = createLogger({ level: 'silent', format: 'json' });

/** Named so that the next run removes what an interrupted one leaves. */
const temporaryFolder = () => realpathSync(mkdtempSync(join(tmpdir(), `pursight-test-${process.pid}-`)));

/** A folder as a first start and a stop leave it. Tests begin with a copy, which is quicker than initdb. */
let prepared: string;
let dataDir: string;
let servers: Embedded[];
beforeAll(async () => {
  prepared = temporaryFolder();
  const first = await startEmbedded({ dataDir: prepared, rootKey, logger, systemFolder: join(prepared, 'system') });
  await first.stop();
});
afterAll(() => rmSync(prepared, { recursive: true, force: true }));
beforeEach(() => {
  dataDir = temporaryFolder();
  execFileSync('cp', ['-a', `${prepared}/.`, dataDir]);
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server.stop();
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

async function start(options: Partial<EmbeddedOptions> = {}): Promise<Embedded> {
  const server = await startEmbedded({ dataDir, rootKey, logger, systemFolder: join(dataDir, 'system'), ...options });
  servers.push(server);
  return server;
}

/** For tests of the first start. */
function startWithNothing(): void {
  rmSync(dataDir, { recursive: true });
  mkdirSync(dataDir, { mode: 0o700 });
}

const data = () => join(dataDir, 'postgresql', 'data');

async function query(server: Embedded, text: string): Promise<Record<string, unknown>[]> {
  const sql = connect({ url: server.ownerUrl, name: 'test', max: 1 });
  try {
    return await sql.unsafe(text);
  } finally {
    await sql.end();
  }
}

async function waitForEnd(pid: number): Promise<void> {
  for (let tries = 0; isAlive(pid) && tries < 100; tries++) await sleep(50);
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

describe('startEmbedded', () => {
  it('starts a server whose data, port and password outlive it', async () => {
    const first = await start();
    await query(first, 'create table kept (n int); insert into kept values (1)');
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);

    const second = await start();
    expect(second.ownerUrl).toBe(first.ownerUrl);
    expect(second.adopted).toBe(false);
    expect(await query(second, 'select n from kept')).toEqual([{ n: 1 }]);
  });

  it('listens on the loopback only, writes safely and loads pg_stat_statements', async () => {
    const server = await start();
    const settings = await query(
      server,
      `select name, setting from pg_settings where name in ('listen_addresses', 'unix_socket_directories', 'fsync', 'synchronous_commit',
         'shared_preload_libraries', 'password_encryption', 'server_encoding', 'log_min_error_statement') order by name`,
    );
    expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
      fsync: 'on',
      listen_addresses: '127.0.0.1',
      log_min_error_statement: 'panic',
      password_encryption: 'scram-sha-256',
      server_encoding: 'UTF8',
      shared_preload_libraries: 'pg_stat_statements',
      synchronous_commit: 'on',
      unix_socket_directories: '',
    });
    const methods = await query(server, 'select distinct auth_method from pg_hba_file_rules');
    expect(methods).toEqual([{ authMethod: 'scram-sha-256' }]);
  });

  it('keeps its folders to their owner, and neither passwords nor statements in any file', async () => {
    startWithNothing();
    const server = await start();
    const secret = 'a-secret-in-a-statement';
    await query(server, `create role somebody login password '${secret}'`);
    await expect(query(server, `select '${secret}'::int`)).rejects.toThrow();
    await query(server, `select '${secret}' as ordinary`);
    await server.stop();
    expect(statSync(join(dataDir, 'postgresql')).mode & 0o077).toBe(0);
    expect(statSync(data()).mode & 0o077).toBe(0);
    const password = derivePassword(rootKey, 'postgresql superuser');
    for (const entry of readdirSync(dataDir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const bytes = readFileSync(join(entry.parentPath, entry.name));
      expect(bytes.includes(password), `the superuser's password in ${entry.name}`).toBe(false);
      expect(bytes.includes(secret), `a statement in ${entry.name}`).toBe(false);
    }
  });

  it('adopts a server that a killed product left behind', async () => {
    const first = await start();
    const second = await start();
    expect(second).toMatchObject({ adopted: true, pid: first.pid, ownerUrl: first.ownerUrl });
  });

  it('stops a left server that was started with other settings, and starts anew', async () => {
    const first = await start({ settings: { work_mem: '5MB' } });
    const second = await start();
    expect(isAlive(first.pid)).toBe(false);
    expect(second.adopted).toBe(false);
    expect(second.ownerUrl).toBe(first.ownerUrl);
  });

  it('recovers when the server itself was killed', async () => {
    const first = await start();
    await query(first, 'create table kept (n int); insert into kept select generate_series(1, 10000)');
    process.kill(first.pid, 'SIGKILL');
    await waitForEnd(first.pid);
    const second = await start();
    expect(await query(second, 'select count(*)::int as n from kept')).toEqual([{ n: 10000 }]);
  });

  it('is not hindered by a lock file with the number of another live process', async () => {
    const first = await start();
    await first.stop();
    const stranger = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
    try {
      writeFileSync(join(data(), 'postmaster.pid'), `${stranger.pid}\n${data()}\n1700000000\n${first.port}\n\n127.0.0.1\n`);
      const second = await start();
      expect(second.adopted).toBe(false);
      expect(isAlive(stranger.pid!)).toBe(true);
    } finally {
      stranger.kill();
    }
  });

  it('redoes a set-up that was killed half way', async () => {
    startWithNothing();
    const half = join(dataDir, 'postgresql', 'data.new-0badcafe');
    mkdirSync(join(half, 'base'), { recursive: true });
    writeFileSync(join(half, 'PG_VERSION'), '18\n');
    writeFileSync(`${half}.password`, 'left behind');
    const server = await start();
    expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(readdirSync(join(dataDir, 'postgresql')).toSorted()).toEqual(['data', 'server.log']);
  });

  it('takes another port, and says so, when a stranger holds its own', async () => {
    const first = await start();
    await first.stop();
    const stranger = await listen(first.port);
    try {
      const second = await start();
      expect(second.port).not.toBe(first.port);
      expect(second.say.join()).toContain(`Port ${first.port}`);
      await second.stop();
      const third = await start();
      expect(third.port).toBe(second.port);
      expect(third.say).toEqual([]);
    } finally {
      stranger.close();
    }
  });

  it('refuses another root key in plain words', async () => {
    await (await start()).stop();
    await expect(start({ rootKey: Buffer.alloc(32, 8) })).rejects.toThrow(/another root key/);
    await expect(start({ rootKey: Buffer.alloc(32, 8) })).rejects.toBeInstanceOf(CannotStart);
  });

  it('refuses a folder on which a product runs, and leaves its server alone', async () => {
    const server = await start();
    // A child process stands for the other product: the lock knows its own process.
    const holder = spawn(
      process.execPath,
      ['--input-type=module', '-e', HOLDER, server.ownerUrl, join(import.meta.dirname, 'instance.ts')],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    try {
      await new Promise((resolve) => holder.stdout.once('data', resolve));
      await expect(start()).rejects.toThrow(/already runs on this folder/);
      await server.stop();
      expect(isAlive(server.pid)).toBe(true);
    } finally {
      holder.kill('SIGKILL');
      process.kill(server.pid, 'SIGQUIT');
      await waitForEnd(server.pid);
    }
  });

  it('starts once when two starts come at the same time', async () => {
    startWithNothing();
    const [one, two] = await Promise.all([start(), start()]);
    expect(one.ownerUrl).toBe(two.ownerUrl);
    expect(one.pid).toBe(two.pid);
  });

  it.each(['SIGKILL', 'SIGQUIT'] as const)('starts the server again after %s, with all that was committed', async (signal) => {
    const server = await start();
    await query(server, 'create table kept as select 1 as one');
    const { pid } = server;
    process.kill(pid, signal);
    await expect.poll(() => server.pid, { timeout: 30_000 }).not.toBe(pid);
    expect(await query(server, 'select one from kept')).toEqual([{ one: 1 }]);
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
  });

  it('tells when the server ended and its data are gone', async () => {
    const lost: string[] = [];
    const server = await start({ onLost: (sentence) => lost.push(sentence) });
    process.kill(server.pid, 'SIGQUIT');
    renameSync(data(), `${data()}.moved`);
    await expect.poll(() => lost, { timeout: 10_000 }).toEqual([expect.stringContaining('its data are gone')]);
  });

  it.skipIf(process.getuid?.() !== 0)('keeps the data elsewhere, and says so, where its user cannot reach the folder', async () => {
    const home = join(dataDir, 'home');
    const systemFolder = temporaryFolder();
    mkdirSync(home, { mode: 0o700 });
    try {
      chmodSync(systemFolder, 0o755);
      const first = await start({ dataDir: join(home, '.pursight'), systemFolder });
      expect(first.say.join()).toContain(`is kept in ${systemFolder}/`);
      expect(existsSync(join(home, '.pursight', 'postgresql'))).toBe(false);
      await query(first, 'create table kept ()');
      await first.stop();
      const second = await start({ dataDir: join(home, '.pursight'), systemFolder });
      expect(await query(second, 'select from kept')).toEqual([]);

      // Somebody removes the data folder, and so the root key, while the server runs: the next start is a new one.
      rmSync(join(home, '.pursight'), { recursive: true });
      const third = await start({ dataDir: join(home, '.pursight'), systemFolder, rootKey: Buffer.alloc(32, 9) });
      expect(isAlive(second.pid)).toBe(false);
      expect(third.say.join()).toContain('was moved to');
      await expect(query(third, 'select from kept')).rejects.toThrow('does not exist');
      await third.stop();
    } finally {
      rmSync(systemFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
  });
});

const HOLDER = `
  const { holdInstance } = await import(process.argv[2]);
  const logger = { warn() {}, error() {} };
  await holdInstance({ url: process.argv[1], place: 'this folder', logger });
  console.log('held');
  setInterval(() => {}, 1000);
`;

describe('holdInstance', () => {
  it('is for one product at a time', async () => {
    const { ownerUrl: url } = await start();
    const first = await holdInstance({ url, place: 'this folder', logger });
    await expect(holdInstance({ url, place: 'this folder', logger, patienceMs: 300 })).rejects.toThrow(
      'PurSight already runs on this folder.',
    );
    await first.release();
    const second = await holdInstance({ url, place: 'this folder', logger });
    await second.release();
  });

  it('waits for the session of a killed product to go away', async () => {
    const { ownerUrl: url } = await start();
    const first = await holdInstance({ url, place: 'this folder', logger });
    setTimeout(() => void first.release(), 700);
    const second = await holdInstance({ url, place: 'this folder', logger });
    await second.release();
  });

  it('takes the lock again when its connection is lost', async () => {
    const server = await start();
    const first = await holdInstance({ url: server.ownerUrl, place: 'this folder', logger });
    await query(server, `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'pursight instance%'`);
    await sleep(1_000);
    await expect(holdInstance({ url: server.ownerUrl, place: 'this folder', logger, patienceMs: 300 })).rejects.toThrow('already runs');
    await first.release();
  });

  it('tells when another product took the lock meanwhile', async () => {
    const server = await start();
    const lost: string[] = [];
    const first = await holdInstance({
      url: server.ownerUrl,
      place: 'this folder',
      logger,
      patienceMs: 300,
      onLost: (sentence) => lost.push(sentence),
    });
    const thief = connect({ url: server.ownerUrl, name: 'thief', max: 1 });
    const waiting = thief`select pg_advisory_lock(1886745203, 1)`.then(() => undefined);
    await sleep(200);
    await query(server, `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'pursight instance%'`);
    await waiting;
    for (let tries = 0; lost.length === 0 && tries < 100; tries++) await sleep(50);
    expect(lost).toEqual(['PurSight already runs on this folder.']);
    await first.release();
    await thief.end();
  });
});
