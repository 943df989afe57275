/** What is behind an answer's edges, as nodes of it: jobs, and their runs. No way leads through them: what one job moves need not have to do with each other. */
import type { GraphEdge } from '../graph/index.ts';
import type { LineageGraph, LineageNode } from './lineage.ts';

type Found = Pick<LineageGraph, 'nodes' | 'edges'>;

/**
 * The first `room` of them, the jobs before the runs, each by depth and id: as far as the farther end of the nearest flow that it moves. `isCut`: there
 * are more, whose names the edges have.
 */
export function listMovers(found: Found, room: number): { jobs: LineageNode[]; runs: LineageNode[]; isCut: boolean } {
  const jobs = byDepth(found, ({ jobId }) => jobId);
  const runs = byDepth(found, ({ runId }) => runId);
  const left = Math.max(0, room - jobs.length);
  return { jobs: jobs.slice(0, room), runs: runs.slice(0, left), isCut: jobs.length + runs.length > room };
}

function byDepth({ nodes, edges }: Found, moverOf: (edge: GraphEdge) => string | null): LineageNode[] {
  const depths = new Map(nodes.map(({ id, depth }) => [id, depth]));
  const nearest = new Map<string, number>();
  for (const edge of edges) {
    const mover = moverOf(edge);
    if (mover === null) continue;
    const depth = Math.max(depths.get(edge.fromId)!, depths.get(edge.toId)!);
    nearest.set(mover, Math.min(depth, nearest.get(mover) ?? depth));
  }
  return [...nearest].map(([id, depth]) => ({ id, depth, unexpanded: 0 })).sort((a, b) => a.depth - b.depth || (a.id < b.id ? -1 : 1));
}
