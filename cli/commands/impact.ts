import { Option } from 'commander';
import { findAssetId, noSuchAsset, readDepth, readMoment } from '../assets.ts';
import type { Client } from '../client.ts';
import type { AddCommands, CommandContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { printJson, printLine, printTable, type Cell } from '../output.ts';
import { listAll, type Connection } from '../paging.ts';
import { say } from '../terminal.ts';

const IMPACT = `query Impact($assetId: ID, $columnId: ID, $direction: LineageDirection, $depth: Int, $asOf: DateTime) {
  impact(assetId: $assetId, columnId: $columnId, direction: $direction, depth: $depth, asOf: $asOf) {
    rootId totalCount truncated withoutOwner
    byKind { kind count } byOwner { user { name email } team { name } count } byDomain { domain { name } count }
    peopleToTell { name email }
  }
}`;
const COLUMNS = `query ColumnIds($id: ID!, $after: String) {
  asset(id: $id) { columns(first: 200, after: $after) { nodes { id name } pageInfo { hasNextPage endCursor } } }
}`;

type Person = { name: string; email: string };
type Impact = {
  totalCount: number;
  truncated: boolean;
  withoutOwner: number;
  byKind: { kind: string; count: number }[];
  byOwner: { user: Person | null; team: { name: string } | null; count: number }[];
  byDomain: { domain: { name: string } | null; count: number }[];
  peopleToTell: (Person | null)[] | null;
};
/** Of each direction. */
const NOTHING: Record<string, string> = {
  downstream: 'It reaches nothing',
  upstream: 'It rests on nothing',
  both: 'It reaches nothing and rests on nothing',
};
type Options = { column?: string; direction: string; depth: string; asOf?: string };

export const addImpactCommands: AddCommands = (program, context) => {
  program
    .command('impact <asset> [name]')
    .description('whom a change of an asset or of one of its columns would reach; the asset by its id, or by namespace and name')
    .option('--column <name>', 'only what this column of it reaches, or rests on')
    .addOption(
      new Option('--direction <direction>', 'whom it reaches, on whom it rests, or both')
        .choices(['upstream', 'downstream', 'both'])
        .default('downstream'),
    )
    .option('--depth <levels>', 'how many levels, at most 20', '20')
    .option('--as-of <moment>', 'as it was then (2027-01-31, 2027-01-31T12:00:00Z)')
    .action((asset: string, name: string | undefined, options: Options, command) => show(context(command), asset, name, options));
};

async function show(context: CommandContext, asset: string, name: string | undefined, options: Options): Promise<void> {
  const depth = readDepth(options.depth);
  const asOf = options.asOf === undefined ? undefined : readMoment(options.asOf, '--as-of');
  const { terminal } = context;
  const client = context.client();
  const assetId = await findAssetId(client, asset, name);
  if (!assetId) throw noSuchAsset(asset, name);
  const root = options.column === undefined ? { assetId } : { columnId: await getColumnId(client, assetId, options.column) };
  const variables = { ...root, direction: options.direction.toUpperCase(), depth, asOf };
  const { impact } = await client.request<{ impact: Impact | null }>(IMPACT, variables);
  if (!impact) throw noSuchAsset(asset, name);
  if (context.json) return printJson(terminal, impact);
  if (impact.totalCount === 0) {
    const nothing = impact.truncated
      ? 'Nothing could be counted within the budget of nodes or of time, and there is more. Try again, or ask for fewer levels with --depth.'
      : `${NOTHING[options.direction]!}, as far as you may see.`;
    return say(terminal, nothing);
  }
  printTable(terminal, ['BY', 'VALUE', 'ASSETS'], rowsOf(impact));
  const people = (impact.peopleToTell ?? []).flatMap((person) => (person ? `${person.name} <${person.email}>` : []));
  if (people.length > 0) printLine(terminal, `Tell: ${people.join(', ')}`);
  if (impact.truncated) say(terminal, `Only the nearest ${impact.totalCount} are counted; there are more.`);
}

const rowsOf = ({ totalCount, byKind, byOwner, byDomain, withoutOwner }: Impact): Cell[][] => [
  ['all', null, totalCount],
  ...byKind.map(({ kind, count }) => ['kind', kind, count]),
  ...byOwner.map(({ user, team, count }) => ['owner', team ? `${team.name} (team)` : user?.name, count]),
  ...(withoutOwner > 0 ? [['owner', 'nobody', withoutOwner]] : []),
  ...byDomain.map(({ domain, count }) => ['domain', domain?.name ?? 'none', count]),
];

async function getColumnId(client: Client, assetId: string, name: string): Promise<string> {
  type Answer = { asset: { columns: Connection<{ id: string; name: string }> } | null };
  const columns = await listAll(client, COLUMNS, { id: assetId }, ({ asset }: Answer) => asset?.columns);
  const found = columns.find((column) => column.name === name);
  if (!found) throw new CliError(`It has no column "${name}". Its columns are listed by: npx pursight asset <namespace> <name>`);
  return found.id;
}
