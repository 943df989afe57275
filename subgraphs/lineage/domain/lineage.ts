/** What flows into and out of an asset, the nearest first, within a budget of nodes. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import { InvalidInput } from '#platform/errors.ts';
import type { Direction, GraphEdge, GraphStore, View } from '../graph/index.ts';

export const MAX_DEPTH = 20;
const MAX_NODES = 2_000;
const EDGES_PER_NODE = 10;

export type LineageNode = { id: string; depth: number; unexpanded: number };
/** `nodes` by depth, then by id. */
export type LineageGraph = { rootId: string; nodes: LineageNode[]; edges: GraphEdge[]; truncated: boolean };

export type LineageRequest = {
  rootId: string;
  direction: Direction;
  /** Levels below the root. */
  depth: number;
  /** The budget: most nodes, the root included. */
  maxNodes: number;
  asOf: Date | null;
};

/** BAD_USER_INPUT for a depth or a budget out of bounds. */
export function checkLineage({ depth, maxNodes }: Pick<LineageRequest, 'depth' | 'maxNodes'>): void {
  checkDepth(depth);
  checkRange(maxNodes, 'maxNodes', MAX_NODES);
}

export const checkDepth = (depth: number): void => checkRange(depth, 'depth', MAX_DEPTH);

function checkRange(value: number, field: string, max: number): void {
  if (value < 1 || value > max) throw new InvalidInput(`"${field}" must be from 1 to ${max}, not ${value}.`, field, { max });
}

/**
 * Breadth first: a level at a time, each one read as far as the budget goes. So the nodes are the first `maxNodes` by (depth, id)
 * of those that the viewer could walk to. Null where the root is hidden or unknown.
 */
export async function readLineage(graph: GraphStore, classes: VisibleClasses, request: LineageRequest): Promise<LineageGraph | null> {
  const { rootId, direction, depth, maxNodes, asOf } = request;
  const view: View = { direction, at: asOf && asOf < new Date() ? asOf : null, classes };
  if ((await graph.findVisible([rootId], classes)).length === 0) return null;

  const depths = new Map([[rootId, 0]]);
  let frontier = [rootId];
  /** The one before the last level that was read. */
  let cut: string[] = frontier;
  for (let level = 1; level <= depth && frontier.length > 0 && depths.size < maxNodes; level++) {
    cut = frontier;
    frontier = await graph.findNext(view, frontier, [...depths.keys()], maxNodes - depths.size);
    for (const id of frontier) depths.set(id, level);
  }

  const ids = [...depths.keys()];
  const expanded = ids.filter((id) => depths.get(id)! < depth);
  const maxEdges = maxNodes * EDGES_PER_NODE;
  const edges = ids.length > 1 ? await graph.findEdges(view, expanded, ids, maxEdges + 1) : [];
  // Below the budget nothing was cut off; above the last two levels nothing either.
  const candidates = depths.size < maxNodes ? [] : [...new Set([...cut, ...frontier])].filter((id) => depths.get(id)! < depth);
  const unexpanded = candidates.length > 0 ? await graph.countNeighbours(view, candidates, ids) : new Map<string, number>();
  return {
    rootId,
    nodes: ids.map((id) => ({ id, depth: depths.get(id)!, unexpanded: unexpanded.get(id) ?? 0 })),
    edges: edges.slice(0, maxEdges),
    truncated: unexpanded.size > 0 || edges.length > maxEdges,
  };
}
