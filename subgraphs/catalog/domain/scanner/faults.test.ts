/** Each of the connector's queries fails in turn, on a real database: no such run may end as if all had been read. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '#platform/logger.ts';
import { newId } from '#platform/ids.ts';
import type { Database } from '#platform/database/index.ts';
import { createEmptyDatabase, createTestDatabase, TEST_ROOT_KEY, type TestDatabase } from '#platform/testing/database.ts';
import { POSTGRES_QUERIES } from '../../connectors/postgres/index.ts';
import { CONNECTORS } from '../../connectors/registry.ts';
import { createVault } from '../../store/vault.ts';
import { createScans } from '../scans.ts';
import { createSources } from '../sources.ts';
import { createScanner } from './index.ts';

const admin = { userId: newId(), sessionId: null, roles: [{ role: 'ADMIN' as const, sourceId: null, domainId: null }] };
let database: TestDatabase;
let source: Awaited<ReturnType<typeof createEmptyDatabase>>;
let sql: Database;
let sourceId: string;
let scans: ReturnType<typeof createScans>;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('catalog');
  source = await createEmptyDatabase();
  await source.sql.unsafe(`create table t (id int primary key, name text default 'x', check (id > 0)); create index on t (lower(name));
    create view v as select id from t; create table only_here_gone (id int); comment on table t is 'A table'`);
  scans = createScans({ sql, onCommit });
  const sources = createSources({ sql, vault: createVault({ rootKey: TEST_ROOT_KEY }), connectors, onCommit });
  ({ id: sourceId } = await sources.register(admin, {
    name: 'faults',
    connector: 'postgres',
    config: { url: source.url },
  }));
  expect(await scan([])).toMatchObject({ status: expect.stringMatching(/^COMPLETED/) });
  await source.sql`drop table only_here_gone`;
});
afterAll(async () => {
  await source.drop();
  await database.drop();
});

const connectors = new Map(CONNECTORS.map((connector) => [connector.id, connector]));
const onCommit = () => undefined;

async function scan(faults: string[]) {
  const scanner = createScanner({
    sql,
    connectors,
    vault: createVault({ rootKey: TEST_ROOT_KEY }),
    faults: new Set(faults),
    logger: createLogger({ level: 'silent', format: 'json' }),
    onCommit,
  });
  const { run } = await scans.start(admin, { sourceId });
  await scanner.run(run.id, new AbortController().signal);
  const [row] =
    await sql`select *, (select count(*) from catalog.scan_warnings where run_id = r.id)::int as warnings from catalog.scan_runs r where id = ${run.id}`;
  return row!;
}

describe('a failing query', () => {
  it.each([...POSTGRES_QUERIES])('%s ends the run with a warning or FAILED, and deletes nothing', async (query) => {
    const run = await scan([query]);
    expect(['FAILED', 'COMPLETED_WITH_WARNINGS']).toContain(run.status);
    if (run.status === 'FAILED') expect(run.error).toBeTruthy();
    else expect(run.warnings).toBeGreaterThan(0);
    // Sizes are read when the metadata is complete: what vanished may go then.
    if (query !== 'sizes') expect(run.removed).toBe(0);
    const [dead] =
      await sql`select count(*)::int as count from catalog.assets where deleted_at is not null and name like ${'%only_here_gone'}`;
    if (query !== 'sizes') expect(dead!.count).toBe(0);
  });
});
