/** Histories of more columns than a graph takes at a time. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '#platform/ids.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import type { GraphStore, HistoryKey } from '../graph/index.ts';
import { createPostgresGraph } from '../graph/postgres.ts';
import { listColumnIds } from '../store/columns.ts';
import { writeFacts, type FlowChange } from '../store/facts.ts';
import { readHistory } from './lineageHistory.ts';
import { columnNodeId } from '../store/nodeIds.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

it('are read in parts, each edge once, in one order', async () => {
  const sql = test.connect('lineage');
  const assets = Array.from({ length: 2 }, () => ({
    id: newId(),
    accessClass: 1,
    namespace: 'test',
    name: newId(),
    isDeleted: false,
    seq: 1,
  }));
  const columns = assets.flatMap(({ id: assetId }) =>
    ['a', 'b', 'c', 'd', 'e'].map((name) => ({ id: columnNodeId(assetId, name), assetId, name })),
  );
  // From each of all ten into each of the first five, some at the same moment.
  const changes = columns.flatMap(({ id: fromId }, n) =>
    columns.slice(0, 5).map(({ id: toId }, m): FlowChange => ({
      fromId,
      toId,
      kind: 'COLUMN',
      origin: m === 2 ? 'DECLARED' : 'PARSED',
      change: 'opened',
      at: new Date(Date.UTC(2026, 0, 1, 0, (n * 3 + m) % 7)),
    })),
  );
  await sql.begin((tx) => writeFacts(tx, { assets, columns, changes }));
  const assetId = assets[0]!.id;
  const columnIds = await listColumnIds(sql, assetId);
  const asked: number[] = [];
  const postgres = createPostgresGraph(sql);
  const graph: GraphStore = {
    ...postgres,
    listHistory(level, ids, ...rest) {
      asked.push(ids.length);
      return postgres.listHistory(level, ids, ...rest);
    },
  };
  const read = (limit: number, after: HistoryKey | null, atOnce?: number) =>
    readHistory(graph, 'all', { assetId, level: 'COLUMN', columnIds, after, limit }, atOnce);
  const whole = (await read(100, null))!;
  expect(whole).toHaveLength(50);
  asked.length = 0;
  const walked: typeof whole = [];
  for (let after: HistoryKey | null = null, more = true; more;) {
    const page: typeof whole = (await read(7, after, 2))!;
    walked.push(...page);
    const last: (typeof whole)[number] | undefined = page.at(-1);
    after = last ? [last.validFrom, last.fromId, last.toId, last.origin] : after;
    more = page.length === 7;
  }
  expect(walked).toEqual(whole);
  expect(new Set(asked)).toEqual(new Set([2, 1]));
});
