import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { LINEAGE_GRAPH } from '#platform/events/consumerNames.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createLineageWait } from './lineageWait.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.owner`delete from events.cursors`);

const moveTo = (seq: number) =>
  database.owner`insert into events.cursors (consumer, seq) values (${LINEAGE_GRAPH}, ${seq}) on conflict (consumer) do update set seq = ${seq}`;

/** `looks`: how often it looked where lineage is. One that does not wait looks once. */
function createWait() {
  const sql = database.connect('router');
  const wait = {
    looks: 0,
    awaitLineage: createLineageWait(((...args: Parameters<typeof sql>) => (wait.looks++, sql(...args))) as typeof sql),
  };
  return wait;
}

it('waits once for lineage that is behind, and not again while it moves but stays behind', async () => {
  const wait = createWait();
  await moveTo(10);
  await wait.awaitLineage(100);
  expect(wait.looks).toBeGreaterThan(1);
  wait.looks = 0;
  for (let batch = 1; batch <= 10; batch++) {
    await moveTo(10 + 50 * batch); // also past what was waited for
    await wait.awaitLineage(100 + 100 * batch);
  }
  expect(wait.looks).toBe(10);
});

it('waits again once lineage has reached what was told without it', async () => {
  const wait = createWait();
  await moveTo(10);
  await wait.awaitLineage(100);
  await wait.awaitLineage(200);
  await moveTo(200);
  wait.looks = 0;
  // It has only just begun with these: the first look cannot find them.
  await wait.awaitLineage(201);
  expect(wait.looks).toBeGreaterThan(1);
});
