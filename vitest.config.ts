import { defineConfig } from 'vitest/config';
import { closingLine } from './platform/testing/closingLine.ts';

export default defineConfig({
  test: {
    include: ['{platform,subgraphs,router,cli,deploy,scripts,tests,bench}/**/*.test.ts'],
    globalSetup: ['platform/testing/globalSetup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 40_000,
    watch: false,
    reporters: ['default', closingLine()],
  },
});
