/** A short run of `npm run soak mix`. */
import { afterAll, expect, it } from 'vitest';
import { testDatabases } from '../databases.ts';
import { START_MS } from '../separate.ts';
import { describeWrong, mix } from './mix.ts';

const SEED = 7;

const databases = testDatabases();
afterAll(() => databases.drop());

it(
  'ten clients who query, edit, scan and listen at once get no unexpected error, and every event once',
  { timeout: 2 * START_MS },
  async () => {
    const report = await mix({ seed: SEED, seconds: 60, clients: 10, tables: 5, databases, isTimed: false, pauseMs: 50, steps: 8 });
    expect(describeWrong(report)).toEqual([]);
    // They did something of each kind.
    expect([...report.took.keys()]).toEqual(expect.arrayContaining(['head', 'assets', 'updateAsset']));
    expect(report.delivered).toBeGreaterThan(0);
  },
);
