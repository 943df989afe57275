/**
 * A refresh token works once, and using it twice ends the session. But a browser may well send it twice: two tabs wake up together, a page is
 * reloaded before it had its answer. So whoever comes with the same token shortly afterwards gets what it was exchanged for.
 */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Session } from './sessionApi.ts';

/** Long enough for a lost answer; whoever steals an old cookie later than that ends the session, as it should be. */
const KEPT_MS = 30_000;
const KEPT = 10_000;

export type Refreshes = (refreshToken: string, exchange: () => Promise<Session>) => Promise<Session>;

export function createRefreshes({ keptMs = KEPT_MS } = {}): Refreshes {
  const running = new Map<string, Promise<Session>>();
  const done = new LRUCache<string, Session>({ max: KEPT, ttl: keptMs });
  return async (refreshToken, exchange) => {
    const key = createHash('sha256').update(refreshToken).digest('base64');
    const before = running.get(key) ?? done.get(key);
    if (before) return before;
    const exchanging = exchange();
    running.set(key, exchanging);
    try {
      const session = await exchanging;
      done.set(key, session);
      return session;
    } finally {
      running.delete(key);
    }
  };
}
