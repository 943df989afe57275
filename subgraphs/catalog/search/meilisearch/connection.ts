/** The connection to Meilisearch: its key, its failures, and its tasks, which it does one after the other some time after they were given. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Meilisearch, type EnqueuedTask } from 'meilisearch';
import { v5 } from 'uuid';
import { Away, codeOf, silent, taskError, toAppError, unfinished } from './failures.ts';

export type MeiliLogin = { url: string; key?: string | undefined };

export type Meili = {
  /** Throws Upstream where Meilisearch fails. */
  ask<Result>(work: (client: Meilisearch) => Promise<Result>): Promise<Result>;
  /** Gives tasks, and waits until they have succeeded. Throws Upstream, or Error where what was given is refused. */
  run(work: (client: Meilisearch) => Promise<EnqueuedTask>): Promise<void>;
  /** Waits for tasks that were given. */
  settle(tasks: readonly EnqueuedTask[]): Promise<void>;
};

/** What it compresses it sends in several parts, of which the last waits for 40 ms until the first is acknowledged. */
const PLAIN = { 'accept-encoding': 'identity' };
const REQUEST_MS = 10_000;
/** A task waits behind those that others gave. */
const TASK_MS = 120_000;
const FIRST_PAUSE_MS = 5;
const MOST_PAUSE_MS = 500;

/** What is done with the index, and nothing else. */
export const ACTIONS: readonly string[] = [
  'search',
  'documents.add',
  'documents.get',
  'documents.delete',
  'indexes.create',
  'indexes.get',
  'indexes.delete',
  'indexes.swap',
  'settings.get',
  'settings.update',
  'stats.get',
  'tasks.get',
];
/** What our keys' ids are made of, with the index and the actions: the same key is found again, and another list of actions has another. */
const KEYS = '5b0c5a52-6d1f-4f0c-9a53-3d1f3c6f7d11';

/** Asks nothing yet. `index`: what the names of the indexes begin with that are used. */
export function connectMeilisearch({ url, key }: MeiliLogin, index: string): Meili {
  const connect = (apiKey: string | undefined): Meilisearch =>
    new Meilisearch({ host: url, timeout: REQUEST_MS, requestInit: { headers: PLAIN }, ...(apiKey !== undefined && { apiKey }) });
  let opening: Promise<Meilisearch> | undefined;

  /** With a key for this index alone, where the given one may make keys (the master key may); else with the given one. */
  async function open(): Promise<Meilisearch> {
    const given = connect(key);
    if (key === undefined) return given;
    const uid = v5(`${index} ${ACTIONS.join(' ')}`, KEYS);
    try {
      const found = await given.getKey(uid).catch((error: unknown) => {
        if (codeOf(error) === 'api_key_not_found') return undefined;
        throw error;
      });
      const made = found ?? (await makeKey(given, uid));
      return connect(made.key);
    } catch (error) {
      // It may be limited to an index already. Whether it is good for what is done is found out by doing it.
      if (codeOf(error) === 'invalid_api_key' || codeOf(error) === 'missing_master_key') return given;
      throw error;
    }
  }

  const makeKey = (client: Meilisearch, uid: string) =>
    client
      .createKey({
        uid,
        name: 'PurSight',
        description: 'Made by PurSight: search of assets',
        actions: [...ACTIONS],
        indexes: [`${index}*`],
        expiresAt: null,
      })
      .catch((error: unknown) => {
        // Another process was first.
        if (codeOf(error) === 'api_key_already_exists') return client.getKey(uid);
        throw error;
      });

  async function ask<Result>(work: (client: Meilisearch) => Promise<Result>): Promise<Result> {
    try {
      return await work(await (opening ??= open()));
    } catch (cause) {
      const error = toAppError(cause);
      // What comes back may be another server, with other keys.
      if (error instanceof Away) opening = undefined;
      throw error;
    }
  }

  async function settle(tasks: readonly EnqueuedTask[]): Promise<void> {
    const until = performance.now() + TASK_MS;
    for (const { taskUid } of tasks) {
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, MOST_PAUSE_MS)) {
        const task = await ask((client) => client.tasks.getTask(taskUid));
        if (task.status === 'succeeded') break;
        if (task.status === 'failed' || task.status === 'canceled') throw taskError(task);
        if (performance.now() > until) throw unfinished(TASK_MS);
        await sleep(pause);
      }
    }
  }

  return {
    ask,
    settle,
    run: async (work) => settle([await ask(work)]),
  };
}

/** For who does not wait longer than this. What was asked goes on. Throws Away. */
export async function within<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(silent(ms)), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
