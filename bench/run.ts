/**
 * `npm run bench [name …] [--json] [--quick] [--assets N]`: each bench is a file here that exports `run(context)`. What matters is the ratio
 * to a baseline measured in the same run: times alone say more about the machine than about PurSight.
 */
import { readdirSync } from 'node:fs';
import { createDatabases, startServer, type Databases } from '#deploy/testing/databases.ts';
import { exitOfUsage, readOptions } from '#deploy/testing/options.ts';

export type BenchResult = {
  name: string;
  value: number;
  unit: string;
  /** How many times the baseline; below 1 is less than it. */
  ratio?: number;
  baseline?: string;
};

export type BenchContext = Databases & {
  /** Shorter and less exact. */
  quick: boolean;
  /** `--assets`: how large a catalog to make. */
  assets?: number;
  /** Progress, for people. */
  say(text: string): void;
};

const USAGE = 'npm run bench [-- [name …] [--json] [--quick] [--assets <number>]]';

type Bench = { run(context: BenchContext): Promise<BenchResult[]> };

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
  const { values, positionals } = readOptions(USAGE, {
    allowPositionals: true,
    options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, assets: { type: 'string' } },
  });
  // `npm run bench --json`, without a `--` before it, keeps the option to itself and tells of it in the environment.
  const json = values.json || process.env.npm_config_json === 'true';
  const quick = values.quick || process.env.npm_config_quick === 'true';
  const assets = values.assets === undefined ? undefined : Number(values.assets);
  if (assets !== undefined && !(Number.isInteger(assets) && assets >= 1000))
    exitOfUsage('--assets takes a whole number of at least 1000.', USAGE);
  const known = benchNames();
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) exitOfUsage(`There is no bench "${unknown.join('", "')}". There are: ${known.join(', ')}.`, USAGE);
  const server = await startServer(process.env.BENCH_DATABASE_URL);
  const all: Record<string, BenchResult[]> = {};
  try {
    for (const name of positionals.length > 0 ? positionals : known) {
      const { run } = (await import(`./${name}.ts`)) as Bench;
      const databases = createDatabases(server.url, 'bench');
      const say = (text: string): void => void process.stderr.write(`${text}\n`);
      try {
        if (!json) console.log(`\n${name}`);
        all[name] = await run({ ...databases, quick, assets, say });
        if (!json) print(all[name]);
      } finally {
        await databases.drop();
      }
    }
    if (json) console.log(JSON.stringify(all, null, 2));
  } finally {
    await server.stop();
  }
}

if (import.meta.main) await main();
