import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../database/index.ts';
import { roleUrl } from '../database/roles.ts';
import { createLogger } from '../logger.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { startSlowProxy } from '../testing/slowProxy.ts';
import { addJob } from './queue.ts';
import { createWorker, type Task, type Worker } from './worker.ts';

const logger = createLogger({ level: 'silent', format: 'json' });
let database: TestDatabase;
let sql: Database;
let workers: Worker[];

beforeEach(async () => {
  database = await createTestDatabase();
  sql = database.connect('catalog');
  workers = [];
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await database.drop();
});

async function startWorker(task: Task, url = roleUrl(database.location, 'jobs')): Promise<Worker> {
  const worker = createWorker({ url, tasks: { task }, concurrency: 2, logger });
  workers.push(worker);
  await worker.start();
  return worker;
}

const add = (payload: Record<string, string>, options: { queue?: string; key?: string } = {}) =>
  sql.begin((tx) => addJob(tx, { task: 'task', payload, ...options }));

describe('a worker', () => {
  it('runs what was added, once, with its payload', async () => {
    const ran: string[] = [];
    const done = Promise.withResolvers<void>();
    await startWorker(async ({ name }) => {
      ran.push(name!);
      if (ran.length === 2) done.resolve();
    });
    await add({ name: 'first' }, { key: 'same', queue: 'later' });
    await add({ name: 'second' });
    await done.promise;
    expect(ran.toSorted()).toEqual(['first', 'second']);
  });

  it('takes over at its start what a dead worker had begun', async () => {
    await add({ name: 'left behind' }, { queue: 'source:1' });
    // As a worker leaves it that is killed: the job and its queue are locked by a name that nobody bears any more.
    await database.owner`update graphile_worker._private_jobs set locked_by = 'worker-dead', locked_at = now(), attempts = 1`;
    await database.owner`update graphile_worker._private_job_queues set locked_by = 'worker-dead', locked_at = now()`;
    const ran = Promise.withResolvers<string>();
    await startWorker(async ({ name }) => ran.resolve(name!));
    expect(await ran.promise).toBe('left behind');
  });

  it('takes over what was begun again and again by workers that died of it, or were stopped', async () => {
    await add({ name: 'unlucky' });
    await database.owner`update graphile_worker._private_jobs set locked_by = 'worker-dead', locked_at = now(), attempts = 100`;
    const ran = Promise.withResolvers<string>();
    await startWorker(async ({ name }) => ran.resolve(name!));
    expect(await ran.promise).toBe('unlucky');
  });

  it('frees a queue that a dead worker holds although its job is gone', async () => {
    await add({ name: 'first' }, { queue: 'source:1' });
    await database.owner`update graphile_worker._private_job_queues set locked_by = 'worker-dead', locked_at = now()`;
    const ran = Promise.withResolvers<string>();
    await startWorker(async ({ name }) => ran.resolve(name!));
    expect(await ran.promise).toBe('first');
  });

  it('leaves the job of a living worker alone', async () => {
    const begun = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    let times = 0;
    await startWorker(async () => {
      times++;
      begun.resolve();
      await end.promise;
    });
    await add({ name: 'long' });
    await begun.promise;
    await startWorker(async () => void times++);
    const [job] = await database.owner`select locked_by from graphile_worker._private_jobs`;
    end.resolve();
    expect(job!.lockedBy).toMatch(/^pool-/);
    expect(times).toBe(1);
  });

  it('tells a task to stop when it stops itself, and the job is there for the next one', async () => {
    const begun = Promise.withResolvers<void>();
    const first = await startWorker(async (_payload, signal) => {
      begun.resolve();
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopping'))));
    });
    await add({ name: 'unfinished' });
    await begun.promise;
    await first.stop();
    workers = [];
    const [job] = await database.owner`select locked_by, attempts, run_at <= now() as is_due from graphile_worker._private_jobs`;
    expect(job).toMatchObject({ lockedBy: null, attempts: 0, isDue: true });
  });

  it('goes on after its database was away when a job ended: that one is run again, and its queue is not held for ever', async () => {
    const { hostname, port } = new URL(database.location.ownerUrl);
    const target = { host: hostname, port: Number(port) };
    let proxy = await startSlowProxy(target);
    const url = new URL(roleUrl(database.location, 'jobs'));
    url.port = String(proxy.port);
    const begun = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    const ended: string[] = [];
    await startWorker(async ({ name }) => {
      begun.resolve();
      await end.promise;
      ended.push(name!);
    }, url.href);
    await add({ name: 'first' }, { queue: 'source:1' });
    await add({ name: 'second' }, { queue: 'source:1' });
    await begun.promise;
    await proxy.stop();
    end.resolve();
    await expect.poll(() => ended, { timeout: 10_000 }).toEqual(['first']);
    await sleep(1_500);
    proxy = await startSlowProxy(target, Number(url.port));
    try {
      await expect.poll(() => ended, { timeout: 20_000 }).toEqual(['first', 'first', 'second']);
      await expect.poll(() => database.owner`select from graphile_worker._private_jobs`, { timeout: 10_000 }).toEqual([]);
    } finally {
      await Promise.all(workers.splice(0).map((worker) => worker.stop()));
      await proxy.stop();
    }
  });

  it('takes jobs once it can, although it could not ask for the numbers of its tasks when it started', async () => {
    await database.owner`alter table graphile_worker._private_tasks rename to away`;
    const ran = Promise.withResolvers<string>();
    await startWorker(async ({ name }) => ran.resolve(name!));
    await sleep(500);
    await database.owner`alter table graphile_worker.away rename to _private_tasks`;
    await add({ name: 'late' });
    expect(await ran.promise).toBe('late');
  });

  it('runs jobs of one queue one after another', async () => {
    let running = 0;
    let most = 0;
    let left = 4;
    const done = Promise.withResolvers<void>();
    await startWorker(async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 30));
      running--;
      if (--left === 0) done.resolve();
    });
    for (let index = 0; index < 4; index++) await add({ index: String(index) }, { queue: 'source:1' });
    await done.promise;
    expect(most).toBe(1);
  });
});
