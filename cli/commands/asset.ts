import { CliError } from '../errors.ts';
import type { AddCommands, CommandContext } from '../context.ts';
import { formatTime, printFacts, printJson, printLine, printTable } from '../output.ts';
import { listAll, type Connection } from '../paging.ts';

const ASSET = `query Asset($namespace: String!, $name: String!) {
  assetByName(namespace: $namespace, name: $name) {
    id kind namespace name description sourceDescription tags version updatedAt
    source { name }
    domain { name }
    terms { name }
    owners { role user { name } team { name } }
    table {
      rowEstimate sizeBytes primaryKey partitioned definition
      foreignKeys { name columns referencesName referencesColumns }
      uniqueKeys { name columns }
      checks { name expression }
    }
  }
}`;
const COLUMNS = `query AssetColumns($id: ID!, $after: String) {
  asset(id: $id) {
    columns(first: 200, after: $after) {
      nodes { id name ordinal nativeType nullable default generated description sourceDescription }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

type Column = {
  id: string;
  name: string;
  ordinal: number;
  nativeType: string;
  nullable: boolean;
  default: string | null;
  generated: boolean;
  description: string | null;
  sourceDescription: string | null;
};
type Table = {
  rowEstimate: number | null;
  sizeBytes: number | null;
  primaryKey: string[];
  partitioned: boolean;
  definition: string | null;
  foreignKeys: { name: string; columns: string[]; referencesName: string; referencesColumns: string[] }[];
  uniqueKeys: { name: string; columns: string[] }[];
  checks: { name: string; expression: string }[];
};
type Asset = {
  id: string;
  kind: string;
  namespace: string;
  name: string;
  description: string | null;
  sourceDescription: string | null;
  tags: string[];
  version: number;
  updatedAt: string;
  source: { name: string } | null;
  domain: { name: string } | null;
  terms: { name: string }[];
  owners: { role: string; user: { name: string } | null; team: { name: string } | null }[];
  table: Table | null;
};

export const addAssetCommands: AddCommands = (program, context) => {
  program
    .command('asset <namespace> <name>')
    .description('one asset with its columns, for example: asset postgres://localhost:5432 shop.public.orders')
    .action((namespace: string, name: string, _options: unknown, command) => show(context(command), namespace, name));
};

async function show(context: CommandContext, namespace: string, name: string): Promise<void> {
  const client = context.client();
  const { assetByName: asset } = await client.request<{ assetByName: Asset | null }>(ASSET, { namespace, name });
  if (!asset) throw new CliError(`There is no asset "${name}" in ${namespace}. The namespaces are listed by: npx pursight source list`);
  const columns = await listAll(
    client,
    COLUMNS,
    { id: asset.id },
    (data: { asset: { columns: Connection<Column> } | null }) => data.asset?.columns,
  );
  if (context.json) return printJson(context.terminal, { ...asset, columns });
  printFacts(context.terminal, facts(asset));
  if (columns.length === 0) return;
  printLine(context.terminal, '');
  printTable(
    context.terminal,
    ['COLUMN', 'TYPE', 'NULL', 'DEFAULT', 'DESCRIPTION'],
    columns.map((column) => [
      column.name,
      column.nativeType,
      column.nullable ? 'yes' : 'no',
      column.default,
      column.description ?? column.sourceDescription,
    ]),
  );
}

function facts({ table, ...asset }: Asset): [string, string | number | null][] {
  const owners = asset.owners.map(({ role, user, team }) => `${user?.name ?? team?.name ?? '?'} (${role.toLowerCase()})`);
  const list = (columns: string[]) => columns.join(', ');
  return [
    ['name', asset.name],
    ['kind', table?.partitioned ? `${asset.kind} (partitioned)` : asset.kind],
    ['namespace', asset.namespace],
    ['source', asset.source?.name ?? null],
    ['description', asset.description ?? asset.sourceDescription],
    ['owners', list(owners) || null],
    ['domain', asset.domain?.name ?? null],
    ['tags', list(asset.tags) || null],
    ['terms', list(asset.terms.map(({ name }) => name)) || null],
    ...(table
      ? ([
          ['rows, about', table.rowEstimate],
          ['bytes', table.sizeBytes],
          ['primary key', list(table.primaryKey) || null],
          ...table.foreignKeys.map((key) => [
            'foreign key',
            `${list(key.columns)} -> ${key.referencesName} (${list(key.referencesColumns)})`,
          ]),
          ...table.uniqueKeys.map((key) => ['unique', list(key.columns)]),
          ...table.checks.map((check) => ['check', check.expression]),
        ] as [string, string | number | null][])
      : []),
    ['version', asset.version],
    ['updated', `${formatTime(asset.updatedAt)} UTC`],
    ['id', asset.id],
  ];
}
