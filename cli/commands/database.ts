/** The embedded PostgreSQL, which is reached without the API. */
import { CliError } from '../errors.ts';
import type { AddCommands, CommandContext } from '../context.ts';
import { printJson } from '../output.ts';
import { findServerDatabase, settingsOfServer } from '../serverDatabase.ts';
import { say } from '../terminal.ts';

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
  if (settingsOfServer().DATABASE_URL) {
    throw new CliError('DATABASE_URL is set: PurSight uses your own database, and there is no embedded one.');
  }
  return findServerDatabase().ownerUrl;
}

function withDatabase(text: string, name: string | undefined): string {
  if (name === undefined) return text;
  const url = new URL(text);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}
