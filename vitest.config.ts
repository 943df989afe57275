import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { closingLine } from './platform/testing/closingLine.ts';

export default defineConfig({
  // Vite would take graphql's ES modules for our files while Apollo's packages load its CommonJS: two copies, which graphql refuses.
  resolve: { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }] },
  test: {
    include: ['{platform,subgraphs,router,cli,deploy,scripts,tests,bench}/**/*.test.ts'],
    globalSetup: ['tests/globalSetup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 40_000,
    watch: false,
    reporters: ['default', closingLine()],
  },
});
