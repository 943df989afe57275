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

/** One way that is walked from the root: upstream or downstream. `depths`: of the nodes of the answer that it has come to. */
type Side = { view: View; depths: Map<string, number>; frontier: string[]; cut: string[] };

/**
 * Breadth first: a level at a time, each one read as far as the budget goes. So the nodes are the first `maxNodes` by (depth, id)
 * of those that the viewer could walk to: upstream, downstream, or either way (not to and fro: what else flows into a reader of the
 * root is none of its lineage). Null where the root is hidden or unknown.
 */
export async function readLineage(graph: GraphStore, classes: VisibleClasses, request: LineageRequest): Promise<LineageGraph | null> {
  const { rootId, direction, depth, maxNodes, asOf } = request;
  if ((await graph.findVisible([rootId], classes)).length === 0) return null;
  const at = asOf && asOf < new Date() ? asOf : null;
  const sides = (direction === 'BOTH' ? (['UPSTREAM', 'DOWNSTREAM'] as const) : [direction]).map((way): Side => ({
    view: { direction: way, at, classes },
    depths: new Map([[rootId, 0]]),
    frontier: [rootId],
    cut: [rootId],
  }));

  const depths = new Map([[rootId, 0]]);
  for (let level = 1; level <= depth && depths.size < maxNodes && sides.some(({ frontier }) => frontier.length > 0); level++) {
    await walkLevel(graph, sides, depths, level, maxNodes);
  }

  const ids = [...depths.keys()];
  const expanded = ({ depths: own }: Side): string[] => [...own].flatMap(([id, level]) => (level < depth ? [id] : []));
  const maxEdges = maxNodes * EDGES_PER_NODE;
  const edges = new Map<string, GraphEdge>();
  const unexpanded = new Map<string, number>();
  for (const side of sides) {
    const found = ids.length > 1 ? await graph.findEdges(side.view, expanded(side), ids, maxEdges + 1) : [];
    for (const edge of found) edges.set(`${edge.fromId}${edge.toId}${edge.kind}${edge.origin}`, edge);
    // Below the budget nothing was cut off; above the last two levels nothing either.
    if (depths.size < maxNodes) continue;
    const candidates = [...new Set([...side.cut, ...side.frontier])].filter((id) => side.depths.get(id)! < depth);
    const counts = candidates.length > 0 ? await graph.countNeighbours(side.view, candidates, ids) : new Map<string, number>();
    for (const [id, count] of counts) unexpanded.set(id, (unexpanded.get(id) ?? 0) + count);
  }
  return {
    rootId,
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

const byEnds = (a: GraphEdge, b: GraphEdge): number => (`${a.fromId}${a.toId}` < `${b.fromId}${b.toId}` ? -1 : 1);
