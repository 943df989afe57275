/** How lineage became what it is: its edges with their times, and what is different since a moment. */
import { noSuchAsset } from '../assets.ts';
import type { Client } from '../client.ts';
import type { CommandContext } from '../context.ts';
import { formatTime, printJson, printLine, printTable } from '../output.ts';
import { listAll, type Connection } from '../paging.ts';
import { say } from '../terminal.ts';

const EDGE = 'from to kind origin validFrom validTo job { namespace name } run { runId state }';
const HISTORY = `query LineageHistory($assetId: ID!, $after: String) {
  lineageHistory(assetId: $assetId, first: 200, after: $after) { nodes { ${EDGE} } pageInfo { hasNextPage endCursor } }
}`;
const DIFF = `query LineageDiff($assetId: ID!, $from: DateTime!, $to: DateTime!, $direction: LineageDirection, $depth: Int) {
  lineageDiff(assetId: $assetId, from: $from, to: $to, direction: $direction, depth: $depth) {
    rootId from to truncated added { ${EDGE} } removed { ${EDGE} }
  }
}`;
const NAMES = 'query AssetNames($ids: [ID!]!) { assetsById(ids: $ids) { id name } }';
/** As many as the API takes at a time. */
const NAMES_AT_ONCE = 200;

type Edge = { from: string; to: string; origin: string; validFrom: string; validTo: string | null };
type Diff = { added: Edge[]; removed: Edge[]; truncated: boolean };

/** An edge for each interval, the latest begun first. */
export async function showHistory(context: CommandContext, assetId: string): Promise<void> {
  const { terminal } = context;
  const client = context.client();
  const edges = await listAll(client, HISTORY, { assetId }, (data: { lineageHistory: Connection<Edge> | null }) => {
    if (!data.lineageHistory) throw noSuchAsset(assetId, undefined);
    return data.lineageHistory;
  });
  if (context.json) return printJson(terminal, edges);
  if (edges.length === 0) return say(terminal, 'Nothing ever flowed into it or out of it, as far as you may see.');
  const names = await findNames(client, edges);
  printTable(
    terminal,
    ['FROM', 'TO', 'ORIGIN', 'SINCE', 'UNTIL'],
    edges.map(({ from, to, origin, validFrom, validTo }) => [names(from), names(to), origin, formatTime(validFrom), formatTime(validTo)]),
  );
}

export type DiffVariables = { from: string; to: string; direction: string; depth: number };

/** `+` for what is there at the end and was not at the beginning, `-` for the reverse. */
export async function showDiff(context: CommandContext, assetId: string, variables: DiffVariables): Promise<void> {
  const { terminal } = context;
  const client = context.client();
  const { lineageDiff: diff } = await client.request<{ lineageDiff: Diff | null }>(DIFF, { assetId, ...variables });
  if (!diff) throw noSuchAsset(assetId, undefined);
  if (context.json) return printJson(terminal, diff);
  const names = await findNames(client, [...diff.added, ...diff.removed]);
  for (const [sign, edges] of [
    ['+', diff.added],
    ['-', diff.removed],
  ] as const) {
    for (const { from, to, origin } of edges) printLine(terminal, `${sign} ${names(from)} -> ${names(to)}  ${origin}`);
  }
  if (diff.added.length + diff.removed.length === 0) say(terminal, 'Nothing is different.');
  if (diff.truncated) say(terminal, 'Only the nearest are compared; there is more.');
}

/** What is gone, or hidden by now, keeps its id. */
async function findNames(client: Client, edges: readonly Edge[]): Promise<(id: string) => string> {
  const ids = [...new Set(edges.flatMap(({ from, to }) => [from, to]))];
  const names = new Map<string, string>();
  for (let from = 0; from < ids.length; from += NAMES_AT_ONCE) {
    type Answer = { assetsById: ({ id: string; name: string } | null)[] };
    const { assetsById } = await client.request<Answer>(NAMES, { ids: ids.slice(from, from + NAMES_AT_ONCE) });
    for (const asset of assetsById) if (asset) names.set(asset.id, asset.name);
  }
  return (id) => names.get(id) ?? id;
}
