import { describe, expect, it } from 'vitest';
import { flowId, mergeAnswers, stepsFrom, type Answer, type Edge, type Node } from './graph';

const node = (id: string, depth: number, unexpanded = 0): Node =>
  ({
    id,
    depth,
    unexpanded,
    job: null,
    run: null,
    asset: { id, name: `db.s.${id}`, displayName: id, kind: 'TABLE', path: ['db', 's', id] },
  }) as Node;
const edge = (from: string, to: string, more: Partial<Edge> = {}): Edge =>
  ({
    from,
    to,
    kind: 'TABLE',
    origin: 'NATIVE',
    transformation: 'DIRECT',
    confidence: 1,
    validFrom: '2026-01-01T00:00:00Z',
    validTo: null,
    ...more,
  }) as Edge;
const answer = (rootId: string, reach: number, nodes: Node[], edges: Edge[], truncated = false): Answer => ({
  rootId,
  reach,
  nodes,
  edges,
  truncated,
});

describe('the answers about lineage, merged', () => {
  const base = answer('b', 1, [node('b', 0), node('a', 1), node('c', 1), node('d', 2), node('e', 2)], [
    edge('a', 'b'),
    edge('b', 'c'),
    edge('c', 'd'),
    edge('c', 'e'),
  ]); // prettier-ignore

  it('shows what is within reach, and counts what lies behind it', () => {
    const graph = mergeAnswers([base]);
    expect(graph.nodes.map(({ id, step, folded }) => [id, step, folded])).toEqual([
      ['a', -1, 0],
      ['b', 0, 0],
      ['c', 1, 2],
    ]);
    expect(graph.flows.map(({ id }) => id)).toEqual([flowId('a', 'b'), flowId('b', 'c')]);
    expect(graph.folded).toBe(2);
  });

  it('shows the neighbours of an expanded node once, and folds what is behind them', () => {
    const expanded = answer(
      'c',
      1,
      [node('c', 0), node('d', 1), node('e', 1), node('f', 2)],
      [edge('c', 'd'), edge('c', 'e'), edge('d', 'f')],
    );
    const graph = mergeAnswers([base, expanded]);
    expect(graph.nodes.map(({ id, folded }) => [id, folded])).toEqual([
      ['a', 0],
      ['b', 0],
      ['c', 0],
      ['d', 1],
      ['e', 0],
    ]);
    expect(graph.byId.get('d')?.step).toBe(2);
  });

  it('counts those that the budget cut off, but not those that came with another answer', () => {
    const cutOff = answer('b', 1, [node('b', 0, 2), node('c', 1)], [edge('b', 'c')], true);
    expect(mergeAnswers([cutOff]).byId.get('b')?.folded).toBe(2);
    expect(mergeAnswers([cutOff]).isTruncated).toBe(true);
    const other = answer('c', 1, [node('c', 0), node('x', 1)], [edge('x', 'c'), edge('b', 'x')]);
    expect(mergeAnswers([cutOff, other]).byId.get('b')?.folded).toBe(1);
  });

  it('takes what two origins tell for one flow, and leaves out what flows into itself', () => {
    const graph = mergeAnswers([
      answer('a', 1, [node('a', 0), node('b', 1)], [edge('a', 'b'), edge('a', 'b', { origin: 'PARSED' }), edge('a', 'a')]),
    ]);
    expect(graph.flows).toHaveLength(1);
    expect(graph.flows[0]?.edges).toHaveLength(2);
  });

  it('marks what came and what went, and draws what is gone', () => {
    const gone = edge('z', 'b', { validTo: '2026-02-02T00:00:00Z' });
    const graph = mergeAnswers([base], {
      diff: { added: [edge('b', 'c')], removed: [gone], addedNodes: [node('c', 1)], removedNodes: [node('z', 1)] },
    });
    expect(graph.byId.get('c')?.mark).toEqual({ is: 'added', at: '2026-01-01T00:00:00Z' });
    expect(graph.byId.get('z')?.mark).toEqual({ is: 'removed', at: '2026-02-02T00:00:00Z' });
    expect(graph.byId.get('z')?.step).toBe(-1);
    expect(graph.flows.find(({ id }) => id === flowId('a', 'b'))?.mark).toBeNull();
  });

  it('does not call a flow new that another origin has long told', () => {
    const both = answer('a', 1, [node('a', 0), node('b', 1)], [edge('a', 'b'), edge('a', 'b', { origin: 'DECLARED' })]);
    const graph = mergeAnswers([both], {
      diff: { added: [edge('a', 'b', { origin: 'DECLARED' })], removed: [], addedNodes: [], removedNodes: [] },
    });
    expect(graph.flows[0]?.mark).toBeNull();
  });
});

describe('steps from the root', () => {
  it('go both ways, end in circles, and count what is beside from its neighbour', () => {
    const flows = [
      { from: 'a', to: 'r' },
      { from: 'r', to: 'b' },
      { from: 'b', to: 'c' },
      { from: 'c', to: 'b' },
      { from: 'x', to: 'c' },
    ];
    expect(Object.fromEntries(stepsFrom('r', ['a', 'r', 'b', 'c', 'x', 'alone'], flows))).toEqual({
      r: 0,
      a: -1,
      b: 1,
      c: 2,
      x: 1,
      alone: 0,
    });
  });
  it('come to an end where the root is in a circle', () => {
    const flows = [
      { from: 'r', to: 'a' },
      { from: 'a', to: 'b' },
      { from: 'b', to: 'r' },
    ];
    const steps = stepsFrom('r', ['r', 'a', 'b'], flows);
    expect(steps.get('a')).toBe(1);
    expect(Math.abs(steps.get('b')!)).toBe(1);
  });
});
