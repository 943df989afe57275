/** What became different of an asset's lineage between two moments. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import { InvalidInput } from '#platform/errors.ts';
import type { GraphEdge, GraphStore, View } from '../graph/index.ts';
import { createDeadline, withinTime, type Deadline } from './budgets.ts';
import {
  edgeKey,
  lateDeadline,
  MAX_EDGES,
  momentOf,
  readLineage,
  type LineageGraph,
  type LineageNode,
  type LineageRequest,
} from './lineage.ts';

export type DiffRequest = Omit<LineageRequest, 'asOf'> & { from: Date; to: Date };
/**
 * Edges that themselves came or went, as they were at their moment, by their ends; nodes that came into reach or fell out of it, by depth
 * and id.
 */
export type LineageDiff = {
  rootId: string;
  added: GraphEdge[];
  removed: GraphEdge[];
  addedNodes: LineageNode[];
  removedNodes: LineageNode[];
  truncated: boolean;
};

/** BAD_USER_INPUT unless one moment is before the other. */
export function checkMoments({ from, to }: Pick<DiffRequest, 'from' | 'to'>): void {
  if (from >= to) throw new InvalidInput('"from" must be before "to".', 'from');
}

/** Null where the root is hidden or unknown. */
export async function readDiff(graph: GraphStore, classes: VisibleClasses, request: DiffRequest): Promise<LineageDiff | null> {
  const { from, to, deadline = createDeadline(), ...rest } = request;
  const before = await readLineage(graph, classes, { ...rest, asOf: from, deadline });
  const after = before && (await readLineage(graph, classes, { ...rest, asOf: to, deadline }));
  if (!after) return null;
  const view = (at: Date): View => ({ level: rest.level, direction: 'DOWNSTREAM', at: momentOf(at), classes });
  const until = deadline.isOver() ? lateDeadline() : deadline;
  const added = await listChanged(graph, view(from), after, before, until);
  const removed = await listChanged(graph, view(to), before, after, until);
  return {
    rootId: rest.rootId,
    added: added.edges,
    removed: removed.edges,
    addedNodes: added.nodes,
    removedNodes: removed.nodes,
    truncated: before.truncated || after.truncated || added.isCut || removed.isCut,
  };
}

type Changed = { edges: GraphEdge[]; nodes: LineageNode[]; isCut: boolean };

/**
 * What one has and the other has not. An edge that held at the other's moment, too, only came into reach or fell out of it, or a budget cut
 * it off: it is none that came or went. A node came or went with its reach; where a budget cut the other one off, it counts if an edge that
 * changed is at it. `isCut`: the edges are too many to tell, or time ran out.
 */
async function listChanged(
  graph: GraphStore,
  otherView: View,
  one: LineageGraph,
  other: LineageGraph,
  deadline: Deadline,
): Promise<Changed> {
  const known = new Set(other.edges.map(edgeKey));
  const knownNodes = new Set(other.nodes.map(({ id }) => id));
  const edges = one.edges.filter((edge) => !known.has(edgeKey(edge)));
  const nodes = one.nodes.filter(({ id }) => !knownNodes.has(id));
  const ids = (side: 'fromId' | 'toId'): string[] => [...new Set(edges.map((edge) => edge[side]))];
  const read = () => graph.findEdges(otherView, ids('fromId'), ids('toId'), MAX_EDGES + 1);
  const found = edges.length > 0 ? await withinTime(deadline, read) : [];
  const held = new Set(found?.map(edgeKey));
  // Among that many it may be any.
  const isCut = !found || found.length > MAX_EDGES;
  const changed = isCut ? [] : edges.filter((edge) => !held.has(edgeKey(edge)));
  const touched = new Set(changed.flatMap(({ fromId, toId }) => [fromId, toId]));
  return { edges: changed, nodes: other.truncated ? nodes.filter(({ id }) => touched.has(id)) : nodes, isCut };
}
