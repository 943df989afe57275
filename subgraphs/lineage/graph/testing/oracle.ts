/** What the graph should answer, by the plainest means: moments are looked at one by one, and every edge for every node. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { LineageGraph, LineageRequest } from '../../domain/lineage.ts';
import type { AssetNode, FlowChange } from '../../store/facts.ts';
import type { Direction, GraphEdge } from '../index.ts';

type Way = Exclude<Direction, 'BOTH'>;
export type Oracle = { lineage(classes: VisibleClasses, request: LineageRequest): LineageGraph | null };

export function createOracle(nodes: readonly AssetNode[], changes: readonly FlowChange[]): Oracle {
  const edges = history(changes);
  return {
    lineage(classes, { rootId, direction, depth, maxNodes, asOf }) {
      const seen = new Set(nodes.filter((node) => classes === 'all' || classes.includes(node.accessClass)).map(({ id }) => id));
      if (!seen.has(rootId)) return null;
      const at = asOf ?? new Date();
      const valid = edges.filter(
        (edge) => seen.has(edge.fromId) && seen.has(edge.toId) && edge.validFrom <= at && (edge.validTo === null || edge.validTo > at),
      );
      const ways: readonly Way[] = direction === 'BOTH' ? ['UPSTREAM', 'DOWNSTREAM'] : [direction];
      const ends = (way: Way, edge: GraphEdge) =>
        (way === 'UPSTREAM' ? [edge.toId, edge.fromId] : [edge.fromId, edge.toId]) as [string, string];
      const neighboursOf = (way: Way, id: string): string[] => [
        ...new Set(valid.flatMap((edge) => (ends(way, edge)[0] === id ? [ends(way, edge)[1]] : []))),
      ];

      // A level at a time, each way by itself, until the budget is spent.
      const within = new Map([[rootId, 0]]);
      const walked = new Map(ways.map((way): [Way, Map<string, number>] => [way, new Map([[rootId, 0]])]));
      for (let level = 1; level <= depth && within.size < maxNodes; level++) {
        const left = maxNodes - within.size;
        const next = ways.map((way) => {
          const own = walked.get(way)!;
          const others = [...own].flatMap(([id, at]) => (at === level - 1 ? neighboursOf(way, id) : [])).filter((id) => !own.has(id));
          return [...new Set(others)].sort().slice(0, left + within.size - own.size);
        });
        for (const id of [...new Set(next.flat())]
          .filter((each) => !within.has(each))
          .sort()
          .slice(0, left))
          within.set(id, level);
        for (const [index, way] of ways.entries()) for (const id of next[index]!) if (within.has(id)) walked.get(way)!.set(id, level);
      }
      const isExpanded = (way: Way, id: string): boolean => (walked.get(way)!.get(id) ?? depth) < depth;
      const unexpanded = (id: string): number =>
        ways.reduce<number>(
          (sum, way) => sum + (isExpanded(way, id) ? neighboursOf(way, id).filter((other) => !within.has(other)).length : 0),
          0,
        );
      const answer = [...within].map(([id, level]) => ({ id, depth: level, unexpanded: unexpanded(id) }));
      return {
        rootId,
        nodes: answer,
        edges: valid
          .filter((edge) => ways.some((way) => isExpanded(way, ends(way, edge)[0]) && within.has(ends(way, edge)[1])))
          .sort((a, b) => (`${a.fromId}${a.toId}` < `${b.fromId}${b.toId}` ? -1 : 1)),
        truncated: answer.some((node) => node.unexpanded > 0),
      };
    },
  };
}

/** Of changes whose times never go back. */
function history(changes: readonly FlowChange[]): GraphEdge[] {
  const edges: GraphEdge[] = [];
  for (const { change, at, ...flow } of changes) {
    const open = edges.find((edge) => edge.fromId === flow.fromId && edge.toId === flow.toId && edge.validTo === null);
    if (change === 'opened' && !open)
      edges.push({ transformation: 'DIRECT', confidence: 1, jobId: null, ...flow, validFrom: at, validTo: null });
    if (change === 'closed' && open) open.validTo = at;
  }
  return edges;
}
