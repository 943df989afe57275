import { CliError, EXIT } from '../errors.ts';
import type { AddCommands, CommandContext } from '../context.ts';
import { formatTime, printFacts, printJson, printLine, printTable } from '../output.ts';
import { getSource, listSources } from '../sources.ts';
import { isInteractive, prompt, readStdin, say } from '../terminal.ts';

type UrlOptions = { url?: string; urlStdin?: boolean; databases?: string };
type AddOptions = UrlOptions & { name: string; schedule?: string; description?: string };

const ADD = `mutation AddSource($input: RegisterSourceInput!) {
  registerSource(input: $input) { source { id name namespace } }
}`;
const TEST = `mutation TestSource($input: TestSourceInput!) {
  testSource(input: $input) { test { ok message latencyMs serverVersion missingPermissions } }
}`;
const REMOVE = `mutation RemoveSource($input: RemoveSourceInput!) {
  removeSource(input: $input) { source { id name } }
}`;

export const addSourceCommands: AddCommands = (program, context) => {
  const source = program.command('source').description('the systems that PurSight reads').helpCommand(false);
  source
    .command('add <connector>')
    .description('register a system, for example: source add postgres --name crm --url postgres://…')
    .requiredOption('--name <name>', 'what to call it')
    .option('--url <url>', 'where it is, with user and password')
    .option('--url-stdin', 'read the URL from standard input, so that your shell does not remember it')
    .option('--databases <names>', 'other databases of the same server too: a,b or *')
    .option('--schedule <cron>', 'scan by itself, in UTC: "0 3 * * *"')
    .option('--description <text>')
    .action((connector: string, options: AddOptions, command) => add(context(command), connector, options));
  source
    .command('list')
    .description('every source with its last scan')
    .action((_options: unknown, command) => list(context(command)));
  source
    .command('test [name]')
    .description('connect and look, without scanning: a registered source, or a URL before it is registered')
    .option('--url <url>', 'where it is')
    .option('--url-stdin', 'read the URL from standard input')
    .option('--databases <names>', 'a,b or *')
    .option('--connector <connector>', 'of the URL', 'postgres')
    .action((name: string | undefined, options: UrlOptions & { connector: string }, command) => test(context(command), name, options));
  source
    .command('remove <name>')
    .description('forget a source; its assets are marked as deleted')
    .option('--yes', 'do not ask')
    .action((name: string, options: { yes?: boolean }, command) => remove(context(command), name, options));
};

async function add(context: CommandContext, connector: string, options: AddOptions): Promise<void> {
  const { terminal } = context;
  const config = await readConfig(context, options);
  if (!config) throw new CliError('Say where it is: --url <url> or --url-stdin', EXIT.usage);
  const { registerSource } = await context
    .client()
    .request<{ registerSource: { source: { id: string; name: string; namespace: string } } }>(ADD, {
      input: { name: options.name, connector, config, schedule: options.schedule, description: options.description },
    });
  const { source } = registerSource;
  if (context.json) return printJson(terminal, source);
  printLine(terminal, `Added ${source.name} (${source.namespace}).`);
  printLine(terminal, `Scan it: npx pursight scan ${source.name}`);
}

async function list(context: CommandContext): Promise<void> {
  const sources = await listSources(context.client());
  if (context.json) return printJson(context.terminal, sources);
  printTable(
    context.terminal,
    ['NAME', 'CONNECTOR', 'NAMESPACE', 'ASSETS', 'LAST SCAN', 'AT (UTC)'],
    sources.map(({ name, connector, namespace, assetCount, lastRun }) => [
      name,
      connector.id,
      namespace,
      assetCount,
      lastRun?.status,
      formatTime(lastRun?.finishedAt ?? lastRun?.queuedAt),
    ]),
  );
}

type SourceTest = { ok: boolean; message: string; latencyMs: number | null; serverVersion: string | null; missingPermissions: string[] };

async function test(context: CommandContext, name: string | undefined, options: UrlOptions & { connector: string }): Promise<void> {
  const { terminal } = context;
  const config = await readConfig(context, options);
  if ((name === undefined) === (config === undefined))
    throw new CliError('Say what to test: the name of a source, or --url <url>', EXIT.usage);
  const client = context.client();
  const input = name === undefined ? { connector: options.connector, config } : { id: (await getSource(client, name)).id };
  const { testSource } = await client.request<{ testSource: { test: SourceTest } }>(TEST, { input });
  const result = testSource.test;
  if (context.json) printJson(terminal, result);
  else {
    printFacts(terminal, [
      ['result', result.ok ? 'ok' : 'failed'],
      ['message', result.message],
      ['version', result.serverVersion],
      ['answered in', result.latencyMs === null ? null : `${result.latencyMs} ms`],
      ...result.missingPermissions.map((permission) => ['missing', permission] as const),
    ]);
  }
  if (!result.ok) throw new CliError('The source cannot be scanned like this.');
}

async function remove(context: CommandContext, name: string, { yes }: { yes?: boolean }): Promise<void> {
  const { terminal } = context;
  const client = context.client();
  const source = await getSource(client, name);
  if (!yes && isInteractive(terminal)) {
    const answer = await prompt(terminal, `Remove ${source.name} and mark its ${source.assetCount} assets as deleted? [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CliError('Nothing was removed.');
  }
  await client.request(REMOVE, { input: { id: source.id } });
  if (context.json) printJson(terminal, { id: source.id, name: source.name });
  else printLine(terminal, `Removed ${source.name}.`);
}

/** `Source.config` from the options; undefined without a URL. */
async function readConfig(
  { terminal }: CommandContext,
  { url, urlStdin, databases }: UrlOptions,
): Promise<Record<string, unknown> | undefined> {
  if (url !== undefined && urlStdin) throw new CliError('Give either --url or --url-stdin.', EXIT.usage);
  if (url !== undefined && URL.canParse(url) && new URL(url).password !== '') {
    say(terminal, 'Your shell may remember the password in this URL; --url-stdin reads it from standard input instead.');
  }
  const given = urlStdin ? (await readStdin(terminal, 'URL')).trim() : url;
  if (given === undefined) return undefined;
  const names = databases
    ?.split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  return { url: given, ...(names ? { databases: names } : {}) };
}
