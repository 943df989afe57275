import { choices } from '../choices.ts';
import type { AddCommands, CommandContext } from '../context.ts';
import { CliError, EXIT } from '../errors.ts';
import { formatTime, printJson, printLine, printTable } from '../output.ts';
import { listAll, type Connection } from '../paging.ts';
import { say } from '../terminal.ts';

const FIELDS = 'id name scopes createdAt expiresAt lastUsedAt revokedAt';
const CREATE = `mutation CreateToken($input: CreateApiTokenInput!) { createApiToken(input: $input) { secret token { ${FIELDS} } } }`;
const REVOKE = `mutation RevokeToken($input: RevokeApiTokenInput!) { revokeApiToken(input: $input) { token { ${FIELDS} } } }`;
const LIST = `query Tokens($after: String) {
  apiTokens(first: 200, after: $after) { nodes { ${FIELDS} } pageInfo { hasNextPage endCursor } }
}`;

type Token = {
  id: string;
  name: string;
  scopes: string[];
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  revokedAt: string | null;
};
type CreateOptions = { scope: string[]; expires?: string };

const HOURS: Readonly<Record<string, number>> = { h: 1, d: 24, w: 7 * 24 };
const HOUR_MS = 3_600_000;

export const addTokenCommands: AddCommands = (program, context) => {
  const token = program.command('token').description('API tokens, for scripts and tools').helpCommand(false);
  token
    .command('create <name>')
    .description('make a token and print its secret, once; for example: token create nightly --scope READER --expires 30d')
    .requiredOption(
      '--scope <scopes>',
      'what it may do, within what you may: ADMIN, STEWARD, READER, INGESTOR; may be given again',
      choices(['ADMIN', 'STEWARD', 'READER', 'INGESTOR']),
    )
    .option('--expires <when>', 'after this long (12h, 30d, 4w), or a moment (2027-01-31, 2027-01-31T12:00:00Z)')
    .action((name: string, options: CreateOptions, command) => create(context(command), name, options));
  token
    .command('list')
    .description('your tokens, newest first')
    .option('--all', 'those that were revoked or have expired too')
    .action((options: { all?: boolean }, command) => list(context(command), options));
  token
    .command('revoke <id>')
    .description('end a token and all that were made with it, at once')
    .action((id: string, _options: unknown, command) => revoke(context(command), id));
};

/** ISO 8601 in UTC. */
function readMoment(text: string): string {
  const [, count, unit] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  if (count && unit) return new Date(Date.now() + Number(count) * HOURS[unit]! * HOUR_MS).toISOString();
  // A time without a zone would be another one on another machine.
  if (/^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?$/.test(text) && !Number.isNaN(Date.parse(text)))
    return new Date(text).toISOString();
  throw new CliError('--expires takes how long (12h, 30d, 4w), or a moment (2027-01-31, 2027-01-31T12:00:00Z).', EXIT.usage);
}

async function create(context: CommandContext, name: string, { scope, expires }: CreateOptions): Promise<void> {
  const { terminal } = context;
  const expiresAt = expires === undefined ? undefined : readMoment(expires);
  const { createApiToken } = await context
    .client()
    .request<{ createApiToken: { secret: string; token: Token } }>(CREATE, { input: { name, scopes: scope, expiresAt } });
  const { secret, token } = createApiToken;
  if (context.json) return printJson(terminal, { ...token, secret });
  terminal.stdout.write(`${secret}\n`);
  const end = token.expiresAt ? `It ends ${formatTime(token.expiresAt)} UTC.` : 'It does not expire.';
  say(terminal, `This secret is shown only this once; commands take it in PURSIGHT_TOKEN. ${end}`);
  say(terminal, `Revoke it: npx pursight token revoke ${token.id}`);
}

function stateOf({ revokedAt, expiresAt }: Token): 'active' | 'revoked' | 'expired' {
  if (revokedAt) return 'revoked';
  return expiresAt && Date.parse(expiresAt) <= Date.now() ? 'expired' : 'active';
}

async function list(context: CommandContext, { all }: { all?: boolean }): Promise<void> {
  const tokens = await listAll(context.client(), LIST, {}, (data: { apiTokens: Connection<Token> | null }) => data.apiTokens);
  const shown = all ? tokens : tokens.filter((token) => stateOf(token) === 'active');
  if (context.json) return printJson(context.terminal, shown);
  printTable(
    context.terminal,
    ['ID', 'NAME', 'SCOPES', 'STATE', 'CREATED (UTC)', 'EXPIRES', 'LAST USED'],
    shown.map((token) => [
      token.id,
      token.name,
      token.scopes.join(','),
      stateOf(token),
      formatTime(token.createdAt),
      formatTime(token.expiresAt),
      formatTime(token.lastUsedAt),
    ]),
  );
}

async function revoke(context: CommandContext, id: string): Promise<void> {
  const { revokeApiToken } = await context.client().request<{ revokeApiToken: { token: Token } }>(REVOKE, { input: { id } });
  if (context.json) return printJson(context.terminal, revokeApiToken.token);
  printLine(context.terminal, `Revoked ${revokeApiToken.token.name}, and what was made with it.`);
}
