/**
 * `npm run migration -- [name]` writes a migration for every schema whose tables have changed (drizzle-kit).
 * `npm run migration -- --check` writes nothing and fails when one is missing.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions } from '#deploy/testing/options.ts';
import { MIGRATION_FOLDERS } from '#deploy/migrations.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const DRIZZLE = join(ROOT, 'node_modules/drizzle-kit/bin.cjs');

/** The tables of a schema lie beside its migrations, in one file or in a folder. */
function tablesOf(folder: string): string {
  const one = join(dirname(folder), 'tables.ts');
  return existsSync(one) ? one : join(dirname(folder), 'tables', '*.ts');
}

function drizzle(args: string[]): void {
  // Without a terminal it asks nothing: a rename that it cannot tell from drop and create is then an error, not a guess.
  const stdin = process.stdin.isTTY ? 'inherit' : 'ignore';
  const result = spawnSync(process.execPath, [DRIZZLE, ...args], { cwd: ROOT, encoding: 'utf8', stdio: [stdin, 'pipe', 'pipe'] });
  if (result.status !== 0) throw new Error(`drizzle-kit ${args[0]} failed:\n${result.stdout}${result.stderr}`);
}

const migrationsIn = (folder: string): string[] => readdirSync(folder).filter((file) => file.endsWith('.sql'));

/** Generates into `out` and tells which files are new. drizzle-kit takes only paths relative to where it runs. */
function generate(folder: string, out: string, name: string | undefined): string[] {
  const before = new Set(migrationsIn(out));
  const paths = ['--schema', relative(ROOT, tablesOf(folder)), '--out', relative(ROOT, out)];
  drizzle(['generate', '--dialect', 'postgresql', ...paths, ...(name ? ['--name', name] : [])]);
  return migrationsIn(out).filter((file) => !before.has(file));
}

function checkFolder(folder: string): boolean {
  const copy = mkdtempSync(join(tmpdir(), 'pursight-migration-'));
  try {
    cpSync(folder, copy, { recursive: true });
    return generate(folder, copy, undefined).length === 0;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

const { values, positionals } = readOptions('npm run migration [-- [what changed] [--check]]', {
  options: { check: { type: 'boolean', default: false } },
  allowPositionals: true,
});
let missing = false;
for (const { schema, folder } of MIGRATION_FOLDERS) {
  if (values.check) {
    if (checkFolder(folder)) continue;
    missing = true;
    console.error(`The tables of ${schema} have changed without a migration: run \`npm run migration -- <what changed>\` and commit it.`);
  } else {
    for (const file of generate(folder, folder, positionals[0])) console.log(`${relative(ROOT, folder)}/${file}`);
  }
}
if (missing) process.exitCode = 1;
