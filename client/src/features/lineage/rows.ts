/** The graph as rows: the table and its CSV, in the order of the graph. */
import { earliest, fullNameOf, kindOf, latestEnd, type Graph, type Mark, type Shown } from './graph';
import type { Columns } from './columns';
import type { Badge } from './use-badges';

export type Row = {
  id: string;
  node: Shown;
  direction: 'itself' | 'upstream' | 'downstream' | 'beside';
  /** Of the flows towards the root. */
  through: string;
  origins: string[];
  /** How many columns flow on that way; null: not asked for. */
  columns: number | null;
  since: string | null;
  until: string | null;
  mark: Mark | null;
  violations: Badge | null;
};

export function rowsOf(graph: Graph, columns: Columns | null, badges: ReadonlyMap<string, Badge>): Row[] {
  return graph.nodes.map((node): Row => {
    const isRoot = node.id === graph.rootId;
    const near = graph.flows.filter(({ from, to }) => (node.step > 0 ? to === node.id : node.step < 0 ? from === node.id : false));
    const edges = near.flatMap((flow) => flow.edges);
    const pairs = new Set(near.map(({ from, to }) => `${from}~${to}`));
    return {
      id: node.id,
      node,
      direction: isRoot ? 'itself' : node.step > 0 ? 'downstream' : node.step < 0 ? 'upstream' : 'beside',
      through: [...new Set(edges.flatMap(({ job }) => (job ? [job.name] : [])))].join(', '),
      origins: [...new Set(edges.map(({ origin }) => origin))],
      columns: columns
        ? columns.flows.filter(({ from, to }) => pairs.has(`${columns.byId.get(from)?.assetId}~${columns.byId.get(to)?.assetId}`)).length
        : null,
      since: earliest(edges),
      until: edges.length > 0 ? latestEnd(edges) : null,
      mark: node.mark,
      violations: badges.get(node.id) ?? null,
    };
  });
}

const HEAD = ['Step', 'Direction', 'Name', 'Kind', 'Source', 'Through', 'Told by', 'Columns', 'Since', 'Until', 'Change', 'Violations'];

/** Times with their zone, as ISO 8601 has them. */
export const csvRows = (rows: readonly Row[]): (string | number | null)[][] => [
  HEAD,
  ...rows.map(({ node, direction, through, origins, columns, since, until, mark, violations }) => [
    node.step,
    direction,
    fullNameOf(node),
    kindOf(node),
    node.asset?.source?.name ?? null,
    through || null,
    origins.join(' '),
    columns,
    since,
    until,
    mark?.is ?? null,
    violations?.count ?? null,
  ]),
];
