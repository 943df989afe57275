/** A short run of `npm run soak mix`. */
import { afterAll, expect, it } from 'vitest';
import { testDatabases } from '../databases.ts';
import { START_MS } from '../separate.ts';
import { describeWrong, mix } from './mix.ts';

const SEED = 7;

const databases = testDatabases();
afterAll(() => databases.drop());

it(
  'twelve clients who query, edit, scan and listen at once get no unexpected error, and every event once',
  { timeout: START_MS },
  async () => {
    const report = await mix({ seed: SEED, seconds: 4, clients: 12, tables: 8, databases, isTimed: false });
    expect(describeWrong(report)).toEqual([]);
    // They did something of each kind.
    expect([...report.took.keys()]).toEqual(expect.arrayContaining(['assets', 'search', 'updateAsset', 'head']));
    expect(report.delivered).toBeGreaterThan(0);
  },
);
