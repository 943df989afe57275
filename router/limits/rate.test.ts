import { describe, expect, it } from 'vitest';
import { createRateLimit } from './rate.ts';

describe('rate limit', () => {
  it('lets a burst through and then says when there is enough again', () => {
    let time = 0;
    const limit = createRateLimit({ perMinute: 60_000, burst: 1_000, now: () => time });
    for (let i = 0; i < 10; i++) limit.take('a', 100);
    expect(() => limit.take('a', 100)).toThrow(
      expect.objectContaining({ code: 'RATE_LIMITED', details: { retryAfterMs: 100, cost: 100, limit: 60_000, burst: 1_000 } }),
    );
    time = 100;
    expect(() => limit.take('a', 100)).not.toThrow();
  });
  it('counts each viewer alone', () => {
    const limit = createRateLimit({ burst: 10, now: () => 0 });
    limit.take('a', 10);
    expect(() => limit.take('b', 10)).not.toThrow();
    expect(() => limit.take('a', 1)).toThrow();
  });
  it('never asks to wait for more than a minute', () => {
    const limit = createRateLimit({ now: () => 0 });
    limit.take('a', 2_000_000);
    expect(() => limit.take('a', 200_000)).toThrow(
      expect.objectContaining({ details: { retryAfterMs: 2_400, cost: 200_000, limit: 5_000_000, burst: 2_000_000 } }),
    );
  });
});
