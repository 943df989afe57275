import { describe, expect, it } from 'vitest';
import { createPageSize } from './pageSize.ts';

describe('the size of a page', () => {
  it('is halved by each failure, down to a few rows, also where pages were not full', () => {
    const size = createPageSize(5_000);
    const seen = [5_000, 5_000, 600, 300].map((rows) => {
      size.failed(rows);
      return size.rows();
    });
    expect(seen).toEqual([2_500, 1_250, 300, 150]);
    for (let times = 0; times < 10; times++) size.failed(size.rows());
    expect(size.rows()).toBe(10);
    const small = createPageSize(2);
    small.failed(2);
    expect(small.rows()).toBe(2);
  });

  it('grows again after many that went well in a row, up to what it was', () => {
    const size = createPageSize(100);
    const succeed = (times: number) => {
      for (let time = 0; time < times; time++) size.succeeded();
      return size.rows();
    };
    size.failed(100);
    size.failed(50);
    expect([succeed(49), succeed(1)]).toEqual([25, 50]);
    succeed(49);
    size.failed(50);
    expect([succeed(49), succeed(1), succeed(50), succeed(500)]).toEqual([25, 50, 100, 100]);
  });
});
