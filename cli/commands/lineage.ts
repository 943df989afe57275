import { Option } from 'commander';
import { findAssetId, noSuchAsset, readDepth, readMoment } from '../assets.ts';
import type { AddCommands, CommandContext } from '../context.ts';
import { CliError, EXIT } from '../errors.ts';
import { printJson, printLine } from '../output.ts';
import { say } from '../terminal.ts';
import { addDeclarationCommands } from './declarations.ts';
import { showDiff, showHistory } from './lineageOverTime.ts';

const LINEAGE = `query Lineage($assetId: ID!, $direction: LineageDirection!, $depth: Int, $asOf: DateTime, $level: LineageLevel) {
  lineage(assetId: $assetId, direction: $direction, depth: $depth, asOf: $asOf, level: $level) {
    rootId truncated
    nodes { id depth unexpanded asset { id kind namespace name } column { id name } job { namespace name } run { runId state } }
    edges { from to kind origin validFrom validTo job { namespace name } run { runId state } }
  }
}`;

type Node = {
  id: string;
  depth: number;
  unexpanded: number;
  asset: { kind: string; name: string } | null;
  column: { name: string } | null;
  /** Then it is no asset or column, but what moves data between some, or a time that this did so. */
  job: { name: string } | null;
  run: { runId: string } | null;
};
type Edge = { from: string; to: string; origin: string; job: { name: string } | null };
type Graph = { rootId: string; truncated: boolean; nodes: Node[]; edges: Edge[] };
/** The future is as now, by the server's clock: this machine's may be slow. */
const NOW = '9999-12-31T23:59:59.999Z';

type Options = { direction: string; depth: string; level: string; asOf?: string; since?: string; until?: string; history?: boolean };

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
    .addOption(new Option('--level <level>', 'between assets, or between their columns').choices(['asset', 'column']).default('asset'))
    .option('--as-of <moment>', 'as it was then (2027-01-31, 2027-01-31T12:00:00Z)')
    .addOption(new Option('--since <moment>', 'what became different since then').conflicts(['asOf', 'history']))
    .addOption(new Option('--until <moment>', 'and what was different by then; now if not given').conflicts(['asOf', 'history']))
    .addOption(new Option('--history', 'every flow into and out of it, that is and that was').conflicts(['asOf', 'direction', 'depth']))
    .action((asset: string, name: string | undefined, options: Options, command) => show(context(command), asset, name, options));
  addDeclarationCommands(lineage, context);
};

async function show(context: CommandContext, asset: string, name: string | undefined, options: Options): Promise<void> {
  const depth = readDepth(options.depth);
  const asOf = options.asOf === undefined ? undefined : readMoment(options.asOf, '--as-of');
  const between = readBetween(options);
  const { terminal } = context;
  const client = context.client();
  const assetId = await findAssetId(client, asset, name);
  if (!assetId) throw noSuchAsset(asset, name);
  const [direction, level] = [options.direction.toUpperCase(), options.level.toUpperCase()];
  if (options.history) return showHistory(context, assetId);
  if (between) return showDiff(context, assetId, { ...between, direction, depth });
  const { lineage } = await client.request<{ lineage: Graph | null }>(LINEAGE, { assetId, direction, depth, asOf, level });
  if (!lineage) throw noSuchAsset(asset, name);
  if (context.json) return printJson(terminal, lineage);
  for (const line of drawTrees(lineage)) printLine(terminal, line);
  if (lineage.edges.length === 0 && !lineage.truncated) say(terminal, 'Nothing flows into it or out of it, as far as you may see.');
  if (lineage.truncated)
    say(terminal, `Only the nearest ${lineage.nodes.filter(isData).length} are shown; "+n" tells how many more there are at a place.`);
}

function readBetween({ since, until, level, history }: Options): { from: string; to: string } | undefined {
  if (level !== 'asset' && (since !== undefined || history)) {
    throw new CliError('--since and --history are of assets: leave out --level.', EXIT.usage);
  }
  if (since !== undefined) {
    const from = readMoment(since, '--since');
    return { from, to: until === undefined ? NOW : readMoment(until, '--until') };
  }
  if (until !== undefined) throw new CliError('--until takes --since, too.', EXIT.usage);
  return undefined;
}

const isData = ({ job, run }: Node): boolean => !job && !run;

/** `origins`: who tells of the flow. `jobs`: names of what moves it. */
type Branch = { node: Node; arrow: '<-' | '->'; origins: string[]; jobs: string[] };

/**
 * From level to level: `<-` for what an asset reads, `->` for what reads it. What is reached on several ways has its own branches only once.
 * Columns of an asset are roots beside each other.
 */
function drawTrees({ nodes, edges }: Graph): string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const branches = new Map<string, Branch[]>();
  // What several origins tell of is one flow.
  for (const flows of Map.groupBy(edges, ({ from, to }) => `${from} ${to}`).values()) {
    const [reads, read] = [byId.get(flows[0]!.to)!, byId.get(flows[0]!.from)!];
    const origins = flows.map(({ origin }) => origin);
    const jobs = [...new Set(flows.flatMap(({ job }) => job?.name ?? []))].toSorted();
    const [above, branch]: [Node, Branch] =
      reads.depth < read.depth ? [reads, { node: read, arrow: '<-', origins, jobs }] : [read, { node: reads, arrow: '->', origins, jobs }];
    if (above.depth + 1 === branch.node.depth) branches.set(above.id, [...(branches.get(above.id) ?? []), branch]);
  }
  const drawn = new Set<string>();
  const draw = (node: Node, head: string, indent: string, of: readonly string[] = []): string[] => {
    const again = drawn.has(node.id);
    drawn.add(node.id);
    const below = again ? [] : (branches.get(node.id) ?? []).toSorted(byArrowAndName);
    const marks = [...of, node.unexpanded > 0 && !again ? `+${node.unexpanded}` : '', again && branches.has(node.id) ? '(see above)' : ''];
    const words = [labelOf(node), node.column ? '' : (node.asset?.kind ?? ''), ...marks].filter((word) => word !== '');
    return [
      `${head}${words.join('  ')}`,
      ...below.flatMap((branch, index) => {
        const [fork, rest] = index === below.length - 1 ? ['└─ ', '   '] : ['├─ ', '│  '];
        return draw(branch.node, `${indent}${fork}${branch.arrow} `, `${indent}${rest}`, [
          ...(isDeclared(branch) ? ['declared'] : []),
          ...branch.jobs.map((job) => `by ${job}`),
        ]);
      }),
    ];
  };
  return nodes
    .filter((node) => node.depth === 0 && isData(node))
    .toSorted((a, b) => (labelOf(a) < labelOf(b) ? -1 : 1))
    .flatMap((root) => draw(root, '', ''));
}

/** By people only. */
const isDeclared = ({ origins }: Branch): boolean => origins.every((origin) => origin === 'DECLARED');

/** Of a column with its asset's name before it. */
const labelOf = ({ id, asset, column }: Node): string => [asset?.name ?? id, ...(column ? [column.name] : [])].join('.');

const byArrowAndName = (a: Branch, b: Branch): number => (`${a.arrow}${labelOf(a.node)}` < `${b.arrow}${labelOf(b.node)}` ? -1 : 1);
