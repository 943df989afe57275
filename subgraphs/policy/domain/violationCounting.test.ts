import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { createLogger } from '#platform/logger.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createPolicy } from '../index.ts';

let database: TestDatabase;
let sql: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('policy');
});
afterAll(() => database.drop());

const DIFFERENCES = 1_500;

it('adds up the counters while a worker runs, also when waivers cannot be ended', async () => {
  await sql`
    insert into policy.violation_counts (access_class, policy_id, day, severity, status, count)
    select 1, ${newId()}::uuid, '-infinity', 'ERROR', 'OPEN', 2 from generate_series(1, ${DIFFERENCES}::int)`;
  const { consumers } = createPolicy({
    database: sql,
    askCatalog: () => Promise.reject(new Error('nobody asks')),
    faults: new Set(),
    logger: createLogger({ level: 'silent', format: 'json' }),
    onCommit: () => undefined,
    // Asked for only by what ends waivers: nothing else happens here.
    now: () => {
      throw new Error('no clock');
    },
  });
  const left = () => sql<{ count: number; isSum: boolean }[]>`select count, is_sum from policy.violation_counts`;
  for (const consumer of consumers) consumer.start();
  try {
    while ((await left()).length > 1) await sleep(20);
    expect(await left()).toEqual([{ count: 2 * DIFFERENCES, isSum: true }]);
  } finally {
    await Promise.all(consumers.map((consumer) => consumer.stop()));
  }
});
