/** Commands that need the database rather than the API: they read the same settings as the server. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError, readSettings, type Settings } from '#platform/config.ts';
import { findEmbeddedUrl } from '#platform/database/embeddedUrl.ts';
import { CannotStart } from '#platform/errors.ts';
import { readRootKey } from '#platform/rootKey.ts';
import { CliError, EXIT } from '../errors.ts';
import type { AddCommands, CommandContext } from '../context.ts';
import { printJson } from '../output.ts';
import { say } from '../terminal.ts';

/** The server runs in this folder, so its `.env` and a relative DATA_DIR are meant from here. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export const addDatabaseCommands: AddCommands = (program, context) => {
  const database = program.command('database').description('the embedded PostgreSQL (needs the database, not the API)').helpCommand(false);
  database
    .command('url')
    .description('the superuser\'s URL, for example: psql "$(npx pursight database url)"')
    .option('--name <database>', "another database of that server, such as the demo's demo_shop")
    .action(({ name }: { name?: string }, command) => printUrl(context(command), name));
};

function printUrl({ terminal, json }: CommandContext, name: string | undefined): void {
  say(terminal, 'This is read from the data folder, not from the API. Whoever has this URL may do everything in the database.');
  const url = withDatabase(findUrl(), name);
  if (json) printJson(terminal, { url });
  else terminal.stdout.write(`${url}\n`);
}

function findUrl(): string {
  const settings = settingsOfServer();
  if (settings.DATABASE_URL) throw new CliError('DATABASE_URL is set: PurSight uses your own database, and there is no embedded one.');
  const dataDir = resolve(ROOT, settings.DATA_DIR);
  if (!settings.SECRET_KEY && !existsSync(join(dataDir, 'root.key'))) {
    throw new CliError(`There is no database in ${dataDir} yet. Start PurSight first ("npm start"), or set DATA_DIR as it has it.`);
  }
  const url = findEmbeddedUrl(dataDir, readKey(dataDir, settings.SECRET_KEY));
  if (!url) throw new CliError(`The database in ${dataDir} does not run. Start it with "npm start".`, EXIT.unreachable);
  return url;
}

function withDatabase(text: string, name: string | undefined): string {
  if (name === undefined) return text;
  const url = new URL(text);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}

function settingsOfServer(): Settings {
  try {
    return readSettings(ROOT);
  } catch (error) {
    throw error instanceof ConfigError ? new CliError(error.message, EXIT.usage) : error;
  }
}

function readKey(dataDir: string, secretKey: string | undefined): Buffer {
  try {
    return readRootKey({ dataDir, ...(secretKey ? { secretKey } : {}) });
  } catch (error) {
    throw error instanceof CannotStart ? new CliError(error.message) : error;
  }
}
