/** A short run of `npm run fuzz`. */
import { afterAll, expect, it } from 'vitest';
import { testDatabases } from '../databases.ts';
import { describeFound, fuzz } from './fuzz.ts';

/** The same operations every time: whoever looks for new ones runs the command. */
const SEED = 7;
const OPERATIONS = 250;

const databases = testDatabases();
afterAll(() => databases.drop());

it(`${OPERATIONS} random operations break nothing and are told nothing that is hidden (seed ${SEED})`, { timeout: 120_000 }, async () => {
  const { found, codes } = await fuzz({ seed: SEED, operations: OPERATIONS, databases, say: () => {} });
  expect(found.map((each) => describeFound(SEED, each)).join('\n')).toBe('');
  // It asked for what there is, and for what there is not.
  expect(codes.get('data')).toBeGreaterThan(OPERATIONS / 10);
  expect([...codes.keys()]).toEqual(expect.arrayContaining(['BAD_USER_INPUT', 'UNAUTHENTICATED', 'NOT_FOUND']));
});
