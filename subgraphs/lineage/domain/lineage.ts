/** What flows into and out of an asset or its columns, the nearest first, within a budget of nodes and of time. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { Direction, GraphEdge, GraphStore, Level, View } from '../graph/index.ts';
import { checkRange, createDeadline, MAX_NODES, type Deadline } from './budgets.ts';

const EDGES_PER_NODE = 10;
export const MAX_EDGES = MAX_NODES * EDGES_PER_NODE;

export type LineageNode = { id: string; depth: number; unexpanded: number };
/** `nodes` by depth, then by id: of assets, or of columns as the graph knows them (`columnNodeId`). */
export type LineageGraph = { rootId: string; nodes: LineageNode[]; edges: GraphEdge[]; truncated: boolean };

export type LineageRequest = {
  /** An asset. */
  rootId: string;
  /** COLUMN: begins at all columns of the asset that have edges to visible ones then. */
  level: Level;
  direction: Direction;
  /** Levels below the root. */
  depth: number;
  /** The budget: most nodes, the root included. */
  maxNodes: number;
  asOf: Date | null;
  deadline?: Deadline;
};

/** BAD_USER_INPUT for a depth or a budget out of bounds. */
export function checkLineage({ depth, maxNodes }: Pick<LineageRequest, 'depth' | 'maxNodes'>): void {
  checkDepth(depth);
  checkRange(maxNodes, 'maxNodes', MAX_NODES);
}

const MAX_DEPTH = 20;
export const checkDepth = (depth: number): void => checkRange(depth, 'depth', MAX_DEPTH);

/** The future is as now. */
export const momentOf = (asOf: Date | null | undefined): Date | null => (asOf && asOf < new Date() ? asOf : null);

/** Null where the root is hidden or unknown. */
export async function readLineage(graph: GraphStore, classes: VisibleClasses, request: LineageRequest): Promise<LineageGraph | null> {
  const { rootId, level, direction, maxNodes, asOf } = request;
  if ((await graph.findVisible([rootId], 'ASSET', classes)).length === 0) return null;
  const view: View = { level, direction, at: momentOf(asOf), classes };
  if (level === 'ASSET') return { rootId, ...(await walk(graph, view, [rootId], request)) };
  const columns = await graph.findColumns(view, rootId, maxNodes + 1);
  const found = await walk(graph, view, columns.slice(0, maxNodes), request);
  return { rootId, ...found, truncated: found.truncated || columns.length > maxNodes };
}

/** One way that is walked from the roots: upstream or downstream. `depths`: of the nodes of the answer that it has come to. */
type Side = { view: View; depths: Map<string, number>; frontier: string[]; cut: string[] };

export type WalkBounds = { depth: number; maxNodes: number; deadline?: Deadline };

/**
 * Breadth first: a level at a time, each one read as far as the budget goes. So the nodes are the first `maxNodes` by (depth, id)
 * of those that the viewer could walk to: upstream, downstream, or either way (not to and fro: what else flows into a reader of the
 * root is none of its lineage). When time runs out (`isLate`) the levels that were read so far are the answer. The roots are visible nodes.
 */
async function reach(graph: GraphStore, { direction, ...rest }: View, rootIds: readonly string[], bounds: WalkBounds) {
  const { depth, maxNodes, deadline = createDeadline() } = bounds;
  const start = (): Map<string, number> => new Map(rootIds.map((id) => [id, 0]));
  const sides = (direction === 'BOTH' ? (['UPSTREAM', 'DOWNSTREAM'] as const) : [direction]).map((way): Side => ({
    view: { ...rest, direction: way },
    depths: start(),
    frontier: [...rootIds],
    cut: [...rootIds],
  }));
  const depths = start();
  let isLate = false;
  for (let level = 1; level <= depth && depths.size < maxNodes && sides.some(({ frontier }) => frontier.length > 0); level++) {
    isLate = deadline.isOver();
    if (isLate) break;
    await walkLevel(graph, sides, depths, level, maxNodes);
  }
  return { sides, depths, isLate };
}

/** The nearest `maxNodes` nodes, the root left out. `truncated`: there are more, or time ran out. */
export async function findReached(
  graph: GraphStore,
  view: View,
  rootId: string,
  { maxNodes, ...bounds }: WalkBounds,
): Promise<{ ids: string[]; truncated: boolean }> {
  // The root, and one that only says that there are more.
  const { depths, isLate } = await reach(graph, view, [rootId], { ...bounds, maxNodes: maxNodes + 2 });
  const ids = [...depths.keys()].slice(1);
  return { ids: ids.slice(0, maxNodes), truncated: isLate || ids.length > maxNodes };
}

/** What `reach` comes to, the edges between, and where the budget cut something off. */
export async function walk(
  graph: GraphStore,
  view: View,
  rootIds: readonly string[],
  bounds: WalkBounds,
): Promise<Omit<LineageGraph, 'rootId'>> {
  const { depth, maxNodes } = bounds;
  const { sides, depths, isLate } = await reach(graph, view, rootIds, bounds);

  const ids = [...depths.keys()];
  const expanded = ({ depths: own }: Side): string[] => [...own].flatMap(([id, level]) => (level < depth ? [id] : []));
  const maxEdges = maxNodes * EDGES_PER_NODE;
  const edges = new Map<string, GraphEdge>();
  const unexpanded = new Map<string, number>();
  for (const side of sides) {
    // A single root may flow into itself only by a mistake; of several roots one may flow into another.
    const found = ids.length > 1 ? await graph.findEdges(side.view, expanded(side), ids, maxEdges + 1) : [];
    for (const edge of found) edges.set(edgeKey(edge), edge);
    // Below the budget nothing was cut off; above the last two levels nothing either.
    if (depths.size < maxNodes && !isLate) continue;
    const candidates = [...new Set([...side.cut, ...side.frontier])].filter((id) => side.depths.get(id)! < depth);
    const counts = candidates.length > 0 ? await graph.countNeighbours(side.view, candidates, ids) : new Map<string, number>();
    for (const [id, count] of counts) unexpanded.set(id, (unexpanded.get(id) ?? 0) + count);
  }
  return {
    nodes: ids.map((id) => ({ id, depth: depths.get(id)!, unexpanded: unexpanded.get(id) ?? 0 })),
    edges: [...edges.values()].sort(byEnds).slice(0, maxEdges),
    truncated: unexpanded.size > 0 || edges.size > maxEdges,
  };
}

/** What each side comes to next. A node that another side has come to before costs nothing of the budget. */
async function walkLevel(
  graph: GraphStore,
  sides: readonly Side[],
  depths: Map<string, number>,
  level: number,
  maxNodes: number,
): Promise<void> {
  const left = maxNodes - depths.size;
  const found: string[][] = [];
  for (const { view, frontier, depths: own } of sides) {
    const limit = left + depths.size - own.size;
    found.push(frontier.length > 0 ? await graph.findNext(view, frontier, [...own.keys()], limit) : []);
  }
  const fresh = [...new Set(found.flat())].filter((id) => !depths.has(id)).sort();
  for (const id of fresh.slice(0, left)) depths.set(id, level);
  for (const [index, side] of sides.entries()) {
    side.cut = side.frontier;
    side.frontier = found[index]!.filter((id) => depths.has(id));
    for (const id of side.frontier) side.depths.set(id, level);
  }
}

export const edgeKey = ({ fromId, toId, kind, origin }: GraphEdge): string => `${fromId} ${toId} ${kind} ${origin}`;
export const byEnds = (a: GraphEdge, b: GraphEdge): number => (edgeKey(a) < edgeKey(b) ? -1 : 1);
