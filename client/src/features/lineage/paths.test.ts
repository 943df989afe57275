import { expect, it } from 'vitest';
import { pathsBetween, pathThrough } from './paths';

const ways = ['ab', 'bc', 'cd', 'bd', 'xc', 'dy'].map((id) => ({ id, from: id[0]!, to: id[1]! }));
const told = ({ nodes, flows }: ReturnType<typeof pathsBetween>): string =>
  `${[...nodes].toSorted().join('')} ${[...flows].toSorted().join(' ')}`;

it('finds all ways between two, whichever is chosen first', () => {
  expect(told(pathsBetween('a', 'd', ways))).toBe('abcd ab bc bd cd');
  expect(told(pathsBetween('d', 'a', ways))).toBe('abcd ab bc bd cd');
});
it('finds none between two that are only both read by a third', () => {
  expect(told(pathsBetween('a', 'x', ways))).toBe('ax ');
});
it('follows a column to both sides', () => {
  expect(told(pathThrough('c', ways))).toBe('abcdxy ab bc cd dy xc');
});
it('comes to an end in a circle', () => {
  const circle = ['ab', 'bc', 'ca'].map((id) => ({ id, from: id[0]!, to: id[1]! }));
  expect(told(pathsBetween('a', 'b', circle))).toBe('abc ab bc ca');
});
