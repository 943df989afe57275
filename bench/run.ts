/**
 * `npm run bench [name …] [--json] [--quick] [--assets N]`: each bench is a file here that exports `run(context)`. What matters is the ratio
 * to a baseline measured in the same run: times alone say more about the machine than about PurSight.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbedded } from '#platform/database/embedded.ts';
import { connect } from '#platform/database/index.ts';
import { migrate } from '#platform/database/migrate.ts';
import type { DatabaseLocation } from '#platform/database/roles.ts';
import { createLogger } from '#platform/logger.ts';
import { MIGRATION_FOLDERS } from '#deploy/migrations.ts';

export type BenchResult = {
  name: string;
  value: number;
  unit: string;
  /** How many times the baseline; below 1 is less than it. */
  ratio?: number;
  baseline?: string;
};

export type BenchContext = {
  /** Shorter and less exact. */
  quick: boolean;
  /** `--assets`: how large a catalog to make. */
  assets?: number;
  /** A migrated, empty PurSight database. */
  createDatabase(): Promise<DatabaseLocation>;
  /** A database without anything in the same server. */
  createEmptyDatabase(): Promise<{ url: string }>;
  /** Progress, for people. */
  say(text: string): void;
};

type Bench = { run(context: BenchContext): Promise<BenchResult[]> };

const ROOT_KEY = Buffer.alloc(32, 1);
const ROLE_PREFIX = 'bench';

/** An own server (its superuser's URL), or one of PurSight's for as long as the bench runs, as safe on disk as the product's. */
async function startServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const url = process.env.BENCH_DATABASE_URL;
  if (url) return { url, stop: async () => {} };
  const dataDir = mkdtempSync(join(tmpdir(), 'pursight-bench-'));
  const server = await startEmbedded({ dataDir, rootKey: ROOT_KEY, logger: createLogger({ level: 'warn', format: 'json' }) });
  return {
    url: server.ownerUrl,
    stop: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

function createContext(serverUrl: string, quick: boolean, assets: number | undefined): BenchContext & { drop(): Promise<void> } {
  const names: string[] = [];
  const onServer = async (statement: string): Promise<void> => {
    const sql = connect({ url: serverUrl, name: 'bench', max: 1 });
    try {
      await sql.unsafe(statement);
    } finally {
      await sql.end();
    }
  };
  const create = async (): Promise<string> => {
    const name = `bench_${randomBytes(6).toString('hex')}`;
    await onServer(`create database ${name} template template0`);
    names.push(name);
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    return url.href;
  };
  return {
    quick,
    assets,
    say: (text) => void process.stderr.write(`${text}\n`),
    async createDatabase() {
      const location = { ownerUrl: await create(), rolePrefix: ROLE_PREFIX, rootKey: ROOT_KEY };
      await migrate(location, MIGRATION_FOLDERS);
      return location;
    },
    createEmptyDatabase: async () => ({ url: await create() }),
    async drop() {
      for (const name of names) await onServer(`drop database if exists ${name} with (force)`);
    },
  };
}

const benchNames = (): string[] =>
  readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'run.ts')
    .map((file) => file.slice(0, -3))
    .toSorted();

/** Four figures are more than any of these measurements is worth. */
const figure = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));

function print(results: readonly BenchResult[]): void {
  const widest = Math.max(...results.map(({ name }) => name.length));
  for (const { name, value, unit, ratio, baseline } of results) {
    const compared = ratio === undefined ? '' : `   ${ratio.toFixed(2)} × ${baseline ?? 'baseline'}`;
    console.log(`  ${name.padEnd(widest)}  ${figure(value).padStart(9)} ${unit}${compared}`);
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, assets: { type: 'string' } },
  });
  // `npm run bench --json`, without a `--` before it, keeps the option to itself and tells of it in the environment.
  const json = values.json || process.env.npm_config_json === 'true';
  const quick = values.quick || process.env.npm_config_quick === 'true';
  const assets = values.assets === undefined ? undefined : Number(values.assets);
  if (assets !== undefined && !(Number.isInteger(assets) && assets >= 1000)) {
    console.error('"--assets" takes a whole number of at least 1000.');
    process.exitCode = 2;
    return;
  }
  const known = benchNames();
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    console.error(`There is no bench "${unknown.join('", "')}". There are: ${known.join(', ')}.`);
    process.exitCode = 2;
    return;
  }
  const server = await startServer();
  // The server is in a process group of its own: nobody else would end it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void server.stop().finally(() => process.exit(130)));
  }
  const all: Record<string, BenchResult[]> = {};
  try {
    for (const name of positionals.length > 0 ? positionals : known) {
      const { run } = (await import(`./${name}.ts`)) as Bench;
      const context = createContext(server.url, quick, assets);
      try {
        if (!json) console.log(`\n${name}`);
        all[name] = await run(context);
        if (!json) print(all[name]);
      } finally {
        await context.drop();
      }
    }
    if (json) console.log(JSON.stringify(all, null, 2));
  } finally {
    await server.stop();
  }
}

if (import.meta.main) await main();
