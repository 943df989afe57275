/** What flows into and out of an asset or its columns, the nearest first, within a budget of nodes and of time. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { Direction, GraphEdge, GraphStore, Level, View } from '../graph/index.ts';
import { checkRange, createDeadline, MAX_NODES, withinTime, type Deadline } from './budgets.ts';

const EDGES_PER_NODE = 10;
/** For what is still to be told of what was found, once the time to find it is over. */
const LATE_MS = 2_000;
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
type Side = { view: View; depths: Map<string, number>; frontier: string[] };
/** `depths`: of every node of the answer. `level`: the last one that was read. `isLate`: time ran out. */
type Reach = { sides: Side[]; depths: Map<string, number>; level: number; isLate: boolean };

export type WalkBounds = { depth: number; maxNodes: number; deadline?: Deadline };

/**
 * Breadth first: a level at a time, each one read as far as the budget goes. So the nodes are the first `maxNodes` by (depth, id)
 * of those that the viewer could walk to: upstream, downstream, or either way (not to and fro: what else flows into a reader of the
 * root is none of its lineage). When time runs out (`isLate`) the levels that were read so far are the answer. The roots are visible nodes.
 */
async function reach(
  graph: GraphStore,
  { direction, ...rest }: View,
  rootIds: readonly string[],
  { depth, maxNodes, deadline }: Required<WalkBounds>,
): Promise<Reach> {
  const start = (): Map<string, number> => new Map(rootIds.map((id) => [id, 0]));
  const sides = (direction === 'BOTH' ? (['UPSTREAM', 'DOWNSTREAM'] as const) : [direction]).map((way): Side => ({
    view: { ...rest, direction: way },
    depths: start(),
    frontier: [...rootIds],
  }));
  const depths = start();
  for (let level = 0; ; level++) {
    if (level === depth || depths.size >= maxNodes || sides.every(({ frontier }) => frontier.length === 0))
      return { sides, depths, level, isLate: false };
    const isRead = await withinTime(deadline, () => walkLevel(graph, sides, depths, level + 1, maxNodes));
    if (!isRead) return { sides, depths, level, isLate: true };
  }
}

/** The nearest `maxNodes` nodes, the root left out. `truncated`: there are more, or time ran out. */
export async function findReached(
  graph: GraphStore,
  view: View,
  rootId: string,
  { maxNodes, ...bounds }: WalkBounds,
): Promise<{ ids: string[]; truncated: boolean }> {
  // The root, and one that only says that there are more.
  const { depths, isLate } = await reach(graph, view, [rootId], { deadline: createDeadline(), ...bounds, maxNodes: maxNodes + 2 });
  const ids = [...depths.keys()].slice(1);
  return { ids: ids.slice(0, maxNodes), truncated: isLate || ids.length > maxNodes };
}

/** Another, short one, of what the answer is made of after its deadline. */
export const lateDeadline = (): Deadline => createDeadline(LATE_MS);

/** What `reach` comes to, the edges between, and where the budget cut something off. */
export async function walk(
  graph: GraphStore,
  view: View,
  rootIds: readonly string[],
  { depth, maxNodes, deadline = createDeadline() }: WalkBounds,
): Promise<Omit<LineageGraph, 'rootId'>> {
  const reached = await reach(graph, view, rootIds, { depth, maxNodes, deadline });
  const { sides, depths } = reached;
  const isSpent = depths.size >= maxNodes;
  let isLate = reached.isLate || (isSpent && (await goOnAmongKnown(graph, reached, depth, deadline)));
  let late: Deadline | undefined;
  const rest = (): Deadline => (isLate ? (late ??= lateDeadline()) : deadline);

  const ids = [...depths.keys()];
  const maxEdges = maxNodes * EDGES_PER_NODE;
  // All neighbours, beside the edges between them: those of the answer are taken off when all of its edges are known.
  const counting =
    isSpent && !isLate && ids.length > 1 ? withinTime(deadline, () => countOnward(graph, view, reached, depth, [])) : undefined;
  counting?.catch(() => {}); // it is waited for below
  // Where nothing was cut off or hidden, these are all that leave the nodes: that is read faster than pairs are looked up.
  const among = view.classes === 'all' && !isSpent && !isLate ? null : ids;
  const edges = new Map<string, GraphEdge>();
  for (const side of sides) {
    const expanded = ids.filter((id) => isExpanded(side, id, depth));
    // A single root may flow into itself only by a mistake; of several roots one may flow into another.
    const found = ids.length > 1 ? await withinTime(rest(), () => graph.findEdges(side.view, expanded, among, maxEdges + 1)) : [];
    // The nodes are told without them.
    isLate ||= !found;
    // One that came since the nodes were read may lead to another.
    for (const edge of found ?? []) if (depths.has(edge.fromId) && depths.has(edge.toId)) edges.set(edgeKey(edge), edge);
  }
  // Within the budgets nothing was cut off.
  let unexpanded: ReadonlyMap<string, number> = new Map();
  if (isSpent || isLate) {
    const all = !isLate && edges.size <= maxEdges ? await counting : undefined;
    const counts = all
      ? takeOff(all, edges.values(), (id) => viewOnward(view, reached, id, depth)!.direction)
      : await withinTime(rest(), () => countOnward(graph, view, reached, depth, ids));
    isLate ||= !counts;
    unexpanded = counts ?? unexpanded;
  }
  return {
    nodes: ids.map((id) => ({ id, depth: depths.get(id)!, unexpanded: unexpanded.get(id) ?? 0 })),
    edges: [...edges.values()].sort(byEnds).slice(0, maxEdges),
    truncated: isLate || unexpanded.size > 0 || edges.size > maxEdges,
  };
}

/** Whether a side goes on from a node of the answer. */
const isExpanded = ({ depths }: Side, id: string, depth: number): boolean => (depths.get(id) ?? depth) < depth;

/** Above the last level that was read, and the one before, everything was. */
const isFullyRead = ({ depths }: Side, id: string, level: number): boolean => depths.get(id)! < level - 1;

/**
 * No more nodes may come, but a side may still come to those that the other one found: what flows between them belongs to the answer as
 * it would within a larger budget. A statement for each level at most, and one for most sides. True when time runs out.
 */
async function goOnAmongKnown(graph: GraphStore, { sides, depths, level }: Reach, depth: number, deadline: Deadline): Promise<boolean> {
  for (const side of sides) {
    const { view, depths: own } = side;
    let from = [...own.keys()].filter((id) => isExpanded(side, id, depth) && !isFullyRead(side, id, level));
    while (from.length > 0 && own.size < depths.size) {
      const others = [...depths.keys()].filter((id) => !own.has(id));
      const asked = from;
      // So many are more than the answer has place for, which says so.
      const found = await withinTime(deadline, () => graph.findEdges(view, asked, others, MAX_EDGES + 1));
      if (!found) return true;
      const met = new Map<string, number>();
      for (const { fromId, toId } of found) {
        const [near, far] = view.direction === 'UPSTREAM' ? [toId, fromId] : [fromId, toId];
        met.set(far, Math.min(own.get(near)! + 1, met.get(far) ?? depth));
      }
      for (const [id, at] of met) own.set(id, at);
      from = [...met.keys()].filter((id) => isExpanded(side, id, depth));
    }
  }
  return false;
}

/** Of each node its neighbours that are not among `except`, each once, on the sides that go on from it. */
async function countOnward(
  graph: GraphStore,
  view: View,
  reached: Reach,
  depth: number,
  except: readonly string[],
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const [own, group] of Map.groupBy(reached.depths.keys(), (id) => viewOnward(view, reached, id, depth))) {
    if (own) for (const [id, count] of await graph.countNeighbours(own, group, except)) counts.set(id, count);
  }
  return counts;
}

/** In which view the neighbours of a node may have been cut off; null: in none. */
function viewOnward(view: View, { sides, level }: Reach, id: string, depth: number): View | null {
  const onward = sides.filter((side) => isExpanded(side, id, depth));
  return onward.every((side) => isFullyRead(side, id, level)) ? null : onward.length === 2 ? view : onward[0]!.view;
}

/** Of what is counted of each node the neighbours to which there is one of the edges. */
function takeOff(
  counts: ReadonlyMap<string, number>,
  edges: Iterable<GraphEdge>,
  directionOf: (id: string) => Direction,
): Map<string, number> {
  const [sources, targets] = [new Map<string, Set<string>>(), new Map<string, Set<string>>()];
  for (const { fromId, toId } of edges) {
    add(sources, toId, fromId);
    add(targets, fromId, toId);
  }
  const left = new Map<string, number>();
  for (const [id, count] of counts) {
    const direction = directionOf(id);
    const near = new Set(direction === 'DOWNSTREAM' ? [] : sources.get(id));
    if (direction !== 'UPSTREAM') for (const target of targets.get(id) ?? []) near.add(target);
    if (count > near.size) left.set(id, count - near.size);
  }
  return left;
}

function add(into: Map<string, Set<string>>, id: string, other: string): void {
  const known = into.get(id);
  if (known) known.add(other);
  else into.set(id, new Set([other]));
}

/** What each side comes to next, or nothing where that fails. A node that another side has come to before costs nothing of the budget. */
async function walkLevel(
  graph: GraphStore,
  sides: readonly Side[],
  depths: Map<string, number>,
  level: number,
  maxNodes: number,
): Promise<true> {
  const left = maxNodes - depths.size;
  const found: string[][] = [];
  for (const { view, frontier, depths: own } of sides) {
    const limit = left + depths.size - own.size;
    found.push(frontier.length > 0 ? await graph.findNext(view, frontier, [...own.keys()], limit) : []);
  }
  const fresh = [...new Set(found.flat())].filter((id) => !depths.has(id)).sort();
  for (const id of fresh.slice(0, left)) depths.set(id, level);
  for (const [index, side] of sides.entries()) {
    side.frontier = found[index]!.filter((id) => depths.has(id));
    for (const id of side.frontier) side.depths.set(id, level);
  }
  return true;
}

export const edgeKey = ({ fromId, toId, kind, origin }: GraphEdge): string => `${fromId} ${toId} ${kind} ${origin}`;
export const byEnds = (a: GraphEdge, b: GraphEdge): number => (edgeKey(a) < edgeKey(b) ? -1 : 1);
