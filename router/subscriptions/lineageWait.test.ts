import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { LINEAGE_GRAPH } from '#platform/events/consumerNames.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createLineageWait } from './lineageWait.ts';

/** As long as it may wait for one batch. */
const MOST_MS = 300;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.owner`delete from events.cursors`);

const moveTo = (seq: number) =>
  database.owner`insert into events.cursors (consumer, seq) values (${LINEAGE_GRAPH}, ${seq}) on conflict (consumer) do update set seq = ${seq}`;

async function measure(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

it('waits once for lineage that is behind, and not again while it moves but stays behind', async () => {
  const awaitLineage = createLineageWait(database.connect('router'));
  await moveTo(10);
  expect(await measure(() => awaitLineage(100))).toBeGreaterThanOrEqual(MOST_MS);
  const batches = Array.from({ length: 10 }, (_, index) => index + 1);
  const took = await measure(async () => {
    for (const batch of batches) {
      await moveTo(10 + 50 * batch); // also past what was waited for
      await awaitLineage(100 + 100 * batch);
    }
  });
  expect(took).toBeLessThan((batches.length * MOST_MS) / 2);
});

it('waits again once lineage has reached what was told without it', async () => {
  const awaitLineage = createLineageWait(database.connect('router'));
  await moveTo(10);
  await awaitLineage(100);
  await awaitLineage(200);
  await moveTo(200);
  // It has only just begun with these: the first look cannot find them.
  expect(await measure(() => awaitLineage(201))).toBeGreaterThanOrEqual(MOST_MS);
});
