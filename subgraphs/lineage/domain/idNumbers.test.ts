import { expect, it } from 'vitest';
import { newId } from '#platform/ids.ts';
import { createIdNumbers } from './idNumbers.ts';

it('numbers ids as they come, knows them again, and has them in the order of their text', () => {
  const ids = createIdNumbers();
  const given = ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', ...Array.from({ length: 20_000 }, newId)];
  expect(given.map(ids.numberOf)).toEqual([...given.keys()]);
  expect(given.map(ids.numberOf)).toEqual([...given.keys()]);
  expect(given.map((_, number) => ids.idOf(number))).toEqual(given);
  expect(ids.size()).toBe(given.length);
  expect([...given.keys()].sort(ids.compare).map(ids.idOf)).toEqual(given.toSorted());
});

it('tells ids apart that differ in one digit, wherever it is', () => {
  const ids = createIdNumbers();
  const zero = '00000000-0000-0000-0000-000000000000';
  const others = [...zero].flatMap((digit, at) => (digit === '-' ? [] : [`${zero.slice(0, at)}a${zero.slice(at + 1)}`]));
  expect([zero, ...others].map(ids.numberOf)).toEqual(Array.from({ length: 33 }, (_, number) => number));
});
