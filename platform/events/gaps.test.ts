import { describe, expect, it } from 'vitest';
import { dropAbandoned, gapsAfter, mergeGaps, type Gap } from './gaps.ts';

const gap = (first: number, last: number, more: Partial<Gap> = {}): Gap => ({ first, last, seenAt: 0, heldBefore: null, ...more });
const ranges = (gaps: readonly Gap[]) => gaps.map(({ first, last }) => [first, last]);

describe('gapsAfter', () => {
  it('finds nothing missing when ids follow each other', () => {
    expect(gapsAfter([], 3, [4, 5, 6], 9)).toEqual([]);
  });

  it('remembers the ids that were jumped over, and when', () => {
    expect(gapsAfter([], 3, [5, 6, 10], 9)).toEqual([gap(4, 4, { seenAt: 9 }), gap(7, 9, { seenAt: 9 })]);
  });

  it('keeps what is left of a gap when ids of it turn up', () => {
    expect(ranges(gapsAfter([gap(4, 9)], 20, [4, 6, 7], 9))).toEqual([
      [5, 5],
      [8, 9],
    ]);
    expect(ranges(gapsAfter([gap(4, 9)], 20, [4, 5, 6, 7, 8, 9, 21], 9))).toEqual([]);
  });

  it('keeps gaps that nothing turned up for', () => {
    const gaps = [gap(4, 9, { heldBefore: 5 }), gap(11, 12)];
    expect(gapsAfter(gaps, 20, [], 9)).toEqual(gaps);
  });

  it('takes ids that a sweep found outside of any gap', () => {
    expect(ranges(gapsAfter([gap(4, 9), gap(15, 16)], 20, [2, 5, 12, 15, 22], 9))).toEqual([
      [4, 4],
      [6, 9],
      [16, 16],
      [21, 21],
    ]);
  });
});

describe('dropAbandoned', () => {
  it('waits a second before it says which transactions may hold a gap', () => {
    expect(dropAbandoned([gap(1, 2, { seenAt: 100 })], { now: 1_099, oldest: 7, next: 9 })).toEqual([gap(1, 2, { seenAt: 100 })]);
    expect(dropAbandoned([gap(1, 2, { seenAt: 100 })], { now: 1_100, oldest: 7, next: 9 })).toEqual([
      gap(1, 2, { seenAt: 100, heldBefore: 9 }),
    ]);
  });

  it('drops a gap once all of those have ended', () => {
    expect(dropAbandoned([gap(1, 2, { heldBefore: 9 })], { now: 5_000, oldest: 8, next: 12 })).toHaveLength(1);
    expect(dropAbandoned([gap(1, 2, { heldBefore: 9 })], { now: 5_000, oldest: 9, next: 12 })).toHaveLength(0);
  });
});

describe('mergeGaps', () => {
  it('merges the nearest neighbours until there are few enough', () => {
    const gaps = [gap(1, 1), gap(3, 3, { seenAt: 5, heldBefore: 7 }), gap(50, 50), gap(52, 53), gap(90, 90)];
    expect(ranges(mergeGaps(gaps, 3))).toEqual([
      [1, 3],
      [50, 53],
      [90, 90],
    ]);
    expect(mergeGaps(gaps, 5)).toEqual(gaps);
    expect(mergeGaps(gaps.slice(0, 2), 1)).toEqual([gap(1, 3, { seenAt: 5, heldBefore: null })]);
  });

  it('never gives more than asked for, also when all are equally near', () => {
    const gaps = Array.from({ length: 1_000 }, (_, index) => gap(index * 2, index * 2));
    expect(mergeGaps(gaps, 10).length).toBeLessThanOrEqual(10);
    expect(mergeGaps(gaps, 10).at(-1)!.last).toBe(1_998);
  });
});
