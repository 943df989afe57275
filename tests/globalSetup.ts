/** Before all tests: one real PostgreSQL in a temporary folder, with a migrated database that test files clone. */
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

const PREFIX = 'pursight-test-';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  removeLeftovers();
  const dataDir = join(tmpdir(), `${PREFIX}${process.pid}`);
  mkdirSync(dataDir, { mode: 0o700 });
  const server = await startEmbedded({
    dataDir,
    rootKey: TEST_ROOT_KEY,
    logger: createLogger({ level: 'warn', format: 'json' }),
    // Fast instead of safe: these data live for minutes.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: 300, autovacuum: 'off' },
  });
  // Also when the runner is interrupted, where nothing waits any more: SIGQUIT ends the server at once.
  const endNow = () => {
    try {
      process.kill(server.pid, 'SIGQUIT');
    } catch {
      return; // it was stopped in order
    }
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  };
  process.once('exit', endNow);

  const template = new URL(server.ownerUrl);
  template.pathname = `/${TEMPLATE}`;
  await createTemplate(server.ownerUrl, template.href);
  project.provide('postgres', { url: server.ownerUrl });
  return async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    process.off('exit', endNow);
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

/** Of runs that were killed: their servers and folders. The folder's name holds the number of the run's process. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name);
    const pid = Number(name.slice(PREFIX.length));
    if (pid !== process.pid && isAlive(pid)) continue;
    const server = findServer(join(folder, 'postgresql', 'data'));
    if (server) process.kill(server.pid, 'SIGQUIT');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
