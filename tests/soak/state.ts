/** What a catalog has come to, without ids and times: two that were told the same story are the same. */
import type { Ask } from './product.ts';

const PAGE = 50;
const GRAPHS_AT_ONCE = 10;

/** A line for each thing that there is. */
export type State = readonly string[];

const ASSETS = `query ($first: Int!, $after: String) {
  assets(first: $first, after: $after, filter: { includeDeleted: true }) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id name kind version description sourceDescription deletedAt owners { role user { email } }
      columns(first: 20) { nodes { id name nativeType nullable sourceDescription version labels { label { name } state } } }
      violations(first: 20) { nodes { status severity message policy { name } column { name } } }
      history(first: 20) { nodes { version changes { path } } }
    } } }`;

export async function readState(ask: Ask): Promise<State> {
  const assets: any[] = [];
  for (let after: string | null = null; ;) {
    const page: any = (await ask(ASSETS, { first: PAGE, after })).assets;
    assets.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  const names = new Map<string, string>();
  for (const { id, name, columns } of assets) {
    names.set(id, name);
    for (const column of columns.nodes) names.set(column.id, `${name} ${column.name}`);
  }
  const lines = assets.flatMap(({ id: _id, deletedAt, columns, violations, history, ...asset }) => {
    const what = `${asset.name}${deletedAt ? ' (deleted)' : ''}`;
    return [
      `asset ${what}: ${JSON.stringify(asset)}`,
      ...columns.nodes.map(({ id: _column, ...column }: any) => `column of ${what}: ${JSON.stringify(column)}`),
      ...violations.nodes.map((violation: unknown) => `violation of ${what}: ${JSON.stringify(violation)}`),
      ...history.nodes.map((version: unknown) => `version of ${what}: ${JSON.stringify(version)}`),
    ];
  });
  return [
    ...lines,
    ...(await readEdges(
      ask,
      assets.filter(({ deletedAt }) => !deletedAt).map(({ id }) => id),
      names,
    )),
  ].toSorted();
}

/** Of each asset and of its columns, what flows on from there. */
async function readEdges(ask: Ask, ids: readonly string[], names: ReadonlyMap<string, string>): Promise<string[]> {
  const lines: string[] = [];
  for (let from = 0; from < ids.length; from += GRAPHS_AT_ONCE) {
    const graphs = ids
      .slice(from, from + GRAPHS_AT_ONCE)
      .flatMap((id, index) =>
        ['ASSET', 'COLUMN'].map(
          (level) =>
            `${level}${index}: lineage(assetId: "${id}", direction: DOWNSTREAM, depth: 1, level: ${level}, maxNodes: 50) { edges { from to kind origin confidence } }`,
        ),
      );
    const data = await ask(`{ ${graphs.join(' ')} }`);
    for (const graph of Object.values<any>(data)) {
      for (const edge of graph.edges) {
        lines.push(`${edge.kind} edge from ${names.get(edge.from)} to ${names.get(edge.to)}: ${edge.origin} ${edge.confidence}`);
      }
    }
  }
  return lines;
}
