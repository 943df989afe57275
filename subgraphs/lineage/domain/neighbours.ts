/** Neighbours of many assets at once, for lists below assets: all of an operation share the statements of each level, one for a thousand assets. */
import type { GraphStore, View } from '../graph/index.ts';
import { createDeadline, withinTime, type Deadline } from './budgets.ts';

export const MAX_NEIGHBOURS = 1_000;

export type Neighbour = { id: string; depth: number };
/** The first MAX_NEIGHBOURS by (depth, id). `truncated`: there are more, or time ran out: then whole levels are missing. */
export type Neighbours = { rows: Neighbour[]; truncated: boolean };

/** As many as the graph takes at a time. */
const IDS_AT_ONCE = 1_000;

/** `met`: what this level finds, as far as it can matter. A walk whose frontier is empty has ended, cut or not. */
type Walk = { depths: Map<string, number>; frontier: string[]; met: Set<string>; truncated: boolean };

/** Of each root; none for one that the viewer may not see. Something is looked for however late it is. */
export async function readNeighbours(
  graph: GraphStore,
  view: View,
  rootIds: readonly string[],
  depth: number,
  deadline: Deadline = createDeadline(),
): Promise<Neighbours[]> {
  const walks = rootIds.map((id): Walk => ({ depths: new Map([[id, 0]]), frontier: [id], met: new Set(), truncated: false }));
  for (let level = 1; level <= depth; level++) {
    const going = walks.filter(({ frontier }) => frontier.length > 0);
    if (going.length === 0) break;
    const ids = [...new Set(going.flatMap(({ frontier }) => frontier))];
    for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
      // As many as a walk may have, its root and one more: some of them it may have met before.
      const read = () => graph.findNeighbours(view, ids.slice(from, from + IDS_AT_ONCE), MAX_NEIGHBOURS + 2);
      const neighbours = level === 1 && from === 0 ? await read() : await withinTime(deadline, read);
      if (!neighbours) {
        for (const walk of going) cutOff(walk);
        return resultsOf(walks);
      }
      for (const walk of going) meet(walk, neighbours);
    }
    for (const walk of going) goOn(walk, level);
  }
  return resultsOf(walks);
}

const resultsOf = (walks: readonly Walk[]): Neighbours[] =>
  walks.map(({ depths, truncated }) => ({ rows: [...depths].slice(1).map(([id, at]) => ({ id, depth: at })), truncated }));

/** Of the level that was not read to its end nothing is told: the nearest come first. */
function cutOff(walk: Walk): void {
  walk.met = new Set();
  walk.frontier = [];
  walk.truncated = true;
}

/** Its root is one more than may be found. */
const roomOf = ({ depths }: Walk): number => MAX_NEIGHBOURS + 1 - depths.size;

function meet(walk: Walk, neighbours: ReadonlyMap<string, string[]>): void {
  for (const id of walk.frontier) for (const other of neighbours.get(id) ?? []) if (!walk.depths.has(other)) walk.met.add(other);
  // One more than there is room for says that there are more.
  const most = roomOf(walk) + 1;
  if (walk.met.size > most) walk.met = new Set([...walk.met].sort().slice(0, most));
}

function goOn(walk: Walk, level: number): void {
  const room = roomOf(walk);
  const next = [...walk.met].sort().slice(0, room);
  for (const id of next) walk.depths.set(id, level);
  walk.truncated = walk.met.size > room;
  walk.frontier = walk.truncated ? [] : next;
  walk.met = new Set();
}
