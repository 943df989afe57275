/** What the graph should answer, by the plainest means: every change is kept as an interval, and every edge is looked at for every node. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { LineageGraph, LineageRequest } from '../../domain/lineage.ts';
import type { Neighbour } from '../../domain/neighbours.ts';
import type { AssetNode, FlowChange, GraphFacts } from '../../store/facts.ts';
import type { ColumnNode, Direction, GraphEdge, HistoryKey, JobNode, Level, RunKey, RunNode, View } from '../index.ts';

type Way = Exclude<Direction, 'BOTH'>;
type Bounds = { depth: number; maxNodes: number };
/** What a viewer may walk at a moment. */
type Sight = { isSeen: (id: string) => boolean; edges: GraphEdge[] };

export type Oracle = ReturnType<typeof createOracle>;

export function createOracle() {
  const assets = new Map<string, AssetNode>();
  const columns = new Map<string, ColumnNode>();
  const jobs = new Map<string, JobNode>();
  const runs = new Map<string, RunNode>();
  const histories = new Map<string, GraphEdge[]>();
  const assetOf = (id: string): AssetNode | undefined => assets.get(columns.get(id)?.assetId ?? id);

  /** Every flow that is or was, of both levels, between two that are seen. */
  function flowsOf(jobId: string, classes: VisibleClasses): GraphEdge[] {
    const isSeen = (id: string): boolean => classes === 'all' || classes.includes(assetOf(id)?.accessClass ?? -1);
    const keyOf = ({ validFrom, fromId, toId, origin }: GraphEdge): string => [validFrom.toISOString(), fromId, toId, origin].join(' ');
    return [...histories.values()]
      .flat()
      .filter((edge) => edge.jobId === jobId && isSeen(edge.fromId) && isSeen(edge.toId))
      .sort((a, b) => (keyOf(a) > keyOf(b) ? -1 : 1));
  }

  function look(level: Level, classes: VisibleClasses, at: Date | null): Sight {
    const isSeen = (id: string): boolean => classes === 'all' || classes.includes(assetOf(id)?.accessClass ?? -1);
    const kind = level === 'ASSET' ? 'TABLE' : 'COLUMN';
    const valid = [...histories.values()].flat().filter((edge) => edge.kind === kind && isValid(edge, at));
    return { isSeen, edges: valid.filter(({ fromId, toId }) => isSeen(fromId) && isSeen(toId)) };
  }

  return {
    apply({ assets: nodes, columns: more = [], jobs: moreJobs = [], runs: moreRuns = [], changes }: GraphFacts): void {
      for (const node of nodes) assets.set(node.id, node);
      for (const column of more) columns.set(column.id, column);
      for (const job of moreJobs) jobs.set(job.id, job);
      for (const run of moreRuns) runs.set(run.id, run);
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

    jobs: (ids: readonly string[], classes: VisibleClasses): JobNode[] =>
      classes === 'all' || classes.length > 0
        ? [...jobs.values()].filter(({ id }) => ids.includes(id) && flowsOf(id, classes).length > 0)
        : [],

    runs: (ids: readonly string[], classes: VisibleClasses): RunNode[] =>
      classes === 'all' || classes.length > 0
        ? [...runs.values()].filter(({ id, jobId }) => ids.includes(id) && flowsOf(jobId, classes).length > 0)
        : [],

    /** As the flows of a job. */
    jobRuns(jobId: string, classes: VisibleClasses, after: RunKey | null, limit: number): RunNode[] {
      const keyOf = ({ begunAt, id }: RunNode): string => `${begunAt.toISOString()} ${id}`;
      const place = after && `${after[0].toISOString()} ${after[1]}`;
      if (flowsOf(jobId, classes).length === 0) return [];
      return [...runs.values()]
        .filter((run) => run.jobId === jobId && (place === null || keyOf(run) < place))
        .sort((a, b) => (keyOf(a) > keyOf(b) ? -1 : 1))
        .slice(0, limit);
    },

    /** Of what comes after a flow: `after` need not be one. */
    jobFlows(jobId: string, classes: VisibleClasses, after: HistoryKey | null, limit: number): GraphEdge[] {
      const place = after && [after[0].toISOString(), ...after.slice(1)].join(' ');
      const isAfter = ({ validFrom, fromId, toId, origin }: GraphEdge): boolean =>
        place === null || [validFrom.toISOString(), fromId, toId, origin].join(' ') < place;
      return flowsOf(jobId, classes).filter(isAfter).slice(0, limit);
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

/**
 * The nodes are the first `maxNodes` by (distance, id). An edge between two of them is told of where it goes on, upstream or downstream, from
 * what is reached that way through such nodes only, above the last level.
 */
function walk(
  { edges }: Sight,
  rootIds: readonly string[],
  direction: Direction,
  { depth, maxNodes }: Bounds,
): Omit<LineageGraph, 'rootId'> {
  const ways = waysOf(direction);
  const nearest = new Map<string, number>();
  for (const way of ways)
    for (const [id, at] of distances(edges, way, rootIds)) if (at <= depth) nearest.set(id, Math.min(at, nearest.get(id) ?? at));
  const within = new Map([...nearest].sort(([a, at], [b, other]) => at - other || (a < b ? -1 : 1)).slice(0, maxNodes));
  const inner = edges.filter(({ fromId, toId }) => within.has(fromId) && within.has(toId));
  const walked = ways.map((way) => ({ way, reached: distances(inner, way, rootIds) }));
  /** Where data flows from a node, or to it, as it is walked on from there. */
  const onward = (id: string): { edge: GraphEdge; other: string }[] =>
    walked
      .filter(({ reached }) => (reached.get(id) ?? depth) < depth)
      .flatMap(({ way }) => edges.filter((edge) => near(way, edge) === id).map((edge) => ({ edge, other: far(way, edge) })));
  const nodes = [...within].map(([id, at]) => ({
    id,
    depth: at,
    unexpanded: new Set(onward(id).flatMap(({ other }) => (within.has(other) ? [] : [other]))).size,
  }));
  const told = new Set([...within.keys()].flatMap((id) => onward(id).flatMap(({ edge, other }) => (within.has(other) ? [edge] : []))));
  // What flows from a single root into itself is a mistake that is not told of.
  const found = within.size > 1 ? [...told] : [];
  const maxEdges = maxNodes * 10;
  return {
    nodes,
    edges: found.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)).slice(0, maxEdges),
    truncated: nodes.some(({ unexpanded }) => unexpanded > 0) || found.length > maxEdges,
  };
}

/** Of all that can be walked to: edges are gone along until nothing comes nearer. */
function distances(edges: readonly GraphEdge[], way: Way, rootIds: readonly string[]): Map<string, number> {
  const found = new Map(rootIds.map((id) => [id, 0]));
  for (let isNearer = true; isNearer;) {
    isNearer = false;
    for (const edge of edges) {
      const at = (found.get(near(way, edge)) ?? Infinity) + 1;
      if (at >= (found.get(far(way, edge)) ?? Infinity)) continue;
      found.set(far(way, edge), at);
      isNearer = true;
    }
  }
  return found;
}

/** An interval begins where the last one ended at the earliest, and one that ends before it begins, or there, has never been. */
function record(histories: Map<string, GraphEdge[]>, { change, at, details, ...flow }: FlowChange): void {
  const key = placeOf(flow);
  const history = histories.get(key) ?? [];
  const last = history.at(-1);
  const isOpen = last?.validTo === null;
  if (change === 'opened' && !isOpen) {
    const validFrom = last?.validTo && last.validTo > at ? last.validTo : at;
    history.push({ transformation: 'DIRECT', confidence: 1, jobId: null, runId: null, ...details, ...flow, validFrom, validTo: null });
  }
  if (change === 'closed' && isOpen) {
    history.pop();
    if (at > last.validFrom) history.push({ ...last, validTo: at });
  }
  // That it ended then was not all that there was to tell: of the job that is named, if one is.
  const isIts = details?.jobId === undefined || details.jobId === last?.jobId;
  if (change === 'resumed' && isIts && last?.validTo?.getTime() === at.getTime()) history.splice(-1, 1, { ...last, validTo: null });
  histories.set(key, history);
}

const waysOf = (direction: Direction): readonly Way[] => (direction === 'BOTH' ? ['UPSTREAM', 'DOWNSTREAM'] : [direction]);
const near = (way: Way, { fromId, toId }: GraphEdge): string => (way === 'UPSTREAM' ? toId : fromId);
const far = (way: Way, { fromId, toId }: GraphEdge): string => (way === 'UPSTREAM' ? fromId : toId);
const isValid = ({ validFrom, validTo }: GraphEdge, at: Date | null): boolean =>
  at === null ? validTo === null : validFrom <= at && (validTo === null || validTo > at);
const placeOf = ({ fromId, toId, kind, origin }: Pick<GraphEdge, 'fromId' | 'toId' | 'kind' | 'origin'>): string =>
  `${fromId} ${toId} ${kind} ${origin}`;
