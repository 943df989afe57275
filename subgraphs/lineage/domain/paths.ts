/** The ways on which data flows from one node to another, the shortest first, within budgets of nodes, edges and time. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import { InvalidInput } from '#platform/errors.ts';
import type { GraphEdge, GraphStore, Level, View } from '../graph/index.ts';
import { checkRange, createDeadline, MAX_NODES, withinTime, type Deadline } from './budgets.ts';
import { MAX_EDGES, momentOf } from './lineage.ts';
import { listShortest } from './shortestPaths.ts';

const MAX_LENGTH = 20;
const MAX_PATHS = 100;
/** Each end is looked around until this many nodes are known of it. */
const NODES_OF_A_SIDE = MAX_NODES / 2;

export type PathsRequest = {
  level: Level;
  /** Of the level; nothing flows from or to one that is hidden or unknown. */
  fromId: string;
  toId: string;
  maxLength: number;
  limit: number;
  asOf: Date | null;
  deadline?: Deadline;
};

/** `edges`: of each step all that tell of it, by their origin. */
export type LineagePath = { nodeIds: string[]; edges: GraphEdge[] };
/** By length, then by the ids of their nodes. */
export type LineagePaths = { paths: LineagePath[]; truncated: boolean };

/** BAD_USER_INPUT for bounds out of range, and for two ends that are one: a way leads elsewhere. */
export function checkPaths({ fromId, toId, maxLength, limit }: Pick<PathsRequest, 'fromId' | 'toId' | 'maxLength' | 'limit'>): void {
  checkRange(maxLength, 'maxLength', MAX_LENGTH);
  checkRange(limit, 'limit', MAX_PATHS);
  if (fromId === toId) throw new InvalidInput('"from" and "to" are the same. Give two that data may flow between.', 'to');
}

/**
 * Both ends are looked around level by level, the one with less to look at first. After `a` levels of one and `b` of the other every
 * path of at most `a + b + 1` edges lies within what is known: its nodes are at most `a` from the one end or `b` from the other.
 * So the answer is complete up to some length whatever the budgets are, and nothing more is read once there are `limit` of that length.
 */
export async function readPaths(graph: GraphStore, classes: VisibleClasses, request: PathsRequest): Promise<LineagePaths> {
  const { level, fromId, toId, maxLength, limit, asOf, deadline = createDeadline() } = request;
  const view = { level, at: momentOf(asOf), classes };
  if ((await graph.findVisible([fromId, toId], level, classes)).length < 2) return { paths: [], truncated: false };
  const surroundings = createSurroundings(graph, view, fromId, toId);
  await surroundings.begin();
  for (;;) {
    const known = Math.min(surroundings.complete(), maxLength);
    const edges = surroundings.edges();
    // One more says that there are more.
    const bounds = { fromId, toId, maxLength: known, limit: limit + 1, deadline };
    const { paths, isCut } = await listShortest(
      [...edges.values()].map(([edge]) => edge!),
      bounds,
    );
    const answer = (truncated: boolean): LineagePaths => ({
      paths: paths.slice(0, limit).map((nodeIds) => ({
        nodeIds,
        edges: nodeIds.slice(1).flatMap((id, index) => edges.get(stepKey(nodeIds[index]!, id))!),
      })),
      truncated,
    });
    if (isCut || paths.length > limit) return answer(true);
    if (known === maxLength) return answer(false);
    if (!(await withinTime(deadline, () => surroundings.grow()))) return answer(true);
  }
}

const stepKey = (fromId: string, toId: string): string => `${fromId} ${toId}`;

/** What is known around one end. `levels`: how many were read to their end. */
type Side = { direction: 'UPSTREAM' | 'DOWNSTREAM'; nodes: Set<string>; frontier: string[]; levels: number; isCut: boolean };

function createSurroundings(graph: GraphStore, view: Omit<View, 'direction'>, fromId: string, toId: string) {
  const side = (direction: Side['direction'], id: string): Side => ({
    direction,
    nodes: new Set([id]),
    frontier: [id],
    levels: 0,
    isCut: false,
  });
  const sides = [side('DOWNSTREAM', fromId), side('UPSTREAM', toId)];
  const nodes = new Set([fromId, toId]);
  /** By step, those of each in the order of their origins. */
  const edges = new Map<string, GraphEdge[]>();
  let count = 0;

  /** False when they are too many. */
  async function load(ids: readonly string[]): Promise<boolean> {
    if (ids.length === 0) return true;
    const found = await graph.findEdges({ ...view, direction: 'BOTH' }, ids, [...nodes], MAX_EDGES - count + 1);
    count += found.length;
    if (count > MAX_EDGES) return false;
    for (const edge of found) {
      const key = stepKey(edge.fromId, edge.toId);
      const known = edges.get(key);
      if (known) known.push(edge);
      else edges.set(key, [edge]);
    }
    return true;
  }

  return {
    edges: () => edges as ReadonlyMap<string, readonly GraphEdge[]>,
    begin: () => load([fromId]),
    /** Up to which length every path is within the edges. All around one end is enough: each path is in there. */
    complete: () => (sides.some(({ frontier }) => frontier.length === 0) ? Infinity : sides[0]!.levels + sides[1]!.levels + 1),
    /** Reads one level more; false where no budget is left for either end's. */
    async grow(): Promise<boolean> {
      const [next] = sides.filter(({ isCut }) => !isCut).sort((a, b) => a.frontier.length - b.frontier.length);
      if (!next) return false;
      const room = NODES_OF_A_SIDE - next.nodes.size;
      const found = await graph.findNext({ ...view, direction: next.direction }, next.frontier, [...next.nodes], room + 1);
      if (found.length > room) {
        next.isCut = true;
        return this.grow();
      }
      const fresh = found.filter((id) => !nodes.has(id));
      for (const id of fresh) nodes.add(id);
      if (!(await load(fresh))) return false;
      for (const id of found) next.nodes.add(id);
      next.frontier = found;
      next.levels += 1;
      return true;
    },
  };
}
