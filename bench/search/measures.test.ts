import { expect, it } from 'vitest';
import { ndcg, recall } from './measures.ts';

it('nDCG is that of the example that textbooks calculate', () => {
  const grades = [3, 2, 3, 0, 1, 2];
  expect(ndcg(grades, grades, 6)).toBeCloseTo(13.8483 / 14.5954, 4);
});

it('nDCG is 1 for the best order, and for any order of equals', () => {
  expect(ndcg([3, 2, 2, 1, 0], [0, 2, 1, 3, 2], 10)).toBe(1);
});

it('nDCG tells of what is missing, and of nothing below its depth', () => {
  expect(ndcg([], [3, 1], 10)).toBe(0);
  expect(ndcg([0, 3], [3, 0], 10)).toBeCloseTo(1 / Math.log2(3), 10);
  expect(ndcg([3, 0, 2], [3, 2, 0], 2)).toBeCloseTo(7 / (7 + 3 / Math.log2(3)), 10);
});

it('recall is how much of it was found, of as much as there is room for', () => {
  expect(recall([0, 1, 3], [1, 3, 2, 0, 0], 20)).toBeCloseTo(2 / 3, 10);
  expect(recall([1, 1, 0, 2], [1, 1, 1, 2], 3)).toBeCloseTo(2 / 3, 10);
});
