import { expect, it } from 'vitest';
import { levelsOf, pathTo, toNodes, withDescendants, type Node } from './nodes';

const node = (id: string, parent: string | null = null): Node => ({
  id,
  name: id.toUpperCase(),
  version: 1,
  parent: parent === null ? null : { id: parent },
});
const names = (nodes: readonly Node[] | undefined) => nodes?.map(({ id }) => id);
const TREE = toNodes([node('c', 'b'), node('a'), node('b', 'a'), node('d', 'b'), node('e')]);

it('is a tree of what names its parents, each level in the order given', () => {
  expect(names(TREE.children.get(''))).toEqual(['a', 'e']);
  expect(names(TREE.children.get('b'))).toEqual(['c', 'd']);
  expect(TREE.children.has('e')).toBe(false);
});

it('has at the top what has a parent that is not there, or is above itself', () => {
  expect(names(toNodes([node('x', 'gone'), node('y', 'x')]).children.get(''))).toEqual(['x']);
  const circle = toNodes([node('p', 'q'), node('q', 'p'), node('r', 'q')]);
  expect(names(circle.children.get(''))).toEqual(['p', 'q']);
  expect(names(circle.children.get('q'))).toEqual(['r']);
  expect(names(pathTo(circle, 'r'))).toEqual(['p', 'q']);
});

it('knows the way to a node, and what is below it', () => {
  expect(names(pathTo(TREE, 'd'))).toEqual(['a', 'b']);
  expect(pathTo(TREE, 'a')).toEqual([]);
  expect(pathTo(TREE, 'unknown')).toEqual([]);
  expect([...withDescendants(TREE, 'a')]).toEqual(['a', 'b', 'c', 'd']);
});

it('shows fifty of a level, then the next fifty', () => {
  const wide = toNodes(Array.from({ length: 120 }, (_, index) => node(`n${index}`)));
  expect(levelsOf(wide, new Map()).get('')).toMatchObject({ total: 120, hasMore: true, items: { length: 50 } });
  expect(levelsOf(wide, new Map([['', 3]])).get('')).toMatchObject({ total: 120, hasMore: false, items: { length: 120 } });
});

it('tells how many are in a branch, and has a level of nothing where there is nothing', () => {
  expect(levelsOf(TREE, new Map()).get('')!.items).toMatchObject([
    { id: 'a', isBranch: true, count: 1 },
    { id: 'e', isBranch: false, count: null },
  ]);
  expect(levelsOf(toNodes([]), new Map()).get('')).toMatchObject({ items: [], total: 0 });
});
