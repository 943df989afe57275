/** Neighbours of many assets at once, for lists below assets: all of an operation share one statement for each level. */
import type { GraphStore, View } from '../graph/index.ts';

export const MAX_NEIGHBOURS = 1_000;

export type Neighbour = { id: string; depth: number };
/** The first MAX_NEIGHBOURS by (depth, id). `truncated`: there are more. */
export type Neighbours = { rows: Neighbour[]; truncated: boolean };

type Walk = { depths: Map<string, number>; frontier: string[]; truncated: boolean };

/** Of each root; none for one that the viewer may not see. */
export async function readNeighbours(graph: GraphStore, view: View, rootIds: readonly string[], depth: number): Promise<Neighbours[]> {
  const walks = rootIds.map((id): Walk => ({ depths: new Map([[id, 0]]), frontier: [id], truncated: false }));
  for (let level = 1; level <= depth; level++) {
    const frontier = [...new Set(walks.flatMap((walk) => walk.frontier))];
    if (frontier.length === 0) break;
    // As many as a walk may have, its root and one more: some of them it may have met before.
    const neighbours = await graph.findNeighbours(view, frontier, MAX_NEIGHBOURS + 2);
    for (const walk of walks) goOn(walk, level, neighbours);
  }
  return walks.map(({ depths, truncated }) => ({
    rows: [...depths].slice(1).map(([id, at]) => ({ id, depth: at })),
    truncated,
  }));
}

function goOn(walk: Walk, level: number, neighbours: ReadonlyMap<string, string[]>): void {
  const found = new Set(walk.frontier.flatMap((id) => neighbours.get(id) ?? []).filter((id) => !walk.depths.has(id)));
  const room = MAX_NEIGHBOURS + 1 - walk.depths.size;
  walk.frontier = [...found].sort().slice(0, room);
  for (const id of walk.frontier) walk.depths.set(id, level);
  walk.truncated = found.size > room;
  if (walk.truncated) walk.frontier = [];
}
