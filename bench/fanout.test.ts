import { afterAll, expect, it } from 'vitest';
import { testDatabases } from '../tests/databases.ts';
import { describeMissed, measureFanout } from './fanout.ts';

const SOCKETS = 300;

const databases = testDatabases();
afterAll(() => databases.drop());

it(`${SOCKETS} sockets of one user get every event exactly once and in order`, { timeout: 120_000 }, async () => {
  const fanout = await measureFanout({ sockets: SOCKETS, seconds: 2, databases, say: () => {} });
  expect(describeMissed(fanout)).toEqual([]);
  expect([fanout.events, fanout.product.messages]).toEqual([4, 4 * SOCKETS]);
});
