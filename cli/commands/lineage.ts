import { Option } from 'commander';
import type { Client } from '../client.ts';
import { CliError, EXIT } from '../errors.ts';
import type { AddCommands, CommandContext } from '../context.ts';
import { printJson, printLine } from '../output.ts';
import { say } from '../terminal.ts';
import { addDeclarationCommands } from './declarations.ts';

const FIND = 'query AssetId($namespace: String!, $name: String!) { assetByName(namespace: $namespace, name: $name) { id } }';
const LINEAGE = `query Lineage($assetId: ID!, $direction: LineageDirection!, $depth: Int, $asOf: DateTime) {
  lineage(assetId: $assetId, direction: $direction, depth: $depth, asOf: $asOf) {
    rootId truncated
    nodes { id depth unexpanded asset { id kind namespace name } }
    edges { from to kind origin validFrom validTo }
  }
}`;

type Node = { id: string; depth: number; unexpanded: number; asset: { kind: string; name: string } | null };
type Graph = { rootId: string; truncated: boolean; nodes: Node[]; edges: { from: string; to: string }[] };
type Options = { direction: string; depth: string; asOf?: string };

export const addLineageCommands: AddCommands = (program, context) => {
  const lineage = program
    .command('lineage <asset> [name]')
    .description(
      'where the data of an asset comes from and goes to; the asset by its id, or by namespace and name, for example: lineage postgres://localhost:5432 shop.public.orders',
    )
    .addOption(
      new Option('--direction <direction>', 'what flows into it, out of it, or both')
        .choices(['upstream', 'downstream', 'both'])
        .default('both'),
    )
    .option('--depth <levels>', 'how many levels, at most 20', '3')
    .option('--as-of <moment>', 'as it was then (2027-01-31, 2027-01-31T12:00:00Z)')
    .action((asset: string, name: string | undefined, options: Options, command) => show(context(command), asset, name, options));
  addDeclarationCommands(lineage, context);
};

async function show(context: CommandContext, asset: string, name: string | undefined, options: Options): Promise<void> {
  const depth = Number(options.depth);
  if (!Number.isInteger(depth) || depth < 1 || depth > 20) throw new CliError('--depth takes a number from 1 to 20.', EXIT.usage);
  const asOf = options.asOf === undefined ? undefined : readMoment(options.asOf);
  const { terminal } = context;
  const client = context.client();
  const assetId = name === undefined ? asset : await findId(client, asset, name);
  const variables = { assetId, direction: options.direction.toUpperCase(), depth, asOf };
  const { lineage } = assetId ? await client.request<{ lineage: Graph | null }>(LINEAGE, variables) : { lineage: null };
  if (!lineage) {
    throw new CliError(
      name === undefined
        ? `There is no asset "${asset}". Give an id, or a namespace and a name; assets are found by: npx pursight search <text>`
        : `There is no asset "${name}" in ${asset}. The namespaces are listed by: npx pursight source list`,
    );
  }
  if (context.json) return printJson(terminal, lineage);
  for (const line of drawTree(lineage)) printLine(terminal, line);
  if (lineage.nodes.length === 1 && !lineage.truncated) say(terminal, 'Nothing flows into it or out of it, as far as you may see.');
  if (lineage.truncated)
    say(terminal, `Only the nearest ${lineage.nodes.length} are shown; "+n" tells how many more there are at a place.`);
}

async function findId(client: Client, namespace: string, name: string): Promise<string | undefined> {
  const { assetByName } = await client.request<{ assetByName: { id: string } | null }>(FIND, { namespace, name });
  return assetByName?.id;
}

function readMoment(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?$/.test(text) && !Number.isNaN(Date.parse(text)))
    return new Date(text).toISOString();
  throw new CliError('--as-of takes a moment (2027-01-31, 2027-01-31T12:00:00Z).', EXIT.usage);
}

type Branch = { node: Node; arrow: '<-' | '->' };

/** From level to level: `<-` for what an asset reads, `->` for what reads it. What is reached on several ways has its own branches only once. */
function drawTree({ rootId, nodes, edges }: Graph): string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const branches = new Map<string, Branch[]>();
  for (const { from, to } of edges) {
    const [reads, read] = [byId.get(to)!, byId.get(from)!];
    const [above, branch]: [Node, Branch] =
      reads.depth < read.depth ? [reads, { node: read, arrow: '<-' }] : [read, { node: reads, arrow: '->' }];
    if (above.depth + 1 === branch.node.depth) branches.set(above.id, [...(branches.get(above.id) ?? []), branch]);
  }
  const drawn = new Set<string>();
  const draw = (node: Node, head: string, indent: string): string[] => {
    const again = drawn.has(node.id);
    drawn.add(node.id);
    const below = again ? [] : (branches.get(node.id) ?? []).toSorted(byArrowAndName);
    const marks = [node.unexpanded > 0 && !again ? `+${node.unexpanded}` : '', again && branches.has(node.id) ? '(see above)' : ''];
    const words = [node.asset?.name ?? node.id, node.asset?.kind ?? '', ...marks].filter((word) => word !== '');
    return [
      `${head}${words.join('  ')}`,
      ...below.flatMap((branch, index) => {
        const [fork, rest] = index === below.length - 1 ? ['└─ ', '   '] : ['├─ ', '│  '];
        return draw(branch.node, `${indent}${fork}${branch.arrow} `, `${indent}${rest}`);
      }),
    ];
  };
  return draw(byId.get(rootId)!, '', '');
}

const byArrowAndName = (a: Branch, b: Branch): number => (`${a.arrow}${a.node.asset?.name}` < `${b.arrow}${b.node.asset?.name}` ? -1 : 1);
