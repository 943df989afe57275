/**
 * Before all tests: one real PostgreSQL in a temporary folder, with a migrated database that test files clone; and where to ask for
 * a Neo4j; and whether there is a Meilisearch.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { MIGRATION_FOLDERS } from '#deploy/migrations.ts';
import { startEmbedded } from '#platform/database/embedded.ts';
import { findServer, isAlive } from '#platform/database/embeddedServer.ts';
import { connect } from '#platform/database/index.ts';
import { migrate } from '#platform/database/migrate.ts';
import { createLogger } from '#platform/logger.ts';
import { TEMPLATE, TEST_ROLE_PREFIX, TEST_ROOT_KEY } from '#platform/testing/database.ts';
import { offerNeo4j } from './neo4jServers.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  removeLeftovers();
  const dataDir = join(tmpdir(), `pursight-test-${process.pid}`);
  mkdirSync(dataDir, { mode: 0o700 });
  // It is for the tests that ask for it: no product that a test starts may use it unasked.
  const environment = { ...process.env };
  for (const name of ['NEO4J_URL', 'NEO4J_USER', 'NEO4J_PASSWORD', 'MEILI_URL', 'MEILI_KEY']) delete process.env[name];
  const neo4j = await offerNeo4j({ folder: dataDir, environment, say: (sentence) => void process.stdout.write(`${sentence}\n`) });
  project.provide('neo4j', neo4j.door);
  const { MEILI_URL: meiliUrl, MEILI_KEY: meiliKey } = environment;
  project.provide('meilisearch', meiliUrl ? { url: meiliUrl, key: meiliKey } : null);
  // Also when the run is interrupted, where nothing waits any more. (SIGTERM by itself would end it without its exit handlers.)
  const removeNow = () => {
    neo4j.killNow();
    remove(dataDir);
  };
  process.once('exit', removeNow);
  process.once('SIGTERM', () => process.exit(143));

  const server = await startEmbedded({
    dataDir,
    rootKey: TEST_ROOT_KEY,
    logger: createLogger({ level: 'warn', format: 'json' }),
    // Fast instead of safe: these data live for minutes.
    settings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: 300,
      autovacuum: 'off',
      // Hundreds of databases: with fewer the statements that a test counts may have made room for others' before it looks.
      'pg_stat_statements.max': 100_000,
    },
  });
  const template = new URL(server.ownerUrl);
  template.pathname = `/${TEMPLATE}`;
  await createTemplate(server.ownerUrl, template.href);
  project.provide('postgres', { url: server.ownerUrl });
  return async () => {
    await Promise.all([server.stop(), neo4j.close()]);
    removeNow();
    process.off('exit', removeNow);
    process.stdout.write(
      meiliUrl
        ? 'Search was tried on the Meilisearch at MEILI_URL, and on the contract server.\n'
        : 'NO MEILISEARCH: its part of search was tried on the contract server alone. MEILI_URL and MEILI_KEY name a real one.\n',
    );
  };
}

async function createTemplate(serverUrl: string, templateUrl: string): Promise<void> {
  const sql = connect({ url: serverUrl, name: 'test set-up', max: 1 });
  try {
    await sql.unsafe(`create database ${TEMPLATE}`);
    await migrate({ ownerUrl: templateUrl, rolePrefix: TEST_ROLE_PREFIX, rootKey: TEST_ROOT_KEY }, MIGRATION_FOLDERS);
  } finally {
    await sql.end();
  }
}

/** Of runs that were killed: their servers and folders. A folder's name holds the number of the process that made it. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = /^pursight-test-(\d+)/.exec(name) ?? [];
    if (pid && !isAlive(Number(pid))) remove(join(tmpdir(), name));
  }
}

/** SIGQUIT ends a server at once. */
function remove(dataDir: string): void {
  const server = findServer(join(dataDir, 'postgresql', 'data'));
  if (server) process.kill(server.pid, 'SIGQUIT');
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}
