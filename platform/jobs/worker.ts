/**
 * Runs jobs. The queue frees the jobs of a dead worker only after four hours; here each worker holds a session advisory
 * lock of its id, and at the start and every ten seconds the jobs of workers without one are freed.
 *
 * A worker whose database went away when a job of it ended gives up: what it could not write down it would never do again. Another one
 * is started then, and its jobs are those of a dead one.
 */
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger as QueueLogger, run, type Runner, type TaskList, type WorkerEvents } from 'graphile-worker';
import postgres from 'postgres';
import { pauseBeforeReconnect } from '../database/index.ts';
import type { Logger } from '../logger.ts';
import { withTrace } from '../trace.ts';

/** A task. `signal` is aborted when the worker stops; the job is then given back and goes on elsewhere. */
export type Task = (payload: Record<string, string>, signal: AbortSignal) => Promise<void>;

export type Worker = { start(): Promise<void>; stop(): Promise<void> };

const TAKEOVER_INTERVAL_MS = 10_000;
const START_AGAIN_MS = 500;
/** First half of the two-part advisory lock; the second is a hash of the worker's id. */
const WORKER_LOCK = 0x776f726b;

export function createWorker(options: {
  /** URL of the role `jobs`. */
  url: string;
  tasks: Record<string, Task>;
  concurrency: number;
  logger: Logger;
}): Worker {
  const { url, logger } = options;
  const stopping = new AbortController();
  const ownIds = new Set<string>();
  const interrupted: string[] = [];
  // One connection whose end frees all locks of this process, however it dies.
  const sql = postgres(url, {
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    backoff: pauseBeforeReconnect,
    onnotice: () => {},
    connection: { application_name: 'pursight worker lock' },
  });
  let heldBy = 0;
  let runner: Runner | undefined;
  let starting: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let sweep: Promise<void> = Promise.resolve();

  const taskList: TaskList = Object.fromEntries(
    Object.entries(options.tasks).map(([name, task]) => [
      name,
      (payload, { job }) =>
        withTrace({ jobId: job.id }, () => task(payload as Record<string, string>, stopping.signal)).catch((error: unknown) => {
          if (stopping.signal.aborted) interrupted.push(job.id);
          throw error;
        }),
    ]),
  );

  /** Takes a worker's lock; false while a sweep of another process just tries it. */
  async function hold(id: string): Promise<boolean> {
    const [lock] = await sql<{ held: boolean }[]>`select pg_try_advisory_lock(${WORKER_LOCK}, hashtext(${id})) as held`;
    return lock!.held;
  }

  /** Takes the locks of this process's workers again when the connection that held them was lost. */
  async function holdLocks(): Promise<void> {
    const [backend] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    if (backend!.pid === heldBy) return;
    let all = true;
    for (const id of ownIds) all = (await hold(id)) && all;
    if (all) heldBy = backend!.pid;
  }

  async function freeJobsOfTheDead(): Promise<void> {
    await holdLocks();
    const owners = await sql<{ id: string }[]>`
      select locked_by as id from graphile_worker._private_jobs where locked_by is not null
      union select locked_by from graphile_worker._private_job_queues where locked_by is not null`;
    const others = owners.map((owner) => owner.id).filter((id) => !ownIds.has(id));
    const dead: string[] = [];
    for (const id of others) {
      const [lock] = await sql<{ free: boolean }[]>`select pg_try_advisory_lock(${WORKER_LOCK}, hashtext(${id})) as free`;
      if (!lock!.free) continue;
      await sql`select pg_advisory_unlock(${WORKER_LOCK}, hashtext(${id}))`;
      dead.push(id);
    }
    if (dead.length === 0) return;
    await sql`select graphile_worker.force_unlock_workers(${dead})`;
    logger.info({ workers: dead.length }, 'jobs of dead workers are free again');
  }

  async function startRunner(): Promise<void> {
    await freeJobsOfTheDead();
    const events = new EventEmitter() as WorkerEvents;
    // A job is locked in the name of the pool, not of one of its workers.
    events.on('pool:create', ({ workerPool }) => {
      ownIds.add(workerPool.id);
      hold(workerPool.id).catch((error: unknown) =>
        // Taken again by the next sweep; until then another process may run a job of ours a second time, which each task bears.
        logger.warn({ err: error }, 'a worker lock could not be taken'),
      );
    });
    const withName = new URL(url);
    withName.searchParams.set('application_name', 'pursight jobs');
    runner = await run({
      connectionString: withName.href,
      maxPoolSize: options.concurrency + 2,
      concurrency: options.concurrency,
      noHandleSignals: true,
      pollInterval: 1_000,
      // Nobody awaits the writing down of how a single job ended: its failure would end this process. That of a batch ends the runner.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
      taskList,
      events,
      logger: new QueueLogger(() => (level, message, meta) => {
        // An error of the queue carries its whole connection with it.
        const { message: reason, code, stack } = (meta?.['error'] ?? {}) as { message?: string; code?: string; stack?: string };
        if (level === 'error') logger.error({ reason, code, stack }, message);
        else if (level === 'warning') logger.warn({ reason, code }, message);
        else logger.debug(message);
      }),
    });
    const onEnd = (): void => {
      runner = undefined;
      if (!stopping.signal.aborted) starting = startAgain();
    };
    runner.promise.then(onEnd, onEnd);
  }

  /** Tries until it runs, or is to stop. */
  async function startAgain(): Promise<void> {
    logger.warn('the queue gave up; it is started again');
    const ended = [...ownIds];
    ownIds.clear();
    while (!stopping.signal.aborted) {
      try {
        for (const id of ended) await sql`select pg_advisory_unlock(${WORKER_LOCK}, hashtext(${id}))`;
        return await startRunner();
      } catch (error) {
        logger.debug({ err: error }, 'the queue could not be started again');
        await sleep(START_AGAIN_MS, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  }

  return {
    async start() {
      await startRunner();
      timer = setInterval(() => {
        sweep = freeJobsOfTheDead().catch((error: unknown) =>
          logger.warn({ err: error }, 'looking for jobs of dead workers failed; it is tried again'),
        );
      }, TAKEOVER_INTERVAL_MS);
    },
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await sweep;
      await starting;
      await runner?.stop();
      // To the queue they failed: the more often, the longer it would wait. They were only stopped, and go on at the next start.
      if (interrupted.length > 0) {
        await sql`select graphile_worker.reschedule_jobs(${interrupted}::bigint[], run_at => now(), attempts => 0)`.catch(
          (error: unknown) => logger.warn({ err: error }, 'interrupted jobs could not be given back at once'),
        );
      }
      await sql.end({ timeout: 2 });
    },
  };
}
