/** Which history the facts of lineage are of, with a PostgreSQL that really takes over as a standby. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { MIGRATION_FOLDERS } from '#deploy/migrations.ts';
import { startEmbedded } from '#platform/database/embedded.ts';
import { connect, type Database } from '#platform/database/index.ts';
import { migrate } from '#platform/database/migrate.ts';
import { roleUrl } from '#platform/database/roles.ts';
import { createLogger } from '#platform/logger.ts';
import { TEST_ROLE_PREFIX, TEST_ROOT_KEY } from '#platform/testing/database.ts';
import { readHead } from '#subgraphs/lineage/store/changes.ts';

/** Named so that the next run removes what an interrupted one leaves. */
const dataDir = realpathSync(mkdtempSync(join(tmpdir(), `pursight-test-${process.pid}-`)));
afterAll(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

it('differs on a standby, and once that has taken over', { timeout: 300_000 }, async () => {
  const start = () =>
    startEmbedded({
      dataDir,
      rootKey: TEST_ROOT_KEY,
      logger: createLogger({ level: 'silent', format: 'json' }),
      systemFolder: join(dataDir, 'system'),
    });
  let server = await start();
  const epochs: string[] = [];
  /** As the lineage role, whose rights are few. */
  const as = async (work: (sql: { owner: Database; lineage: Database }) => Promise<unknown>): Promise<void> => {
    const location = { ownerUrl: server.ownerUrl, rolePrefix: TEST_ROLE_PREFIX, rootKey: TEST_ROOT_KEY };
    const [owner, lineage] = [location.ownerUrl, roleUrl(location, 'lineage')].map((url) => connect({ url, name: 'test', max: 1 })) as [
      Database,
      Database,
    ];
    try {
      await work({ owner, lineage });
    } finally {
      await Promise.all([owner.end(), lineage.end()]);
    }
  };
  const read = async (lineage: Database): Promise<void> => void epochs.push((await readHead(lineage)).epoch);
  try {
    await migrate({ ownerUrl: server.ownerUrl, rolePrefix: TEST_ROLE_PREFIX, rootKey: TEST_ROOT_KEY }, MIGRATION_FOLDERS);
    let folder = '';
    await as(async ({ owner, lineage }) => {
      await read(lineage);
      const [row] = await owner<{ dataDirectory: string }[]>`select current_setting('data_directory') as data_directory`;
      folder = row!.dataDirectory;
    });
    await server.stop();
    writeFileSync(join(folder, 'standby.signal'), '');
    server = await start();
    await as(async ({ owner, lineage }) => {
      await read(lineage);
      await owner`select pg_promote()`;
      // At once: the first checkpoint comes later.
      await read(lineage);
      await owner`select pg_switch_wal()`;
      await read(lineage);
    });
    await server.stop();
    server = await start();
    await as(({ lineage }) => read(lineage));
  } finally {
    await server.stop();
  }
  const timelines = epochs.map((epoch) => epoch.split('.').at(-1));
  expect(timelines).toEqual(['00000001', 'standby', '00000002', '00000002', '00000002']);
  expect(new Set(epochs.map((epoch) => epoch.slice(0, epoch.lastIndexOf('.')))).size).toBe(1);
});
