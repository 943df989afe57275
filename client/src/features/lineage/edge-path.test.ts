import { expect, it } from 'vitest';
import { edgeDrawer } from './edge-path';
import { LAYER_GAP, NODE_HEIGHT, NODE_WIDTH, type Place, type Places } from './layout';

const NEXT = NODE_WIDTH + LAYER_GAP;
const MIDDLE = NODE_HEIGHT / 2;
/** Three in a row; beside the second one stands another, as near as columns leave it. */
const places: Places = new Map([
  ['a', { x: 0, y: 0 }],
  ['b', { x: NEXT, y: 0 }],
  ['below', { x: NEXT, y: 60 }],
  ['c', { x: 2 * NEXT, y: 0 }],
]);
const rightOf = (id: string): Place => ({ x: places.get(id)!.x + NODE_WIDTH, y: places.get(id)!.y + MIDDLE });
const leftOf = (id: string): Place => ({ x: places.get(id)!.x, y: places.get(id)!.y + MIDDLE });
/** Where a path runs straight past a layer: what it comes from, and how high it is there. */
const passes = (path: string): { y: number; until: number }[] =>
  [...path.matchAll(/ (-?[\d.]+)H(-?[\d.]+)/g)].map(([, y, until]) => ({ y: Number(y), until: Number(until) }));

it('an edge to the next layer is one curve', () => {
  const { path } = edgeDrawer(places, new Map())(rightOf('a'), leftOf('b'));
  expect([path.match(/C/g)?.length, passes(path)]).toEqual([1, []]);
});

it('an edge over a layer leads past what stands there, on the nearer side', () => {
  const draw = edgeDrawer(places, new Map());
  expect(passes(draw(rightOf('a'), leftOf('c')).path)).toEqual([{ y: -8, until: NEXT + NODE_WIDTH }]);
  // From and to the lower halves there is room between the two.
  expect(passes(draw({ x: NODE_WIDTH, y: 40 }, { x: 2 * NEXT, y: 40 }).path)).toEqual([{ y: 52, until: NEXT + NODE_WIDTH }]);
});

it('a node that shows columns is passed as high as it is', () => {
  const draw = edgeDrawer(new Map([...places].filter(([id]) => id !== 'below')), new Map([['b', 140]]));
  expect(passes(draw({ x: NODE_WIDTH, y: 100 }, { x: 2 * NEXT, y: 100 }).path)).toEqual([{ y: 148, until: NEXT + NODE_WIDTH }]);
});

it('an edge back to an earlier layer swings out', () => {
  const { path } = edgeDrawer(places, new Map())(rightOf('c'), leftOf('a'));
  expect(passes(path)).toEqual([]);
  expect(Number(/C([\d.]+) /.exec(path)![1])).toBeGreaterThan(2 * NEXT + NODE_WIDTH + 48);
});
