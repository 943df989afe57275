/** The columns that nodes show, and what flows between them. */
import type { LineageColumnsQuery } from '@/gql/graphql';
import { flowId, type Edge, type Graph } from './graph';
import { pathThrough, type Highlight } from './paths';

export type ColumnRow = { id: string; assetId: string; name: string; label: string | null };
export type ColumnFlow = { id: string; from: string; to: string; edges: readonly Edge[] };
export type Columns = {
  byAsset: ReadonlyMap<string, readonly ColumnRow[]>;
  byId: ReadonlyMap<string, ColumnRow>;
  flows: readonly ColumnFlow[];
  isTruncated: boolean;
};
/** `path`: those of the chosen node, or on the chosen column's path. */
export type ColumnMode = 'none' | 'path' | 'all';

type Answer = NonNullable<LineageColumnsQuery['lineage']>;

export const NO_COLUMNS: Columns = { byAsset: new Map(), byId: new Map(), flows: [], isTruncated: false };
/** More of one node are counted only. */
export const MOST_ROWS = 16;

export function mergeColumns(answers: readonly Answer[]): Columns {
  if (answers.length === 0) return NO_COLUMNS;
  const rows = new Map<string, ColumnRow & { ordinal: number }>();
  const flows = new Map<string, ColumnFlow & { edges: Edge[] }>();
  for (const { nodes, edges } of answers) {
    for (const { id, asset, column } of nodes) {
      if (!asset || !column) continue;
      const label = column.labels?.find(({ state }) => state === 'CONFIRMED')?.label.name ?? null;
      rows.set(id, { id, assetId: asset.id, name: column.name, label, ordinal: column.ordinal });
    }
    for (const edge of edges) {
      const id = flowId(edge.from, edge.to);
      const flow = flows.get(id) ?? { id, from: edge.from, to: edge.to, edges: [] };
      if (!flow.edges.some(({ origin, validFrom }) => origin === edge.origin && validFrom === edge.validFrom)) flow.edges.push(edge);
      flows.set(id, flow);
    }
  }
  const byAsset = new Map<string, ColumnRow[]>();
  for (const row of [...rows.values()].toSorted((a, b) => a.ordinal - b.ordinal)) {
    byAsset.set(row.assetId, [...(byAsset.get(row.assetId) ?? []), row]);
  }
  return {
    byAsset,
    byId: rows,
    flows: [...flows.values()].filter(({ from, to }) => rows.has(from) && rows.has(to)),
    isTruncated: answers.some(({ truncated }) => truncated),
  };
}

export type ColumnsShown = { rows: ReadonlyMap<string, readonly ColumnRow[]>; flows: readonly ColumnFlow[]; path: Highlight | null };

/** `selected`: a node or a column. On a column's path only nodes on it show columns, whatever the mode. */
export function columnsShown(columns: Columns, graph: Graph, mode: ColumnMode, selected: string | null): ColumnsShown {
  const chosen = selected ? columns.byId.get(selected) : undefined;
  const path = chosen ? pathThrough(chosen.id, columns.flows) : null;
  const rows = new Map<string, readonly ColumnRow[]>();
  if (mode === 'none') return { rows, flows: [], path: null };
  for (const [assetId, all] of columns.byAsset) {
    if (!graph.byId.has(assetId)) continue;
    const isOwn = assetId === (chosen?.assetId ?? (selected && graph.byId.has(selected) ? selected : graph.rootId));
    const own = mode === 'all' || isOwn ? all : path ? all.filter(({ id }) => path.nodes.has(id)) : [];
    if (own.length > 0) rows.set(assetId, own);
  }
  const visible = new Set([...rows.values()].flatMap((list) => list.slice(0, MOST_ROWS).map(({ id }) => id)));
  return { rows, flows: columns.flows.filter(({ from, to }) => visible.has(from) && visible.has(to)), path };
}

/** Assets and the flows between them that a column's path runs through. */
export function assetsOnPath(columns: Columns, path: Highlight): Highlight {
  const assetOf = (id: string): string => columns.byId.get(id)?.assetId ?? id;
  return {
    nodes: new Set([...path.nodes].map(assetOf)),
    flows: new Set(columns.flows.filter(({ id }) => path.flows.has(id)).map(({ from, to }) => flowId(assetOf(from), assetOf(to)))),
  };
}
