/** Asks elk in its worker; the worker is started with the first question and kept. */
import ELK, { type ELK as Elk } from 'elkjs/lib/elk-api.js';
import type { Graph } from './graph';
import { elkGraph, NODE_HEIGHT, placeBySteps, type Place, type Places } from './layout';

let elk: Elk | undefined;
const PATIENCE_MS = 15_000;

export async function arrange(graph: Graph, heights: ReadonlyMap<string, number>): Promise<Places> {
  try {
    elk ??= new ELK({
      workerFactory: () => new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module', name: 'lineage-layout' }),
    });
    const nodes = graph.nodes.map(({ id }) => ({ id, height: heights.get(id) ?? NODE_HEIGHT }));
    const answer = await Promise.race([
      elk.layout(elkGraph(nodes, graph.flows)),
      new Promise<never>((_, refuse) => setTimeout(() => refuse(new Error('The layout takes too long')), PATIENCE_MS)),
    ]);
    return new Map((answer.children ?? []).map(({ id, x = 0, y = 0 }): [string, Place] => [id, { x, y }]));
  } catch {
    // Nothing is lost but beauty; the next question tries a worker anew.
    elk?.terminateWorker();
    elk = undefined;
    return placeBySteps(graph, heights);
  }
}
