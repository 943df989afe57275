/** Where nodes stand. elk lays out what is new as a whole; what comes later finds a place beside its neighbours, and nothing else moves. */
import type { Flow, Graph } from './graph';

export const NODE_WIDTH = 200;
export const NODE_HEIGHT = 44;
export const ROW_HEIGHT = 24;
export const LAYER_GAP = 64;
export const ROW_GAP = 24;

export type Place = { x: number; y: number };
export type Places = ReadonlyMap<string, Place>;

/** `rows`: columns that the node shows; `isCut`: one more line counts the rest. */
export const heightOf = (rows: number, isCut = false): number => NODE_HEIGHT + (rows > 0 ? (rows + (isCut ? 1 : 0)) * ROW_HEIGHT + 6 : 0);

type Sized = { id: string; height: number };

/** The question to elk. */
export const elkGraph = (nodes: readonly Sized[], flows: readonly Pick<Flow, 'id' | 'from' | 'to'>[]) => ({
  id: 'root',
  layoutOptions: {
    'elk.algorithm': 'layered',
    'elk.direction': 'RIGHT',
    'elk.layered.spacing.nodeNodeBetweenLayers': String(LAYER_GAP),
    'elk.spacing.nodeNode': String(ROW_GAP),
    'elk.spacing.componentComponent': '40',
    'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
    'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
    'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  },
  children: nodes.map(({ id, height }) => ({ id, width: NODE_WIDTH, height })),
  edges: flows.map(({ id, from, to }) => ({ id, sources: [from], targets: [to] })),
});

/** Where no worker can be had: a column for each step. */
export function placeBySteps(graph: Graph, heights: ReadonlyMap<string, number>): Places {
  const places = new Map<string, Place>();
  const ends = new Map<number, number>();
  for (const { id, step } of graph.nodes) {
    const y = ends.get(step) ?? 0;
    places.set(id, { x: step * (NODE_WIDTH + LAYER_GAP), y });
    ends.set(step, y + (heights.get(id) ?? NODE_HEIGHT) + ROW_GAP);
  }
  return places;
}

/** A place for each node that has none yet, in the layer beside a neighbour, as near to its height as there is room. */
export function placeNew(places: Places, graph: Graph, heights: ReadonlyMap<string, number>): Places {
  const missing = graph.nodes.filter(({ id }) => !places.has(id));
  if (missing.length === 0) return places;
  const next = new Map(places);
  const height = (id: string): number => heights.get(id) ?? NODE_HEIGHT;
  const put = (id: string, x: number, wanted: number): void => {
    const taken = [...next].filter(([, place]) => Math.abs(place.x - x) < NODE_WIDTH);
    const isFree = (y: number): boolean =>
      taken.every(([other, place]) => y >= place.y + height(other) + ROW_GAP || place.y >= y + height(id) + ROW_GAP);
    const candidates = [wanted, ...taken.flatMap(([other, { y }]) => [y + height(other) + ROW_GAP, y - height(id) - ROW_GAP])];
    const [best] = candidates.filter(isFree).toSorted((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted));
    next.set(id, { x, y: best ?? wanted });
  };
  for (let open = missing; open.length > 0;) {
    const later = open.filter(({ id }) => {
      const reader = graph.flows.find((flow) => flow.to === id && next.has(flow.from));
      const source = graph.flows.find((flow) => flow.from === id && next.has(flow.to));
      const beside = reader ? next.get(reader.from)! : source ? next.get(source.to)! : null;
      if (!beside) return true;
      put(id, beside.x + (reader ? 1 : -1) * (NODE_WIDTH + LAYER_GAP), beside.y);
      return false;
    });
    if (later.length === open.length) {
      // Tied to nothing that stands: below all.
      for (const { id } of later) put(id, 0, Math.max(0, ...[...next].map(([other, { y }]) => y + height(other) + ROW_GAP)));
      break;
    }
    open = later;
  }
  return next;
}

/** Columns make nodes higher: what stands below in the layer makes room, and comes back when they go. */
export function pushApart(places: Places, heights: ReadonlyMap<string, number>): Places {
  const next = new Map<string, Place>();
  for (const layer of layersOf(places)) {
    let end = -Infinity;
    for (const id of layer) {
      const { x, y } = places.get(id)!;
      const top = Math.max(y, end);
      next.set(id, { x, y: top });
      end = top + (heights.get(id) ?? NODE_HEIGHT) + Math.min(ROW_GAP, 16);
    }
  }
  return next;
}

/** Nodes that stand above each other, from the left to the right, each from the top down. */
export function layersOf(places: Places): string[][] {
  const layers: { x: number; ids: string[] }[] = [];
  for (const [id, { x }] of [...places].toSorted(([, a], [, b]) => a.x - b.x || a.y - b.y)) {
    const last = layers.at(-1);
    if (last && x - last.x < NODE_WIDTH / 2) last.ids.push(id);
    else layers.push({ x, ids: [id] });
  }
  return layers.map(({ ids }) => ids.toSorted((a, b) => places.get(a)!.y - places.get(b)!.y));
}

export type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

/** Where an arrow key leads: up and down within the layer, left and right along a flow, or to the nearest one there. */
export function neighbourAt(id: string, arrow: Arrow, places: Places, flows: readonly Pick<Flow, 'from' | 'to'>[]): string | null {
  const own = places.get(id);
  if (!own) return null;
  const layers = layersOf(places);
  const at = layers.findIndex((layer) => layer.includes(id));
  if (arrow === 'ArrowUp' || arrow === 'ArrowDown') {
    const layer = layers[at]!;
    return layer[layer.indexOf(id) + (arrow === 'ArrowUp' ? -1 : 1)] ?? null;
  }
  const nearest = (ids: readonly string[]): string | null =>
    ids.filter((other) => places.has(other)).toSorted((a, b) => distance(a) - distance(b))[0] ?? null;
  const distance = (other: string): number => {
    const { x, y } = places.get(other)!;
    return Math.abs(x - own.x) + Math.abs(y - own.y);
  };
  const isRight = arrow === 'ArrowRight';
  const along = flows.flatMap(({ from, to }) => (isRight ? (from === id ? [to] : []) : to === id ? [from] : []));
  return nearest(along) ?? nearest(layers[at + (isRight ? 1 : -1)] ?? []);
}
