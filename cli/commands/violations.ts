import { choices } from '../choices.ts';
import type { AddCommands, CommandContext } from '../context.ts';
import { CliError, EXIT } from '../errors.ts';
import { formatTime, printJson, printTable } from '../output.ts';
import { getSource } from '../sources.ts';
import { say } from '../terminal.ts';
import { listPolicies } from './policies.ts';

/** As in the schema; a test compares. */
export const STATUSES = ['OPEN', 'ACKNOWLEDGED', 'RESOLVED', 'WAIVED'];
export const SEVERITIES = ['INFO', 'WARNING', 'ERROR', 'CRITICAL'];
const UNSETTLED = ['OPEN', 'ACKNOWLEDGED'];

const VIOLATIONS = `query Violations($first: Int!, $after: String, $filter: ViolationFilter) {
  violations(first: $first, after: $after, filter: $filter) {
    totalCount
    nodes {
      id severity status message raisedAt updatedAt waivedUntil waivedBecause
      policy { id name }
      assetId asset { namespace name }
      column { name }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

type Violation = {
  id: string;
  severity: string;
  status: string;
  message: string;
  raisedAt: string;
  policy: { name: string };
  asset: { name: string } | null;
  column: { name: string } | null;
};
type Result = { totalCount: number | null; nodes: Violation[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
type Options = { first: string; after?: string; status?: string[]; severity?: string[]; policy: string[]; source: string[] };

const several = (name: string, before: string[]): string[] => [...before, name];

export const addViolationCommands: AddCommands = (program, context) => {
  program
    .command('violations')
    .description('what breaks a policy, the newest first; those that nobody has settled yet, unless --status says otherwise')
    .option('--first <number>', 'how many, at most 200', '50')
    .option('--after <cursor>', 'what comes after this')
    .option('--status <statuses>', `only these: ${STATUSES.join(', ')}; may be given again`, choices(STATUSES))
    .option('--severity <severities>', `only these: ${SEVERITIES.join(', ')}; may be given again`, choices(SEVERITIES))
    .option('--policy <name>', 'only of this policy; may be given again', several, [])
    .option('--source <name>', 'only of this source; may be given again', several, [])
    .action((options: Options, command) => list(context(command), options));
};

async function list(context: CommandContext, options: Options): Promise<void> {
  const first = Number(options.first);
  if (!Number.isInteger(first) || first < 1 || first > 200) throw new CliError('--first takes a number from 1 to 200.', EXIT.usage);
  const { terminal } = context;
  const client = context.client();
  const sourceIds: string[] = [];
  for (const name of options.source) sourceIds.push((await getSource(client, name)).id);
  const filter = {
    statuses: options.status ?? UNSETTLED,
    severities: options.severity,
    policyIds: options.policy.length > 0 ? await findPolicies(context, options.policy) : undefined,
    sourceIds: sourceIds.length > 0 ? sourceIds : undefined,
  };
  const { violations } = await client.request<{ violations: Result }>(VIOLATIONS, { first, after: options.after, filter });
  if (context.json) return printJson(terminal, violations);
  printTable(
    terminal,
    ['SEVERITY', 'STATUS', 'RAISED (UTC)', 'POLICY', 'ASSET', 'COLUMN', 'MESSAGE'],
    violations.nodes.map(({ severity, status, raisedAt, policy, asset, column, message }) => [
      severity,
      status,
      formatTime(raisedAt),
      policy.name,
      asset?.name,
      column?.name,
      message,
    ]),
  );
  say(terminal, summaryOf(violations));
}

/** Their ids, by name or id; a name of none of them is an error. */
async function findPolicies(context: CommandContext, names: readonly string[]): Promise<string[]> {
  const policies = await listPolicies(context);
  return names.flatMap((nameOrId) => {
    const found = policies.filter(({ id, name }) => name === nameOrId || id === nameOrId);
    if (found.length === 0) throw new CliError(`There is no policy "${nameOrId}". See which there are: npx pursight policies`);
    return found.map(({ id }) => id);
  });
}

function summaryOf({ nodes, totalCount, pageInfo }: Result): string {
  if (nodes.length === 0) return 'There are none.';
  const summary = `${nodes.length} of ${totalCount ?? '?'}.`;
  return pageInfo.hasNextPage ? `${summary} Go on with --after ${pageInfo.endCursor}` : summary;
}
