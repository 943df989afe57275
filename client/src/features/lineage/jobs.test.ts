import { describe, expect, it } from 'vitest';
import { flowId, mergeAnswers, nameOf, placeOf, runName, type Edge, type Node } from './graph';
import { chosenBy, drawJobs, highlightDrawn, movedBy } from './jobs';
import { highlightOf } from './paths';

const JOB = { __typename: 'Job' as const, id: 'j', name: 'nightly', namespace: 'airflow' };
const node = (id: string, depth: number): Node =>
  ({ id, depth, unexpanded: 0, job: null, run: null, asset: { id, name: id, displayName: id, kind: 'TABLE', path: [id] } }) as Node;
const RUN = {
  __typename: 'Run' as const,
  id: 'u',
  runId: '3f2a9c1e-0000-4000-8000-000000000000',
  state: 'COMPLETED' as const,
  startedAt: null,
  endedAt: null,
};
const jobNode = (depth: number): Node => ({ id: JOB.id, depth, unexpanded: 0, job: JOB, asset: null }) as unknown as Node;
const edge = (from: string, to: string, job: Edge['job'] = null, origin = 'DECLARED', run: Edge['run'] = null): Edge =>
  ({ from, to, job, run, origin, kind: 'TABLE', validFrom: '2026-01-01T00:00:00Z', validTo: null }) as Edge;

/** `a` and `b` into `r` by a job, which also moves `r` into `c`; what a source says of `b` besides goes past it. */
const graph = mergeAnswers([
  {
    rootId: 'r',
    reach: 2,
    truncated: false,
    nodes: [node('r', 0), node('a', 1), node('b', 1), node('c', 1), node('d', 2), jobNode(1)],
    edges: [edge('a', 'r', JOB), edge('b', 'r', JOB), edge('b', 'r', null, 'NATIVE'), edge('r', 'c', JOB), edge('c', 'd')],
  },
]);
const drawn = drawJobs(graph);

describe('jobs', () => {
  it('are no assets: ways and counts are those between assets', () => {
    expect(graph.nodes.map(({ id, step }) => [id, step])).toEqual([
      ['a', -1],
      ['b', -1],
      ['r', 0],
      ['c', 1],
      ['d', 2],
    ]);
    expect(graph.flows.map(({ id }) => id)).not.toContain(flowId('a', 'j'));
    expect(movedBy('j', graph).map(({ id }) => id)).toEqual([flowId('a', 'r'), flowId('b', 'r'), flowId('r', 'c')]);
  });

  it('are drawn between the ends of what they move, each once, and not on the way of what others say', () => {
    expect(drawn.nodes.filter(({ job }) => job)).toHaveLength(1);
    expect(drawn.flows.map(({ id }) => id).toSorted()).toEqual(
      [
        flowId('a', 'j'),
        flowId('b', 'j'),
        flowId('j', 'r'),
        flowId('r', 'j'),
        flowId('j', 'c'),
        flowId('b', 'r'),
        flowId('c', 'd'),
      ].toSorted(),
    );
    expect(drawn.flows.find(({ id }) => id === flowId('b', 'r'))?.edges.map(({ origin }) => origin)).toEqual(['NATIVE']);
    for (const { from, to } of drawn.flows) expect(drawn.byId.has(from) && drawn.byId.has(to)).toBe(true);
  });

  it('leave a graph without them as it is', () => {
    const plain = mergeAnswers([{ rootId: 'r', reach: 1, truncated: false, nodes: [node('r', 0), node('a', 1)], edges: [edge('a', 'r')] }]);
    expect(drawJobs(plain)).toMatchObject({ nodes: plain.nodes, flows: plain.flows });
  });

  it('are chosen by what is of several flows; what is of one chooses that', () => {
    expect(chosenBy(drawn, flowId('a', 'j'))).toBe(flowId('a', 'r'));
    expect(chosenBy(drawn, flowId('j', 'r'))).toBe('j');
    expect(chosenBy(drawn, flowId('b', 'r'))).toBe(flowId('b', 'r'));
    expect(chosenBy(drawn, 'a')).toBe('a');
  });

  it('are on the path of a flow that they move', () => {
    const { nodes, flows } = highlightDrawn(drawn, highlightOf(graph, 'a')!);
    expect([...nodes].toSorted()).toEqual(['a', 'j', 'r']);
    expect(flows.has(flowId('a', 'j')) && flows.has(flowId('j', 'r'))).toBe(true);
    expect(flows.has(flowId('j', 'c'))).toBe(false);
  });
});

describe('runs', () => {
  const told = mergeAnswers([
    {
      rootId: 'r',
      reach: 1,
      truncated: false,
      nodes: [
        node('r', 0),
        node('a', 1),
        node('b', 1),
        node('c', 1),
        jobNode(1),
        { id: RUN.id, depth: 1, unexpanded: 0, job: null, asset: null, run: RUN } as unknown as Node,
      ],
      edges: [edge('a', 'r', JOB, 'EVENT', RUN), edge('a', 'r', JOB), edge('b', 'r', JOB, 'EVENT', RUN), edge('r', 'c', JOB)],
    },
  ]);
  const runs = drawJobs(told);

  it('are no assets, and drawn after their job on the way of what they told', () => {
    expect(told.nodes.map(({ id }) => id)).toEqual(['a', 'b', 'r', 'c']);
    expect(runs.nodes.map(({ id, job, run }) => [id, Boolean(job), Boolean(run)])).toContainEqual(['u', false, true]);
    expect(runs.flows.map(({ id }) => id).toSorted()).toEqual(
      [
        flowId('a', 'j'),
        flowId('b', 'j'),
        flowId('j', 'u'),
        flowId('u', 'r'),
        // Somebody else says so of the job, too, and of what it moves besides nobody told a run.
        flowId('j', 'r'),
        flowId('r', 'j'),
        flowId('j', 'c'),
      ].toSorted(),
    );
    for (const { from, to } of runs.flows) expect(runs.byId.has(from) && runs.byId.has(to)).toBe(true);
  });

  it('are named by their start, or by their id where nobody told it', () => {
    expect(nameOf(runs.byId.get('u')!)).toBe('Run 3f2a9c1e');
    expect(placeOf(runs.byId.get('u')!)).toBe('completed');
    expect(runName({ ...RUN, startedAt: '2020-03-01T02:00:00Z' })).toMatch(/^Run of .*2020/);
  });

  it('are chosen by what is of several flows that they told', () => {
    expect(movedBy('u', told).map(({ id }) => id)).toEqual([flowId('a', 'r'), flowId('b', 'r')]);
    expect([chosenBy(runs, flowId('j', 'u')), chosenBy(runs, flowId('u', 'r'))]).toEqual(['u', 'u']);
    expect([chosenBy(runs, flowId('a', 'j')), chosenBy(runs, flowId('b', 'j'))]).toEqual([flowId('a', 'r'), flowId('b', 'r')]);
  });

  it('show the way of what they told when they are chosen, and that of all that their job moves when it is', () => {
    const chosen = (id: string) => highlightDrawn(runs, { nodes: new Set(), flows: new Set(movedBy(id, told).map((flow) => flow.id)) }, id);
    expect([...chosen('u').nodes].toSorted()).toEqual(['j', 'u']);
    expect(chosen('u').flows.has(flowId('u', 'r')) && chosen('u').flows.has(flowId('b', 'j'))).toBe(true);
    expect(chosen('u').flows.has(flowId('j', 'c'))).toBe(false);
    expect(chosen('j').flows.has(flowId('j', 'c')) && chosen('j').flows.has(flowId('u', 'r'))).toBe(true);
  });
});
