/** The graph as it is drawn: what a job moves goes through the job's node. Ways, steps and counts stay those between assets. */
import { flowId, fullNameOf, stepsFrom, type Edge, type Flow, type Graph, type Mark, type Shown } from './graph';
import type { Highlight } from './paths';

/** From an asset to a job, or from a job to an asset. `flows`: those that go through it. */
type Piece = Flow & { edges: Edge[]; jobId: string; flows: Flow[] };
export type Drawn = Graph & { pieces: ReadonlyMap<string, Piece>; jobIds: ReadonlySet<string> };

export function drawJobs(graph: Graph): Drawn {
  const pieces = new Map<string, Piece>();
  const jobs = new Map<string, NonNullable<Edge['job']>>();
  const direct: Flow[] = [];
  for (const flow of graph.flows) {
    const byJob = Map.groupBy(flow.edges, ({ job }) => job?.id);
    const own = byJob.get(undefined);
    if (own) direct.push(byJob.size > 1 ? { ...flow, edges: own } : flow);
    for (const [jobId, edges] of byJob) {
      if (jobId === undefined) continue;
      jobs.set(jobId, edges[0]!.job!);
      for (const [from, to] of [
        [flow.from, jobId],
        [jobId, flow.to],
      ] as const) {
        const id = flowId(from, to);
        const piece = pieces.get(id) ?? { id, from, to, edges: [], mark: null, jobId, flows: [] };
        piece.edges.push(...edges);
        piece.flows.push(flow);
        pieces.set(id, piece);
      }
    }
  }
  if (jobs.size === 0) return { ...graph, pieces, jobIds: new Set() };
  for (const piece of pieces.values()) piece.mark = commonMark(piece.flows);
  const flows = [...direct, ...pieces.values()];
  const steps = stepsFrom(graph.rootId, [], flows);
  const nodes = [
    ...graph.nodes.map((node): Shown => ({ ...node, step: steps.get(node.id) ?? node.step })),
    ...[...jobs].map(([id, job]): Shown => ({
      id,
      asset: null,
      job,
      step: steps.get(id) ?? 0,
      folded: 0,
      mark: commonMark([...pieces.values()].filter(({ jobId }) => jobId === id)),
    })),
  ].toSorted((a, b) => a.step - b.step || fullNameOf(a).localeCompare(fullNameOf(b)) || (a.id < b.id ? -1 : 1));
  return { ...graph, nodes, flows, byId: new Map(nodes.map((node) => [node.id, node])), pieces, jobIds: new Set(jobs.keys()) };
}

/** Of what all came, or all went; else none. */
function commonMark(flows: readonly { mark: Mark | null }[]): Mark | null {
  const [first] = flows;
  return flows.every(({ mark }) => mark?.is === first?.mark?.is) ? (first?.mark ?? null) : null;
}

/** What a click on something drawn chooses: of a piece the flow that it is of, or the job where it is of several. */
export function chosenBy({ pieces }: Drawn, id: string): string {
  const piece = pieces.get(id);
  if (!piece) return id;
  return piece.flows.length === 1 ? piece.flows[0]!.id : piece.jobId;
}

/** All that a job moves, of what is shown. */
export function movedBy(jobId: string, { flows }: Graph): Flow[] {
  return flows.filter(({ edges }) => edges.some(({ job }) => job?.id === jobId));
}

/** With the pieces of the flows that are on it, and their jobs. `jobId`: of that one only, where it is what was chosen. */
export function highlightDrawn({ pieces }: Drawn, highlight: Highlight, jobId?: string): Highlight {
  const on = [...pieces.values()].filter(
    (piece) => (jobId ?? piece.jobId) === piece.jobId && piece.flows.some(({ id }) => highlight.flows.has(id)),
  );
  return {
    nodes: new Set([...highlight.nodes, ...on.map((piece) => piece.jobId)]),
    flows: new Set([...highlight.flows, ...on.map(({ id }) => id)]),
  };
}
