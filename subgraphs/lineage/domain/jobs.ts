/** The jobs behind an answer's edges, as nodes of it. No way leads through them: what one job moves need not have to do with each other. */
import type { LineageGraph, LineageNode } from './lineage.ts';

/**
 * The first `room`, by depth and id: a job is as far as the farther end of the nearest flow that it moves. `isCut`: there are more, whose names the
 * edges have.
 */
export function listJobs({ nodes, edges }: Pick<LineageGraph, 'nodes' | 'edges'>, room: number): { jobs: LineageNode[]; isCut: boolean } {
  const depths = new Map(nodes.map(({ id, depth }) => [id, depth]));
  const nearest = new Map<string, number>();
  for (const { fromId, toId, jobId } of edges) {
    if (jobId === null) continue;
    const depth = Math.max(depths.get(fromId)!, depths.get(toId)!);
    nearest.set(jobId, Math.min(depth, nearest.get(jobId) ?? depth));
  }
  const jobs = [...nearest].map(([id, depth]) => ({ id, depth, unexpanded: 0 })).sort(byDepth);
  return { jobs: jobs.slice(0, room), isCut: jobs.length > room };
}

const byDepth = (a: LineageNode, b: LineageNode): number => a.depth - b.depth || (a.id < b.id ? -1 : 1);
