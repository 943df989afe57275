/** Edges from the right side of one node to the left side of another, with their heads. */
import { layersOf, NODE_HEIGHT, NODE_WIDTH, type Place, type Places } from './layout';

export type Drawn = { path: string; head: string };
type Layer = { left: number; right: number; taken: { top: number; bottom: number }[] };

const HEAD = 6;
/** What lies between is passed at least so far away: half of what `pushApart` leaves between two nodes. */
const CLEAR = 8;

/** Draws edges among nodes that stand at `places`; one over several layers leads past what stands there, not beneath it. */
export function edgeDrawer(places: Places, heights: ReadonlyMap<string, number>): (from: Place, to: Place) => Drawn {
  const layers = layersOf(places).map((ids): Layer => {
    const standing = ids.map((id) => ({ ...places.get(id)!, height: heights.get(id) ?? NODE_HEIGHT }));
    return {
      left: Math.min(...standing.map(({ x }) => x)),
      right: Math.max(...standing.map(({ x }) => x)) + NODE_WIDTH,
      taken: standing.map(({ y, height }) => ({ top: y - CLEAR, bottom: y + height + CLEAR })),
    };
  });
  const known = new Map<string, Drawn>();
  return (from, to) => {
    const key = `${from.x} ${from.y} ${to.x} ${to.y}`;
    const drawn = known.get(key) ?? draw(from, to, layers);
    known.set(key, drawn);
    return drawn;
  };
}

function draw(from: Place, to: Place, layers: readonly Layer[]): Drawn {
  const end = to.x - HEAD + 1;
  let path = `M${from.x} ${from.y}`;
  let at = from;
  for (const { left, right, taken } of layers) {
    if (left <= from.x || right >= to.x) continue;
    const share = ((left + right) / 2 - from.x) / (to.x - from.x);
    const y = freeNear(taken, from.y + share * (to.y - from.y));
    path += `${curve(at, { x: left, y })}H${right}`;
    at = { x: right, y };
  }
  return { path: path + curve(at, { x: end, y: to.y }), head: `M${to.x} ${to.y}l${-HEAD} -3.5v7z` };
}

function curve(from: Place, to: Place): string {
  // Against the direction of the layout, in a circle, it swings out further.
  const swing = to.x > from.x ? Math.max(24, (to.x - from.x) / 2) : 48 + (from.x - to.x) / 4;
  return `C${from.x + swing} ${from.y} ${to.x - swing} ${to.y} ${to.x} ${to.y}`;
}

function freeNear(taken: Layer['taken'], wanted: number): number {
  const isFree = (y: number): boolean => taken.every(({ top, bottom }) => y <= top || y >= bottom);
  if (isFree(wanted)) return wanted;
  const free = taken.flatMap(({ top, bottom }) => [top, bottom]).filter(isFree);
  return free.toSorted((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0]!;
}
