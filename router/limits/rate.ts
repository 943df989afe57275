/** How much a viewer may ask for in a while: a bucket that fills steadily and empties by the cost of each operation. */
import { LRUCache } from 'lru-cache';
import { TooMuch } from '#platform/errors.ts';

const COST_PER_MINUTE = 5_000_000;
const COST_BURST = 2_000_000;
const MOST_KEYS = 50_000;

export type RateLimit = {
  /** Takes `cost` from the key's bucket, or throws RATE_LIMITED with the time until there is enough. */
  take: (key: string, cost: number) => void;
};

/** In memory: each router counts for itself. Keys that were not seen for longest are forgotten first, with a full bucket. */
export function createRateLimit({ perMinute = COST_PER_MINUTE, burst = COST_BURST, now = Date.now } = {}): RateLimit {
  const buckets = new LRUCache<string, { level: number; at: number }>({ max: MOST_KEYS });
  const perMillisecond = perMinute / 60_000;
  return {
    take(key, cost) {
      const at = now();
      const bucket = buckets.get(key) ?? { level: burst, at };
      const level = Math.min(burst, bucket.level + Math.max(0, at - bucket.at) * perMillisecond);
      const enough = level >= cost;
      buckets.set(key, { level: enough ? level - cost : level, at });
      if (enough) return;
      const retryAfterMs = Math.ceil((cost - level) / perMillisecond);
      throw new TooMuch('RATE_LIMITED', `Too much was asked for in the last minute. Try again in ${Math.ceil(retryAfterMs / 1000)} s.`, {
        retryAfterMs,
        cost,
        limit: perMinute,
        burst,
      });
    },
  };
}
