/** Several answers about lineage laid over each other: what the canvas and the table show. Nothing here knows of React. */
import { formatEnum, formatRun } from '@/lib/format';
import type { LineageEdgePartsFragment, LineageNodePartsFragment } from '@/gql/graphql';

export type Node = LineageNodePartsFragment;
export type Edge = LineageEdgePartsFragment;

/** `reach`: nodes further away than this are known, and only counted: they are folded. */
export type Answer = { rootId: string; reach: number; truncated: boolean; nodes: readonly Node[]; edges: readonly Edge[] };
export type Diff = {
  added: readonly Edge[];
  removed: readonly Edge[];
  addedNodes: readonly Node[];
  removedNodes: readonly Node[];
};

/** `at`: since when it is there or gone, where an edge tells it. */
export type Mark = { is: 'added' | 'removed'; at: string | null };
export type Shown = {
  id: string;
  asset: Node['asset'];
  job: Node['job'];
  run: Node['run'];
  /** From the root along the flow: negative is upstream. */
  step: number;
  /** Neighbours that are not shown. */
  folded: number;
  mark: Mark | null;
};
/** All that is told of the way from one to the other: two origins are two edges. */
export type Flow = { id: string; from: string; to: string; edges: readonly Edge[]; mark: Mark | null };
export type Graph = {
  rootId: string;
  /** From the left to the right, in each step by name: the order of the table, of Tab and of screen readers. */
  nodes: readonly Shown[];
  flows: readonly Flow[];
  byId: ReadonlyMap<string, Shown>;
  folded: number;
  isTruncated: boolean;
};

export const flowId = (from: string, to: string): string => `${from}~${to}`;
const edgeId = ({ from, to, origin, kind, validFrom }: Edge): string => [from, to, origin, kind, validFrom].join('~');
const sameEdge = ({ from, to, origin, kind }: Edge): string => [from, to, origin, kind].join('~');

/** What a node is of: one of these, or none where catalog does not tell. */
type Thing = Pick<Shown, 'asset' | 'job' | 'run'>;
/** What it is called where there is little room; `unknown` where catalog does not tell. */
export const nameOf = ({ asset, job, run }: Thing): string => asset?.displayName ?? job?.name ?? (run ? runName(run) : 'unknown');
export const fullNameOf = ({ asset, job, run }: Thing): string =>
  asset?.name ?? job?.name ?? (run ? `${runName(run)} (${run.runId})` : 'unknown');
/** Its name is its start, as that of a scan's. */
export const runName = ({ startedAt, runId }: Pick<NonNullable<Node['run']>, 'startedAt' | 'runId'>): string =>
  `Run ${startedAt ? `of ${formatRun(new Date(startedAt))}` : runId.slice(0, 8)}`;
/** The schema, or the source of what has none. */
export const placeOf = ({ asset, job, run }: Thing): string =>
  asset ? (asset.path.at(-2) ?? asset.source?.name ?? '') : job ? `job, ${job.namespace}` : run ? formatEnum(run.state).toLowerCase() : '';
export const kindOf = ({ asset, job, run }: Thing): string => asset?.kind ?? (job || run ? 'PIPELINE' : 'UNKNOWN');

type Extra = { diff?: Diff | null; between?: { nodes: readonly Node[]; edges: readonly Edge[] } | null };

/** The first answer is the root's own; others are of nodes that were expanded. */
export function mergeAnswers(answers: readonly Answer[], { diff, between }: Extra = {}): Graph {
  const rootId = answers[0]?.rootId ?? '';
  const nearest = new Map<string, { node: Node; answer: Answer }>();
  const shown = new Set<string>();
  const edges = new Map<string, Edge>();
  for (const answer of answers) {
    for (const node of answer.nodes) {
      // Edges name the jobs and the runs; where they are drawn is no matter of how far away an asset is (`jobs.ts`).
      if (node.job || node.run) continue;
      const before = nearest.get(node.id);
      if (!before || node.depth < before.node.depth) nearest.set(node.id, { node, answer });
      if (node.depth <= answer.reach) shown.add(node.id);
    }
    for (const edge of answer.edges) edges.set(edgeId(edge), edge);
  }
  const nodes = new Map([...nearest].map(([id, { node }]) => [id, node]));
  for (const node of between?.nodes ?? []) {
    if (!nodes.has(node.id)) nodes.set(node.id, { ...node, unexpanded: 0 });
    shown.add(node.id);
  }
  for (const edge of between?.edges ?? []) edges.set(edgeId(edge), edge);

  const neighbours = neighboursOf(edges.values());
  const hidden = (id: string): number => {
    const all = neighbours.get(id) ?? new Set<string>();
    const known = [...all].filter((other) => !shown.has(other)).length;
    const told = nearest.get(id);
    if (!told || told.node.unexpanded === 0) return known;
    // Who was cut off there may have come with another answer.
    const there = neighboursOf(told.answer.edges).get(id)?.size ?? 0;
    return known + Math.max(0, told.node.unexpanded + there - all.size);
  };

  const added = new Set(diff?.added.map(sameEdge));
  const flows = groupFlows([...edges.values()].filter(({ from, to }) => shown.has(from) && shown.has(to)));
  for (const flow of flows.values()) {
    if (flow.edges.every((edge) => added.has(sameEdge(edge)))) flow.mark = { is: 'added', at: earliest(flow.edges) };
  }
  const removedNodes = new Map((diff?.removedNodes ?? []).filter(({ id }) => !shown.has(id)).map((node) => [node.id, node]));
  const isDrawn = (id: string): boolean => shown.has(id) || removedNodes.has(id);
  for (const flow of groupFlows((diff?.removed ?? []).filter(({ from, to }) => isDrawn(from) && isDrawn(to))).values()) {
    if (!flows.has(flow.id)) flows.set(flow.id, { ...flow, mark: { is: 'removed', at: latestEnd(flow.edges) } });
  }

  const ids = [...shown, ...removedNodes.keys()];
  const steps = stepsFrom(rootId, ids, [...flows.values()]);
  const addedIds = new Set(diff?.addedNodes.map(({ id }) => id));
  const markOf = (id: string): Mark | null => {
    const is = removedNodes.has(id) ? 'removed' : addedIds.has(id) ? 'added' : null;
    if (!is) return null;
    const own = [...flows.values()].filter(({ from, to, mark }) => (from === id || to === id) && mark?.is === is);
    const at = own.map(({ mark }) => mark?.at ?? '').toSorted();
    return { is, at: (is === 'added' ? at[0] : at.at(-1)) || null };
  };
  const list = ids.map((id): Shown => {
    const node = (nodes.get(id) ?? removedNodes.get(id))!;
    return {
      id,
      asset: node.asset,
      job: node.job,
      run: node.run,
      step: steps.get(id) ?? 0,
      folded: removedNodes.has(id) ? 0 : hidden(id),
      mark: markOf(id),
    };
  });
  list.sort((a, b) => a.step - b.step || fullNameOf(a).localeCompare(fullNameOf(b)) || (a.id < b.id ? -1 : 1));
  return {
    rootId,
    nodes: list,
    flows: [...flows.values()],
    byId: new Map(list.map((node) => [node.id, node])),
    folded: list.reduce((sum, { folded }) => sum + folded, 0),
    isTruncated: answers.some(({ truncated }) => truncated),
  };
}

function neighboursOf(edges: Iterable<Edge>): Map<string, Set<string>> {
  const neighbours = new Map<string, Set<string>>();
  const add = (id: string, other: string): void => {
    if (id === other) return;
    if (!neighbours.has(id)) neighbours.set(id, new Set());
    neighbours.get(id)!.add(other);
  };
  for (const { from, to } of edges) {
    add(from, to);
    add(to, from);
  }
  return neighbours;
}

function groupFlows(edges: readonly Edge[]): Map<string, Flow & { edges: Edge[] }> {
  const flows = new Map<string, Flow & { edges: Edge[] }>();
  for (const edge of edges) {
    const { from, to } = edge;
    if (from === to) continue;
    const id = flowId(from, to);
    const flow = flows.get(id) ?? { id, from, to, edges: [], mark: null };
    flow.edges.push(edge);
    flows.set(id, flow);
  }
  return flows;
}

export const earliest = (edges: readonly Edge[]): string | null => edges.map(({ validFrom }) => validFrom).toSorted()[0] ?? null;
/** Null while one of them holds. */
export const latestEnd = (edges: readonly Edge[]): string | null =>
  edges.some(({ validTo }) => !validTo)
    ? null
    : (edges
        .map(({ validTo }) => validTo!)
        .toSorted()
        .at(-1) ?? null);

/** How far each is from the root along the flow; what is beside the ways from and to the root is counted from its neighbour. */
export function stepsFrom(rootId: string, ids: readonly string[], flows: readonly Pick<Flow, 'from' | 'to'>[]): Map<string, number> {
  const steps = new Map<string, number>([[rootId, 0]]);
  for (const sign of [1, -1]) {
    let level = [rootId];
    for (let step = sign; level.length > 0; step += sign) {
      const from = new Set(level);
      const next = flows
        .flatMap((flow) => (sign > 0 ? (from.has(flow.from) ? [flow.to] : []) : from.has(flow.to) ? [flow.from] : []))
        .filter((id) => !steps.has(id) || (Math.abs(steps.get(id)!) > Math.abs(step) && id !== rootId));
      level = [...new Set(next)];
      for (const id of level) steps.set(id, step);
    }
  }
  for (let isChanged = true; isChanged;) {
    isChanged = false;
    for (const { from, to } of flows) {
      if (steps.has(from) === steps.has(to)) continue;
      if (steps.has(from)) steps.set(to, steps.get(from)! + 1);
      else steps.set(from, steps.get(to)! - 1);
      isChanged = true;
    }
  }
  for (const id of ids) if (!steps.has(id)) steps.set(id, 0);
  return steps;
}
