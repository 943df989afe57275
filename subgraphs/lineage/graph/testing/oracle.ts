/** What the graph should answer, by the plainest means: every change is kept as an interval, and every edge is looked at for every node. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { LineageGraph, LineageRequest } from '../../domain/lineage.ts';
import type { Neighbour } from '../../domain/neighbours.ts';
import type { AssetNode, FlowChange, GraphFacts } from '../../store/facts.ts';
import type { ColumnNode, Direction, GraphEdge, Level, View } from '../index.ts';

type Way = Exclude<Direction, 'BOTH'>;
type Bounds = { depth: number; maxNodes: number };
/** What a viewer may walk at a moment. */
type Sight = { isSeen: (id: string) => boolean; edges: GraphEdge[] };

export type Oracle = ReturnType<typeof createOracle>;

export function createOracle() {
  const assets = new Map<string, AssetNode>();
  const columns = new Map<string, ColumnNode>();
  const histories = new Map<string, GraphEdge[]>();
  const assetOf = (id: string): AssetNode | undefined => assets.get(columns.get(id)?.assetId ?? id);

  function look(level: Level, classes: VisibleClasses, at: Date | null): Sight {
    const isSeen = (id: string): boolean => classes === 'all' || classes.includes(assetOf(id)?.accessClass ?? -1);
    const kind = level === 'ASSET' ? 'TABLE' : 'COLUMN';
    const valid = [...histories.values()].flat().filter((edge) => edge.kind === kind && isValid(edge, at));
    return { isSeen, edges: valid.filter(({ fromId, toId }) => isSeen(fromId) && isSeen(toId)) };
  }

  return {
    apply({ assets: nodes, columns: more = [], changes }: GraphFacts): void {
      for (const node of nodes) assets.set(node.id, node);
      for (const column of more) columns.set(column.id, column);
      for (const change of changes) record(histories, change);
    },

    lineage(classes: VisibleClasses, { rootId, level, direction, depth, maxNodes, asOf }: LineageRequest): LineageGraph | null {
      const sight = look(level, classes, asOf);
      if (!sight.isSeen(rootId)) return null;
      if (level === 'ASSET') return { rootId, ...walk(sight, [rootId], direction, { depth, maxNodes }) };
      const { edges } = sight;
      const roots = [...columns.values()]
        .filter(({ id, assetId }) => assetId === rootId && waysOf(direction).some((way) => edges.some((edge) => near(way, edge) === id)))
        .map(({ id }) => id)
        .sort();
      const found = walk(sight, roots.slice(0, maxNodes), direction, { depth, maxNodes });
      return { rootId, ...found, truncated: found.truncated || roots.length > maxNodes };
    },

    /** Fewer than there may be in an answer. */
    neighbours({ level, classes, direction, at }: View, rootId: string, depth: number): Neighbour[] {
      const sight = look(level, classes, at);
      if (!sight.isSeen(rootId)) return [];
      const { nodes } = walk(sight, [rootId], direction, { depth, maxNodes: Number.MAX_SAFE_INTEGER });
      return nodes.slice(1).map(({ id, depth: own }) => ({ id, depth: own }));
    },
  };
}

/** A level at a time, each way by itself, until the budget is spent. */
function walk(
  { edges }: Sight,
  rootIds: readonly string[],
  direction: Direction,
  { depth, maxNodes }: Bounds,
): Omit<LineageGraph, 'rootId'> {
  const ways = waysOf(direction);
  const neighboursOf = (way: Way, id: string): string[] => [
    ...new Set(edges.flatMap((edge) => (near(way, edge) === id ? [far(way, edge)] : []))),
  ];
  const within = new Map(rootIds.map((id) => [id, 0]));
  const walked = new Map(ways.map((way) => [way, new Map(within)] as const));
  for (let level = 1; level <= depth && within.size < maxNodes; level++) {
    const left = maxNodes - within.size;
    const next = ways.map((way) => {
      const own = walked.get(way)!;
      const others = [...own].flatMap(([id, at]) => (at === level - 1 ? neighboursOf(way, id) : [])).filter((id) => !own.has(id));
      return [...new Set(others)].sort().slice(0, left + within.size - own.size);
    });
    const fresh = [...new Set(next.flat())].filter((id) => !within.has(id)).sort();
    for (const id of fresh.slice(0, left)) within.set(id, level);
    for (const [index, way] of ways.entries()) for (const id of next[index]!) if (within.has(id)) walked.get(way)!.set(id, level);
  }
  const isExpanded = (way: Way, id: string): boolean => (walked.get(way)!.get(id) ?? depth) < depth;
  const cutOff = (way: Way, id: string): number =>
    isExpanded(way, id) ? neighboursOf(way, id).filter((other) => !within.has(other)).length : 0;
  const nodes = [...within].map(([id, level]) => ({
    id,
    depth: level,
    unexpanded: ways.reduce((sum, way) => sum + cutOff(way, id), 0),
  }));
  // What flows from a single root into itself is a mistake that is not told of.
  const found =
    within.size > 1 ? edges.filter((edge) => ways.some((way) => isExpanded(way, near(way, edge)) && within.has(far(way, edge)))) : [];
  const maxEdges = maxNodes * 10;
  return {
    nodes,
    edges: found.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)).slice(0, maxEdges),
    truncated: nodes.some(({ unexpanded }) => unexpanded > 0) || found.length > maxEdges,
  };
}

/** An interval begins where the last one ended at the earliest, and one that ends before it begins, or there, has never been. */
function record(histories: Map<string, GraphEdge[]>, { change, at, details, ...flow }: FlowChange): void {
  const key = placeOf(flow);
  const history = histories.get(key) ?? [];
  const last = history.at(-1);
  const isOpen = last?.validTo === null;
  if (change === 'opened' && !isOpen) {
    const validFrom = last?.validTo && last.validTo > at ? last.validTo : at;
    history.push({ transformation: 'DIRECT', confidence: 1, jobId: null, ...details, ...flow, validFrom, validTo: null });
  }
  if (change === 'closed' && isOpen) {
    history.pop();
    if (at > last.validFrom) history.push({ ...last, validTo: at });
  }
  histories.set(key, history);
}

const waysOf = (direction: Direction): readonly Way[] => (direction === 'BOTH' ? ['UPSTREAM', 'DOWNSTREAM'] : [direction]);
const near = (way: Way, { fromId, toId }: GraphEdge): string => (way === 'UPSTREAM' ? toId : fromId);
const far = (way: Way, { fromId, toId }: GraphEdge): string => (way === 'UPSTREAM' ? fromId : toId);
const isValid = ({ validFrom, validTo }: GraphEdge, at: Date | null): boolean =>
  at === null ? validTo === null : validFrom <= at && (validTo === null || validTo > at);
const placeOf = ({ fromId, toId, kind, origin }: Pick<GraphEdge, 'fromId' | 'toId' | 'kind' | 'origin'>): string =>
  `${fromId} ${toId} ${kind} ${origin}`;
