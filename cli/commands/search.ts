import { choices } from '../choices.ts';
import type { AddCommands, CommandContext } from '../context.ts';
import { CliError, EXIT } from '../errors.ts';
import { printJson, printTable } from '../output.ts';
import { getSource } from '../sources.ts';
import { say } from '../terminal.ts';

/** As in the schema; a test compares. */
export const ASSET_KINDS = [
  'DATABASE',
  'SCHEMA',
  'TABLE',
  'VIEW',
  'MATERIALIZED_VIEW',
  'EXTERNAL_TABLE',
  'FILE',
  'TOPIC',
  'REPORT',
  'DASHBOARD',
  'DATASET',
  'PIPELINE',
  'MODEL',
];

const SEARCH = `query Search($query: String!, $first: Int!, $after: String, $filter: AssetFilter) {
  search(query: $query, first: $first, after: $after, filter: $filter) {
    totalCount totalIsCapped
    facets { name values { value count } }
    nodes { score highlights asset { id kind namespace name description source { name } } }
    pageInfo { hasNextPage endCursor }
  }
}`;

type Hit = {
  score: number;
  highlights: string[];
  asset: { id: string; kind: string; namespace: string; name: string; description: string | null; source: { name: string } | null };
};
type Result = {
  totalCount: number;
  totalIsCapped: boolean;
  facets: { name: string; values: { value: string; count: number }[] }[];
  nodes: Hit[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
};
type SearchOptions = { first: string; after?: string; kind?: string[]; source: string[] };

export const addSearchCommands: AddCommands = (program, context) => {
  program
    .command('search <text>')
    .description('find assets by their names, columns, descriptions, tags and terms; the best first')
    .option('--first <number>', 'how many, at most 200', '20')
    .option('--after <cursor>', 'what comes after this')
    .option('--kind <kinds>', 'only these, for example TABLE,VIEW; may be given again', choices(ASSET_KINDS))
    .option(
      '--source <name>',
      'only of this source; may be given again',
      (name: string, before: string[]) => [...before, name],
      [] as string[],
    )
    .action((text: string, options: SearchOptions, command) => search(context(command), text, options));
};

async function search(context: CommandContext, query: string, options: SearchOptions): Promise<void> {
  const first = Number(options.first);
  if (!Number.isInteger(first) || first < 1 || first > 200) throw new CliError('--first takes a number from 1 to 200.', EXIT.usage);
  const { terminal } = context;
  const client = context.client();
  const sourceIds: string[] = [];
  for (const name of options.source) sourceIds.push((await getSource(client, name)).id);
  const filter = { kinds: options.kind, sourceIds: sourceIds.length > 0 ? sourceIds : undefined };
  const { search: result } = await client.request<{ search: Result }>(SEARCH, { query, first, after: options.after, filter });
  if (context.json) return printJson(terminal, result);
  printTable(
    terminal,
    ['KIND', 'NAME', 'SOURCE', 'MATCHED'],
    result.nodes.map(({ asset, highlights }) => [asset.kind, asset.name, asset.source?.name, highlights.map(readHighlight).join(' … ')]),
  );
  say(terminal, summaryOf(result));
}

function summaryOf({ nodes, totalCount, totalIsCapped, pageInfo }: Result): string {
  if (nodes.length === 0 && totalCount === 0) return 'Nothing was found.';
  const summary = `${nodes.length} of ${totalIsCapped ? 'more than ' : ''}${totalCount}.`;
  return pageInfo.hasNextPage ? `${summary} Go on with --after ${pageInfo.endCursor}` : summary;
}

const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&#x27;': "'", '&amp;': '&' };

/** From HTML to text, with what matched between asterisks. */
const readHighlight = (html: string): string =>
  html.replace(/<\/?em>/g, '*').replace(/&(?:lt|gt|quot|amp|#39|#x27);/g, (entity) => ENTITIES[entity]!);
