/**
 * The graph as it is drawn: what a job moves goes through the job's node, and then through that of the run which told so. Ways, steps and counts
 * stay those between assets.
 */
import { flowId, fullNameOf, stepsFrom, type Edge, type Flow, type Graph, type Mark, type Shown } from './graph';
import type { Highlight } from './paths';

type Mover = Pick<Shown, 'job' | 'run'>;
/** Between two that follow each other on a flow's way. `flows`: those that go along it; `ends`: its jobs and runs; `by`: all that these flows go through. */
type Piece = Flow & { edges: Edge[]; flows: Flow[]; ends: readonly string[]; by: Set<string> };
/** `movers`: ids of jobs and runs. */
export type Drawn = Graph & { pieces: ReadonlyMap<string, Piece>; movers: ReadonlySet<string> };

const moversOf = ({ job, run }: Edge): string[] => (job ? [job.id, ...(run ? [run.id] : [])] : []);

export function drawJobs(graph: Graph): Drawn {
  const pieces = new Map<string, Piece>();
  const movers = new Map<string, Mover>();
  const direct: Flow[] = [];
  for (const flow of graph.flows) {
    for (const edges of Map.groupBy(flow.edges, (edge) => moversOf(edge).join('~')).values()) {
      const { job, run } = edges[0]!;
      const through = moversOf(edges[0]!);
      if (!job) direct.push(edges.length < flow.edges.length ? { ...flow, edges } : flow);
      else movers.set(job.id, { job, run: null });
      if (job && run) movers.set(run.id, { job: null, run });
      const way = [flow.from, ...through, flow.to];
      for (const [index, to] of job ? way.slice(1).entries() : []) {
        const from = way[index]!;
        const id = flowId(from, to);
        const ends = [from, to].filter((end) => through.includes(end));
        const piece = pieces.get(id) ?? { id, from, to, edges: [], mark: null, flows: [], ends, by: new Set() };
        piece.edges.push(...edges);
        if (piece.flows.at(-1) !== flow) piece.flows.push(flow);
        for (const mover of through) piece.by.add(mover);
        pieces.set(id, piece);
      }
    }
  }
  if (movers.size === 0) return { ...graph, pieces, movers: new Set() };
  for (const piece of pieces.values()) piece.mark = commonMark(piece.flows);
  const flows = [...direct, ...pieces.values()];
  const steps = stepsFrom(graph.rootId, [], flows);
  const nodes = [
    ...graph.nodes.map((node): Shown => ({ ...node, step: steps.get(node.id) ?? node.step })),
    ...[...movers].map(([id, mover]): Shown => ({
      id,
      asset: null,
      ...mover,
      step: steps.get(id) ?? 0,
      folded: 0,
      mark: commonMark([...pieces.values()].filter(({ ends }) => ends.includes(id))),
    })),
  ].toSorted((a, b) => a.step - b.step || fullNameOf(a).localeCompare(fullNameOf(b)) || (a.id < b.id ? -1 : 1));
  return { ...graph, nodes, flows, byId: new Map(nodes.map((node) => [node.id, node])), pieces, movers: new Set(movers.keys()) };
}

/** Of what all came, or all went; else none. */
function commonMark(flows: readonly { mark: Mark | null }[]): Mark | null {
  const [first] = flows;
  return flows.every(({ mark }) => mark?.is === first?.mark?.is) ? (first?.mark ?? null) : null;
}

/** What a click on something drawn chooses: of a piece the flow that it is of, or the job or run where it is of several. */
export function chosenBy({ pieces }: Drawn, id: string): string {
  const piece = pieces.get(id);
  if (!piece) return id;
  return piece.flows.length === 1 ? piece.flows[0]!.id : piece.ends.at(-1)!;
}

/** All that a job moves, or that a run told, of what is shown. */
export function movedBy(id: string, { flows }: Graph): Flow[] {
  return flows.filter(({ edges }) => edges.some((edge) => moversOf(edge).includes(id)));
}

/** With the pieces of the flows that are on it, and their jobs and runs. `mover`: through that one only, where it is what was chosen. */
export function highlightDrawn({ pieces }: Drawn, highlight: Highlight, mover?: string): Highlight {
  const on = [...pieces.values()].filter(
    ({ by, flows }) => (mover === undefined || by.has(mover)) && flows.some(({ id }) => highlight.flows.has(id)),
  );
  return {
    nodes: new Set([...highlight.nodes, ...on.flatMap(({ ends }) => ends)]),
    flows: new Set([...highlight.flows, ...on.map(({ id }) => id)]),
  };
}
