/** What the graph should answer, by the plainest means: moments are looked at one by one, and every edge for every node. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { LineageGraph, LineageRequest } from '../../domain/lineage.ts';
import type { FlowChange, GraphEdge, GraphNode } from '../index.ts';

export type Oracle = { lineage(classes: VisibleClasses, request: LineageRequest): LineageGraph | null };

export function createOracle(nodes: readonly GraphNode[], changes: readonly FlowChange[]): Oracle {
  const edges = history(changes);
  return {
    lineage(classes, { rootId, direction, depth, maxNodes, asOf }) {
      const seen = new Set(nodes.filter((node) => classes === 'all' || classes.includes(node.accessClass)).map(({ id }) => id));
      if (!seen.has(rootId)) return null;
      const at = asOf ?? new Date();
      const valid = edges.filter(
        (edge) => seen.has(edge.fromId) && seen.has(edge.toId) && edge.validFrom <= at && (edge.validTo === null || edge.validTo > at),
      );
      const ends = (edge: GraphEdge): [own: string, other: string][] => [
        ...(direction === 'UPSTREAM' ? [] : [[edge.fromId, edge.toId] as [string, string]]),
        ...(direction === 'DOWNSTREAM' ? [] : [[edge.toId, edge.fromId] as [string, string]]),
      ];
      const neighboursOf = (id: string): Set<string> =>
        new Set(valid.flatMap((edge) => ends(edge).flatMap(([own, other]) => (own === id ? [other] : []))));

      // Everything that can be walked to, and only then the budget.
      const depths = new Map([[rootId, 0]]);
      for (let level = 1; level <= depth; level++) {
        for (const [id, at] of depths) {
          if (at !== level - 1) continue;
          for (const other of neighboursOf(id)) if (!depths.has(other)) depths.set(other, level);
        }
      }
      const kept = [...depths].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1)).slice(0, maxNodes);
      const within = new Map(kept);
      const unexpanded = (id: string, level: number) =>
        level < depth ? [...neighboursOf(id)].filter((other) => !within.has(other)).length : 0;
      const answer = kept.map(([id, level]) => ({ id, depth: level, unexpanded: unexpanded(id, level) }));
      return {
        rootId,
        nodes: answer,
        edges: valid
          .filter((edge) => ends(edge).some(([own, other]) => within.has(other) && (within.get(own) ?? depth) < depth))
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
    if (change === 'opened' && !open) edges.push({ ...flow, validFrom: at, validTo: null });
    if (change === 'closed' && open) open.validTo = at;
  }
  return edges;
}
