/** What questions about the graph should give, by the plainest means: every edge is looked at for every node, and every path is walked. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { DiffRequest } from '../../domain/diff.ts';
import type { ImpactRequest } from '../../domain/impact.ts';
import type { PathsRequest } from '../../domain/paths.ts';
import type { Statistics } from '../../domain/statistics.ts';
import type { AssetNode, FlowChange } from '../../store/facts.ts';
import type { ColumnNode, Direction, GraphEdge, Level } from '../index.ts';
import type { Random } from './randomHistory.ts';

export type Facts = { assets: AssetNode[]; columns: ColumnNode[]; changes: FlowChange[] };
type Way = Exclude<Direction, 'BOTH'>;

/** Assets of three classes, some of them deleted, their columns, and flows of several origins that come and go, each at a moment of its own. */
export function randomFacts(random: Random, makeId: () => string, columnId: (assetId: string, name: string) => string): Facts {
  const assets = Array.from({ length: random.between(2, 12) }, (_, index): AssetNode => ({
    id: makeId(),
    accessClass: random.between(1, 3),
    namespace: 'test',
    name: `n${index}`,
    isDeleted: random.chance(0.1),
    seq: index + 1,
  }));
  const columns = assets.flatMap(({ id: assetId }) =>
    Array.from({ length: random.between(0, 3) }, (_, index) => ({ id: columnId(assetId, `c${index}`), assetId, name: `c${index}` })),
  );
  let at = Date.UTC(2026, 0, 1);
  const changes = Array.from({ length: random.between(0, 80) }, (): FlowChange => {
    const ofColumns = columns.length > 1 && random.chance(0.4);
    const among = (ofColumns ? columns : assets).map(({ id }) => id);
    at += random.between(1, 60_000);
    return {
      fromId: random.one(among),
      toId: random.one(among),
      kind: ofColumns ? 'COLUMN' : 'TABLE',
      origin: random.one(['NATIVE', 'NATIVE', 'DECLARED', 'PARSED', 'EVENT']),
      change: random.chance(0.75) ? 'opened' : 'closed',
      at: new Date(at),
    };
  });
  return { assets, columns, changes };
}

export function createQueryOracle({ assets, columns, changes }: Facts) {
  const edges = historyOf(changes);
  const assetOf = new Map([...assets.map(({ id }) => [id, id] as const), ...columns.map(({ id, assetId }) => [id, assetId] as const)]);
  const classOf = new Map(assets.map(({ id, accessClass }) => [id, accessClass]));
  const isSeen = (id: string, classes: VisibleClasses): boolean => classes === 'all' || classes.includes(classOf.get(assetOf.get(id)!)!);
  const isValid = ({ validFrom, validTo }: GraphEdge, at: Date | null): boolean =>
    at === null ? validTo === null : validFrom <= at && (validTo === null || validTo > at);
  const kindOf = (level: Level): string => (level === 'ASSET' ? 'TABLE' : 'COLUMN');
  const seenEdges = (level: Level, at: Date | null, classes: VisibleClasses): GraphEdge[] =>
    edges.filter((edge) => edge.kind === kindOf(level) && isValid(edge, at) && isSeen(edge.fromId, classes) && isSeen(edge.toId, classes));
  const waysOf = (direction: Direction): Way[] => (direction === 'BOTH' ? ['UPSTREAM', 'DOWNSTREAM'] : [direction]);
  const endsOf = (way: Way, { fromId, toId }: GraphEdge): readonly [near: string, far: string] =>
    way === 'UPSTREAM' ? [toId, fromId] : [fromId, toId];

  /** How far each node is, as far as `depth`. */
  function distances(among: readonly GraphEdge[], way: Way, roots: readonly string[], depth: number): Map<string, number> {
    const found = new Map(roots.map((id) => [id, 0]));
    for (let level = 1; level <= depth; level++)
      for (const edge of among) {
        const [near, far] = endsOf(way, edge);
        if (found.get(near) === level - 1 && !found.has(far)) found.set(far, level);
      }
    return found;
  }

  const nearest = (found: readonly ReadonlyMap<string, number>[]): [string, number][] => {
    const depths = new Map<string, number>();
    for (const [id, depth] of found.flatMap((each) => [...each])) depths.set(id, Math.min(depth, depths.get(id) ?? depth));
    return [...depths].sort(([a, depth], [b, other]) => depth - other || (a < b ? -1 : 1));
  };

  /** Nodes and edges of `lineage` within no budget. */
  function lineage(classes: VisibleClasses, request: Omit<DiffRequest, 'from' | 'to' | 'maxNodes'>, at: Date | null) {
    const { rootId, level, direction, depth } = request;
    const among = seenEdges(level, at, classes);
    const isRoot = (way: Way, id: string): boolean => level === 'ASSET' || among.some((edge) => endsOf(way, edge)[0] === id);
    const roots = [...assetOf.keys()].filter(
      (id) =>
        (level === 'ASSET' ? id === rootId : id !== rootId && assetOf.get(id) === rootId) &&
        waysOf(direction).some((way) => isRoot(way, id)),
    );
    const walked = waysOf(direction).map((way) => ({ way, depths: distances(among, way, roots, depth) }));
    const nodes = new Map(nearest(walked.map(({ depths }) => depths)));
    const found = among.filter((edge) =>
      walked.some(({ way, depths }) => (depths.get(endsOf(way, edge)[0]) ?? depth) < depth && nodes.has(endsOf(way, edge)[1])),
    );
    // A single root's flow into itself is a mistake; it is not told of.
    return { nodes, edges: nodes.size > 1 ? found : [] };
  }

  return {
    reached(classes: VisibleClasses, { level, rootId, assetId, direction, depth, maxNodes, asOf }: ImpactRequest) {
      if (!isSeen(assetId, classes)) return null;
      const among = seenEdges(level, asOf, classes);
      const all = nearest(waysOf(direction).map((way) => distances(among, way, [rootId], depth)))
        .map(([id]) => id)
        .filter((id) => id !== rootId);
      const within = new Set(all.slice(0, maxNodes).map((id) => assetOf.get(id)!));
      within.delete(assetId);
      return { assetIds: [...within], truncated: all.length > maxNodes };
    },

    paths(classes: VisibleClasses, { level, fromId, toId, maxLength, limit, asOf }: PathsRequest) {
      const among = seenEdges(level, asOf, classes);
      const steps = new Set(among.map((edge) => `${edge.fromId} ${edge.toId}`));
      const ways: string[][] = [];
      const walkOn = (nodes: string[]): void => {
        if (nodes.at(-1) === toId) return void ways.push(nodes);
        if (nodes.length > maxLength) return;
        for (const step of steps) {
          const [from, to] = step.split(' ') as [string, string];
          if (from === nodes.at(-1) && !nodes.includes(to)) walkOn([...nodes, to]);
        }
      };
      walkOn([fromId]);
      ways.sort((a, b) => a.length - b.length || (a.join() < b.join() ? -1 : 1));
      const paths = ways.slice(0, limit).map((nodeIds) => ({
        nodeIds,
        edges: nodeIds
          .slice(1)
          .flatMap((id, index) =>
            among.filter((edge) => edge.fromId === nodeIds[index] && edge.toId === id).sort((a, b) => (a.origin < b.origin ? -1 : 1)),
          ),
      }));
      return { paths, truncated: ways.length > limit };
    },

    diff(classes: VisibleClasses, { from, to, ...request }: DiffRequest) {
      if (!isSeen(request.rootId, classes)) return null;
      const [before, after] = [lineage(classes, request, from), lineage(classes, request, to)];
      const keyOf = ({ fromId, toId, kind, origin }: GraphEdge): string => `${fromId} ${toId} ${kind} ${origin}`;
      /** Edges that did not hold at the other moment, in reach or out of it; nodes that were not in reach then. */
      const missing = (one: typeof before, other: typeof before, otherAt: Date) => ({
        edges: one.edges
          .filter((edge) => !edges.some((each) => keyOf(each) === keyOf(edge) && isValid(each, otherAt)))
          .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
        nodes: [...one.nodes].filter(([id]) => !other.nodes.has(id)).map(([id, depth]) => ({ id, depth })),
      });
      const [added, removed] = [missing(after, before, from), missing(before, after, to)];
      return { added: added.edges, removed: removed.edges, addedNodes: added.nodes, removedNodes: removed.nodes };
    },

    history(classes: VisibleClasses, level: Level, ids: readonly string[]): GraphEdge[] {
      const keyOf = ({ validFrom, fromId, toId, origin }: GraphEdge): string => [validFrom.toISOString(), fromId, toId, origin].join(' ');
      return edges
        .filter(({ kind, fromId, toId }) => kind === kindOf(level) && (ids.includes(fromId) || ids.includes(toId)))
        .filter(({ fromId, toId }) => isSeen(fromId, classes) && isSeen(toId, classes))
        .sort((a, b) => (keyOf(a) > keyOf(b) ? -1 : 1));
    },

    statistics(classes: VisibleClasses): Statistics {
      const living = assets.filter(({ id, isDeleted }) => !isDeleted && isSeen(id, classes)).map(({ id }) => id);
      const flows = [
        ...new Set(
          seenEdges('ASSET', null, classes)
            .filter(({ fromId, toId }) => fromId !== toId && living.includes(fromId) && living.includes(toId))
            .map(({ fromId, toId }) => `${fromId} ${toId}`),
        ),
      ].map((flow) => flow.split(' ') as [string, string]);
      const hasOut = (id: string): boolean => flows.some(([from]) => from === id);
      const hasIn = (id: string): boolean => flows.some(([, to]) => to === id);
      const reaches = (from: string, to: string): boolean => {
        const found = new Set([from]);
        for (const _ of living) for (const [a, b] of flows) if (found.has(a)) found.add(b);
        return found.has(to);
      };
      const groups = new Map<string, string[]>();
      for (const id of living) {
        const mates = living.filter((other) => reaches(id, other) && reaches(other, id)).sort();
        if (mates.length > 1) groups.set(mates[0]!, mates);
      }
      const readersOf = (id: string): number => flows.filter(([from]) => from === id).length;
      return {
        assets: living.length,
        flows: flows.length,
        orphans: living.filter((id) => !hasOut(id) && !hasIn(id)).length,
        roots: living.filter((id) => hasOut(id) && !hasIn(id)).length,
        leaves: living.filter((id) => hasIn(id) && !hasOut(id)).length,
        cycles: [...groups.values()]
          .sort((a, b) => b.length - a.length || (a[0]! < b[0]! ? -1 : 1))
          .map((assetIds) => ({ size: assetIds.length, assetIds })),
        cycleCount: groups.size,
        mostDependedUpon: living
          .filter(hasOut)
          .sort((a, b) => readersOf(b) - readersOf(a) || (a < b ? -1 : 1))
          .map((assetId) => ({ assetId, readers: readersOf(assetId) })),
        truncated: false,
      };
    },
  };
}

/** Of changes whose times only go on. */
function historyOf(changes: readonly FlowChange[]): GraphEdge[] {
  const edges: GraphEdge[] = [];
  for (const { change, at, details, ...flow } of changes) {
    const open = edges.find(
      (edge) =>
        edge.validTo === null &&
        edge.fromId === flow.fromId &&
        edge.toId === flow.toId &&
        edge.kind === flow.kind &&
        edge.origin === flow.origin,
    );
    if (change === 'opened' && !open)
      edges.push({ transformation: 'DIRECT', confidence: 1, jobId: null, runId: null, ...details, ...flow, validFrom: at, validTo: null });
    if (change === 'closed' && open) open.validTo = at;
  }
  return edges;
}
