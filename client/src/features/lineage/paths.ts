/** Which nodes and flows lie on the way: what a selection highlights. */
import type { Flow, Graph } from './graph';

type Way = { id: string; from: string; to: string };
export type Highlight = { nodes: ReadonlySet<string>; flows: ReadonlySet<string> };

function reach(start: string, ways: readonly Way[], isForward: boolean): Set<string> {
  const next = new Map<string, string[]>();
  for (const { from, to } of ways) {
    const [a, b] = isForward ? [from, to] : [to, from];
    next.set(a, [...(next.get(a) ?? []), b]);
  }
  const seen = new Set([start]);
  const open = [start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const other of next.get(id) ?? []) {
      if (seen.has(other)) continue;
      seen.add(other);
      open.push(other);
    }
  }
  return seen;
}

/** All ways that data takes from one of the two to the other, in either direction. */
export function pathsBetween(a: string, b: string, ways: readonly Way[]): Highlight {
  const nodes = new Set([a, b]);
  const flows = new Set<string>();
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const after = reach(from, ways, true);
    if (!after.has(to)) continue;
    const before = reach(to, ways, false);
    for (const id of after) if (before.has(id)) nodes.add(id);
    for (const way of ways) if (after.has(way.from) && before.has(way.to)) flows.add(way.id);
  }
  return { nodes, flows };
}

/** All that flows into it and out of it: a column's path. */
export function pathThrough(id: string, ways: readonly Way[]): Highlight {
  const before = reach(id, ways, false);
  const after = reach(id, ways, true);
  return {
    nodes: new Set([...before, ...after]),
    flows: new Set(ways.filter(({ from, to }) => before.has(to) || after.has(from)).map((way) => way.id)),
  };
}

/** Of a chosen node or flow to the root; null where nothing is to be told apart. */
export function highlightOf(graph: Graph, selected: string | null): Highlight | null {
  if (!selected) return null;
  const holds = (flow: Flow): boolean => flow.mark?.is !== 'removed';
  const node = graph.byId.get(selected);
  if (node) {
    if (node.id === graph.rootId) return null;
    return pathsBetween(graph.rootId, node.id, node.mark?.is === 'removed' ? graph.flows : graph.flows.filter(holds));
  }
  const flow = graph.flows.find(({ id }) => id === selected);
  if (!flow) return null;
  const further = Math.abs(graph.byId.get(flow.from)!.step) > Math.abs(graph.byId.get(flow.to)!.step) ? flow.from : flow.to;
  const nearer = further === flow.from ? flow.to : flow.from;
  const rest = pathsBetween(graph.rootId, nearer, graph.flows.filter(holds));
  return { nodes: new Set([...rest.nodes, further]), flows: new Set([...rest.flows, flow.id]) };
}

/** Whom a change of it reaches, of those that are shown. */
export function reachedFrom(id: string, { flows }: Graph): Set<string> {
  const reached = reach(
    id,
    flows.filter(({ mark }) => mark?.is !== 'removed'),
    true,
  );
  reached.delete(id);
  return reached;
}
