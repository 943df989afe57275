/** Time that runs out while a statement is under way: of a real server, which ends it. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { withinOperation } from '#platform/database/operations.ts';
import { newId } from '#platform/ids.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createPostgresGraph } from '../graph/postgres.ts';
import type { GraphStore } from '../graph/index.ts';
import { writeFacts } from '../store/facts.ts';
import { withinTime } from './budgets.ts';
import { readDiff } from './diff.ts';
import { readLineage } from './lineage.ts';
import { readPaths } from './paths.ts';

let test: TestDatabase;
let sql: Database;
const ids = Array.from({ length: 4 }, newId) as [string, string, string, string];
beforeAll(async () => {
  test = await createTestDatabase();
  sql = test.connect('lineage');
  const assets = ids.map((id) => ({ id, accessClass: 1, namespace: 'test', name: id, isDeleted: false, seq: 1 }));
  const at = new Date('2026-01-01');
  const changes = ids
    .slice(1)
    .map((toId, index) => ({ fromId: ids[index]!, toId, kind: 'TABLE', origin: 'NATIVE', change: 'opened', at }) as const);
  await sql.begin((tx) => writeFacts(tx, { assets, changes }));
});
afterAll(() => test.drop());

/** Longer than the test takes: only a statement that is ended gives an answer. */
const stop = () => sql`select pg_sleep(600) /* stopped here */`;
const isRunning = async (): Promise<boolean> => {
  const rows = await sql`
    select from pg_stat_activity where state = 'active' and query like '%stopped here%' and pid <> pg_backend_pid() and datname = current_database()`;
  return rows.length > 0;
};
/** A deadline that is over when it is said. */
function createStage() {
  const controller = new AbortController();
  const { signal } = controller;
  return { deadline: { isOver: () => signal.aborted, signal }, abort: () => controller.abort(new Error('Time is over')) };
}
const becomes = (wanted: boolean) => vi.waitFor(async () => expect(await isRunning()).toBe(wanted), { timeout: 30_000, interval: 20 });

describe('time that runs out', { timeout: 60_000 }, () => {
  it('ends a statement that is under way', async () => {
    const { deadline, abort } = createStage();
    const asked = withinTime(deadline, () => stop());
    await becomes(true);
    abort();
    expect(await asked).toBeUndefined();
    await becomes(false);
    expect(await withinTime(deadline, () => stop())).toBeUndefined();
  });

  it('hides neither an error nor that the caller left', async () => {
    const { deadline, abort } = createStage();
    expect(await withinTime(deadline, async () => 1)).toBe(1);
    await expect(withinTime(deadline, () => sql`select 1 / 0`)).rejects.toMatchObject({ code: '22012' });
    const caller = new AbortController();
    const outcome = withinOperation(caller.signal, 'somebody', () => withinTime(deadline, () => stop())).catch((error: unknown) => error);
    await becomes(true);
    caller.abort();
    abort();
    expect(await outcome).toMatchObject({ code: '57014' });
  });

  it('leaves the levels that were read as the answer', async () => {
    const { deadline, abort } = createStage();
    const graph = createPostgresGraph(sql);
    let levels = 0;
    const slow: GraphStore = {
      ...graph,
      findNext: async (...given) => {
        levels += 1;
        if (levels === 3) await stop();
        return await graph.findNext(...given);
      },
    };
    const request = { rootId: ids[0], level: 'ASSET', direction: 'DOWNSTREAM', depth: 9, maxNodes: 99, asOf: null, deadline } as const;
    const asked = readLineage(slow, 'all', request);
    await becomes(true);
    abort();
    expect(await asked).toMatchObject({
      nodes: [
        { id: ids[0], depth: 0, unexpanded: 0 },
        { id: ids[1], depth: 1, unexpanded: 0 },
        { id: ids[2], depth: 2, unexpanded: 1 },
      ],
      edges: [{ toId: ids[1] }, { toId: ids[2] }],
      truncated: true,
    });
  });

  it('leaves the nodes as the answer while their edges are looked for', async () => {
    const { deadline, abort } = createStage();
    const graph = createPostgresGraph(sql);
    const stopped: string[] = [];
    const slow: GraphStore = {
      ...graph,
      findEdges: async (view, ...given) => {
        stopped.push(view.direction);
        // Of the other side they can be had in the time that is left then.
        if (stopped.length === 1) await stop();
        return await graph.findEdges(view, ...given);
      },
    };
    const request = { rootId: ids[1], level: 'ASSET', direction: 'BOTH', depth: 1, maxNodes: 99, asOf: null, deadline } as const;
    const asked = readLineage(slow, 'all', request);
    await becomes(true);
    abort();
    expect(await asked).toMatchObject({
      nodes: [{ id: ids[1] }, ...[ids[0], ids[2]].toSorted().map((id) => ({ id }))],
      edges: [{ toId: ids[2] }],
      truncated: true,
    });
    expect(stopped).toEqual(['UPSTREAM', 'DOWNSTREAM']);
  });

  it('leaves what fell out of reach or came into it as the answer while edges are compared', async () => {
    const { deadline, abort } = createStage();
    const graph = createPostgresGraph(sql);
    let calls = 0;
    const slow: GraphStore = {
      ...graph,
      findEdges: async (...given) => (++calls === 2 && (await stop()), await graph.findEdges(...given)),
    };
    const moments = { from: new Date('2025-01-01'), to: new Date('2026-02-01') };
    const asked = readDiff(slow, 'all', {
      rootId: ids[0],
      level: 'ASSET',
      direction: 'DOWNSTREAM',
      depth: 9,
      maxNodes: 99,
      ...moments,
      deadline,
    });
    await becomes(true);
    abort();
    expect(await asked).toMatchObject({ added: [], addedNodes: ids.slice(1).map((id) => ({ id })), truncated: true });
  });

  it('leaves the paths that were found by then as the answer', async () => {
    const { deadline, abort } = createStage();
    const graph = createPostgresGraph(sql);
    const slow: GraphStore = { ...graph, findNext: async () => (await stop(), []) };
    const request = { level: 'ASSET', fromId: ids[0], toId: ids[1], maxLength: 9, limit: 9, asOf: null, deadline } as const;
    const asked = readPaths(slow, 'all', request);
    await becomes(true);
    abort();
    expect(await asked).toMatchObject({ paths: [{ nodeIds: [ids[0], ids[1]] }], truncated: true });
  });
});
