import { describe, expect, it } from 'vitest';
import type { Graph } from './graph';
import { LAYER_GAP, layersOf, neighbourAt, NODE_HEIGHT, NODE_WIDTH, placeNew, pushApart, ROW_GAP, type Places } from './layout';

const NEXT = NODE_WIDTH + LAYER_GAP;
const places: Places = new Map([
  ['r', { x: 0, y: 0 }],
  ['a', { x: NEXT, y: 0 }],
  ['b', { x: NEXT, y: 68 }],
  ['c', { x: 2 * NEXT, y: 68 }],
]);
const flows = [
  { from: 'r', to: 'a' },
  { from: 'r', to: 'b' },
  { from: 'b', to: 'c' },
];
const graphOf = (ids: string[], more: { from: string; to: string }[] = []): Graph =>
  ({ rootId: 'r', nodes: ids.map((id) => ({ id })), flows: [...flows, ...more] }) as unknown as Graph;

describe('the layers for the keyboard', () => {
  it('are what stands above each other, from the top down', () => {
    expect(layersOf(places)).toEqual([['r'], ['a', 'b'], ['c']]);
  });
  it('lead along a flow to the left and right, and to the sibling up and down', () => {
    expect(neighbourAt('r', 'ArrowRight', places, flows)).toBe('a');
    expect(neighbourAt('c', 'ArrowLeft', places, flows)).toBe('b');
    expect(neighbourAt('a', 'ArrowDown', places, flows)).toBe('b');
    expect(neighbourAt('b', 'ArrowDown', places, flows)).toBeNull();
  });
  it('lead to the nearest of the next layer where no flow does', () => {
    expect(neighbourAt('a', 'ArrowRight', places, flows)).toBe('c');
    expect(neighbourAt('c', 'ArrowRight', places, flows)).toBeNull();
  });
});

describe('places', () => {
  it('of what stands do not change when neighbours come', () => {
    const graph = graphOf(
      ['r', 'a', 'b', 'c', 'd', 'e'],
      [
        { from: 'b', to: 'd' },
        { from: 'e', to: 'r' },
      ],
    );
    const next = placeNew(places, graph, new Map());
    for (const [id, place] of places) expect(next.get(id)).toEqual(place);
    expect(next.get('e')).toEqual({ x: -NEXT, y: 0 });
    // The place beside b is c's: it stands next to that.
    expect(next.get('d')?.x).toBe(2 * NEXT);
    expect(Math.abs(next.get('d')!.y - 68)).toBe(NODE_HEIGHT + ROW_GAP);
  });
  it('are found also for what is tied to nothing', () => {
    expect(placeNew(places, graphOf(['r', 'a', 'b', 'c', 'alone']), new Map()).has('alone')).toBe(true);
  });
  it('make room below a node that grows', () => {
    const next = pushApart(places, new Map([['a', 200]]));
    expect(next.get('b')!.y).toBeGreaterThanOrEqual(200);
    expect(next.get('c')).toEqual(places.get('c'));
  });
});
