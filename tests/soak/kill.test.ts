/** One round of `npm run soak kill`, with the router and a worker. */
import { expect, it } from 'vitest';
import { START_MS } from '../separate.ts';
import { killRounds } from './kill.ts';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_000);

it(`what was killed comes to what it would have come to, and tells each event once (seed ${seed})`, { timeout: 2 * START_MS }, async () => {
  const wrong = await killRounds({ seed, rounds: 1, isSplit: false, mostStartMs: Infinity, say: () => {} });
  expect(wrong).toEqual([]);
});
