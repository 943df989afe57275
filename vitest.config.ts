import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { closingLine } from './platform/testing/closingLine.ts';

/** What the tests of this run see of the API, for the one that asks at the end. */
const observations = mkdtempSync(join(tmpdir(), 'pursight-observations-'));
process.once('exit', () => rmSync(observations, { recursive: true, force: true }));

export default defineConfig({
  // Vite would take graphql's ES modules for our files while Apollo's packages load its CommonJS: two copies, which graphql refuses.
  resolve: {
    alias: [
      { find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) },
      { find: /^@\//, replacement: fileURLToPath(new URL('client/src/', import.meta.url)) },
    ],
  },
  test: {
    provide: { observations },
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: ['{platform,subgraphs,router,cli,deploy,scripts,tests,bench}/**/*.test.ts', 'client/{server,src}/**/*.test.{ts,tsx}'],
          globalSetup: ['tests/globalSetup.ts'],
        },
      },
      // Asks what all of the others have seen.
      { extends: true, test: { name: 'afterwards', include: ['tests/contractFields.after.ts'], sequence: { groupOrder: 1 } } },
    ],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 40_000,
    watch: false,
    reporters: ['default', closingLine()],
  },
});
