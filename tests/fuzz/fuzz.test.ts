/** A short run of `npm run fuzz`. */
import { afterAll, expect, it } from 'vitest';
import { testDatabases } from '../databases.ts';
import { describeFound, fuzz } from './fuzz.ts';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
const OPERATIONS = 250;

const databases = testDatabases();
afterAll(() => databases.drop());

it(`${OPERATIONS} random operations break nothing and are told nothing that is hidden (seed ${seed})`, { timeout: 120_000 }, async () => {
  const { found, codes } = await fuzz({ seed, operations: OPERATIONS, databases, say: () => {} });
  expect(found.map((each) => describeFound(seed, each)).join('\n')).toBe('');
  // It asked for what there is, and for what there is not.
  expect(codes.get('data')).toBeGreaterThan(OPERATIONS / 10);
  expect([...codes.keys()]).toEqual(expect.arrayContaining(['BAD_USER_INPUT', 'UNAUTHENTICATED', 'NOT_FOUND']));
});
