/** The product as processes of their own, on a PostgreSQL that is ours, too: all are killed at once, and started again where they were. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADMINISTRATOR } from '#deploy/testing/inProcess.ts';
import { startEmbedded, type Embedded } from '#platform/database/embedded.ts';
import { connect, type Database } from '#platform/database/index.ts';
import { createLogger } from '#platform/logger.ts';
import { freePort } from '#platform/testing/freePort.ts';
import { ready, runNode, type Running } from '../separate.ts';

const ROOT_KEY = Buffer.alloc(32, 1);
const SUBGRAPHS = ['catalog', 'policy', 'lineage', 'identity'];
const SOURCE = 'source';

export type Processes = {
  /** Of the router. */
  url: string;
  /** Of the database that is scanned. */
  sourceUrl: string;
  /** Starts whatever does not run; resolves when all are ready. */
  start(): Promise<void>;
  /** kill -9 of all at once. */
  kill(options: { postgres: boolean }): Promise<void>;
  /** A look behind the scenes, as superuser, in PurSight's database or in the source. */
  look<Result>(work: (sql: Database) => Promise<Result>, database?: 'source'): Promise<Result>;
  stop(): Promise<void>;
};

/** `isSplit`: each subgraph a process of its own, else they are the router's. `environment`: further settings of all. */
export async function createProcesses({
  isSplit,
  environment = {},
}: {
  isSplit: boolean;
  environment?: Record<string, string>;
}): Promise<Processes> {
  const dataDir = mkdtempSync(join(tmpdir(), 'pursight-soak-'));
  const ports: Record<string, number> = {};
  for (const name of ['router', ...SUBGRAPHS]) ports[name] = await freePort();
  const urls = (names: readonly string[]): string =>
    isSplit ? names.map((name) => `${name}=http://127.0.0.1:${ports[name]}`).join(',') : '';
  let postgres: Embedded | undefined;
  const running = new Map<string, Running>();

  const startPostgres = (): Promise<Embedded> =>
    startEmbedded({ dataDir, rootKey: ROOT_KEY, logger: createLogger({ level: 'fatal', format: 'json' }) });
  const endNow = (): void => (postgres ? killAll([postgres.pid]) : undefined);
  process.once('exit', endNow);

  async function startPart(name: string): Promise<void> {
    if (running.has(name)) return;
    const others: Record<string, readonly string[]> = { router: SUBGRAPHS, policy: ['catalog'], lineage: ['catalog', 'identity'] };
    const args = SUBGRAPHS.includes(name) ? ['deploy/separate/subgraph.ts', name] : [`deploy/separate/${name}.ts`];
    const part = runNode(args, {
      DATABASE_URL: postgres!.ownerUrl,
      SECRET_KEY: ROOT_KEY.toString('base64'),
      DATA_DIR: dataDir,
      ...(ports[name] && { PORT: String(ports[name]) }),
      SUBGRAPH_URLS: urls(others[name] ?? []),
      ADMIN_EMAIL: ADMINISTRATOR.email,
      ADMIN_PASSWORD: ADMINISTRATOR.password,
      LOG_FORMAT: 'json',
      ...environment,
    });
    running.set(name, part);
    await ready(part);
  }

  async function look<Result>(work: (sql: Database) => Promise<Result>, database?: 'source'): Promise<Result> {
    const sql = connect({ url: database ? postgres!.serverUrl(SOURCE) : postgres!.ownerUrl, name: 'soak', max: 1 });
    try {
      return await work(sql);
    } finally {
      await sql.end({ timeout: 1 });
    }
  }

  postgres = await startPostgres();
  await look((sql) => sql.unsafe(`create database ${SOURCE}`));
  return {
    url: `http://127.0.0.1:${ports.router}`,
    sourceUrl: postgres.serverUrl(SOURCE),
    async start() {
      postgres ??= await startPostgres();
      await Promise.all(['router', 'worker', ...(isSplit ? SUBGRAPHS : [])].map(startPart));
    },
    async kill(options) {
      const ending = [...running.values()].map((part) => part.kill());
      running.clear();
      if (options.postgres && postgres) {
        killAll(withChildren(postgres.pid));
        postgres = undefined;
      }
      await Promise.all(ending);
    },
    look,
    async stop() {
      await Promise.all([...running.values()].map((part) => part.stop()));
      await postgres?.stop();
      process.off('exit', endNow);
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

function withChildren(root: number): number[] {
  const lines = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).stdout.trim().split('\n');
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number));
  return [root, ...pairs.filter(([, parent]) => parent === root).map(([pid]) => pid!)];
}

function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
}
