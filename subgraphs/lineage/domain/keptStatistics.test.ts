import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import type { GraphStore } from '../graph/index.ts';
import { createKeptStatistics } from './keptStatistics.ts';

/** A graph without flows, that counts who asks how many assets there are, and lets nobody on before it is told. */
function createStage() {
  const asked: VisibleClasses[] = [];
  const gate = { opened: Promise.resolve() };
  const stage = { revision: 1, now: 0, running: 0, most: 0 };
  const store = {
    async countAssets(classes: VisibleClasses) {
      asked.push(classes);
      stage.running += 1;
      stage.most = Math.max(stage.most, stage.running);
      await gate.opened;
      stage.running -= 1;
      return asked.length;
    },
    async *streamFlows() {},
  } as unknown as GraphStore;
  const read = createKeptStatistics({
    graph: { read: (work) => work(store) },
    readRevision: async () => String(stage.revision),
    now: () => stage.now,
  });
  const ask = (classes: VisibleClasses, userId = 'one', signal?: AbortSignal): Promise<number> => {
    const context = { viewer: { userId }, requestId: '', address: '', signal } as unknown as RequestContext;
    return read(classes, context).then(({ assets }) => assets);
  };
  return { asked, gate, stage, ask };
}

describe('statistics', () => {
  it('are kept for who sees exactly the same, while the facts are the same and not long', async () => {
    const { asked, stage, ask } = createStage();
    expect([await ask('all'), await ask('all', 'two'), await ask([1, 2]), await ask([2, 1]), await ask([1])]).toEqual([1, 1, 2, 2, 3]);
    stage.now = 9_999;
    expect(await ask('all')).toBe(1);
    stage.now = 10_000;
    expect(await ask('all')).toBe(4);
    stage.revision = 2;
    expect([await ask('all'), await ask('all'), await ask([1])]).toEqual([5, 5, 6]);
    expect(asked).toEqual(['all', [1, 2], [1], 'all', 'all', [1]]);
  });

  it('are computed one at a time; who waits for the same takes what the other one found', async () => {
    const { asked, gate, stage, ask } = createStage();
    const { promise, resolve } = Promise.withResolvers<void>();
    gate.opened = promise;
    const answers = [ask('all'), ask('all', 'two'), ask([1], 'three'), ask('all', 'four')];
    await turn();
    expect(asked).toEqual(['all']);
    resolve();
    expect([await Promise.all(answers), stage.most]).toEqual([[1, 1, 2, 1], 1]);
  });

  it('are not waited for by who left, and are computed anew after a failure', async () => {
    const { asked, gate, ask } = createStage();
    const { promise, reject } = Promise.withResolvers<void>();
    gate.opened = promise;
    const leaving = new AbortController();
    const answers = Promise.allSettled([ask('all'), ask('all', 'two', leaving.signal)]);
    await turn();
    leaving.abort(new Error('gone'));
    reject(new Error('away'));
    expect((await answers).map((each) => each.status === 'rejected' && (each.reason as Error).message)).toEqual(['away', 'gone']);
    gate.opened = Promise.resolve();
    expect([await ask('all'), asked.length]).toEqual([2, 2]);
  });

  it('are kept of a few sets of classes only', async () => {
    const { ask } = createStage();
    for (let id = 1; id <= 21; id++) await ask([id]);
    expect([await ask([21]), await ask([1])]).toEqual([21, 22]);
  });
});
