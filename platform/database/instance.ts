/** One product for each data folder (or own database): it holds a session lock in its database for as long as it runs. */
import postgres from 'postgres';
import { setTimeout as sleep } from 'node:timers/promises';
import { CannotStart } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { pauseBeforeReconnect } from './index.ts';

/** Two numbers that nobody else locks: `purs` in ASCII, and 1. */
const LOCK = [0x70757273, 1] as const;
const RETRY_MS = 200;
/** The session of a product that was killed goes away a moment later. */
const PATIENCE_MS = 3_000;

export type Instance = { release(): Promise<void> };

/** The name of this process's lock session in pg_stat_activity. */
const sessionName = `pursight instance ${process.pid}`;

/**
 * Takes the lock or throws CannotStart. `place` completes the sentence "PurSight already runs on …".
 * When the connection is lost it is taken again; `onLost` is called with a sentence if another product took it meanwhile.
 */
export async function holdInstance(options: {
  url: string;
  place: string;
  logger: Logger;
  onLost?: (sentence: string) => void;
  patienceMs?: number;
}): Promise<Instance> {
  const { url, place, logger, onLost, patienceMs = PATIENCE_MS } = options;
  const taken = `PurSight already runs on ${place}.`;
  let held = false;
  let released = false;
  const sql = postgres(url, {
    max: 1,
    idle_timeout: 0,
    max_lifetime: null, // the lock lives as long as its session
    connect_timeout: 10,
    backoff: pauseBeforeReconnect,
    onnotice: () => {},
    connection: { application_name: sessionName },
    onclose: () => {
      if (!held || released) return;
      held = false;
      logger.warn('the instance lock was lost with its connection; taking it again');
      void retake();
    },
  });

  async function tryLock(): Promise<boolean> {
    const [row] = await sql<{ locked: boolean }[]>`select pg_try_advisory_lock(${LOCK[0]}::int, ${LOCK[1]}::int) as locked`;
    return row!.locked;
  }

  async function retake(): Promise<void> {
    let refusedSince: number | undefined;
    while (!released) {
      try {
        if (await tryLock()) {
          held = true;
          return;
        }
        refusedSince ??= performance.now();
        if (performance.now() - refusedSince > patienceMs) {
          logger.error('another product holds the instance lock');
          onLost?.(taken);
          return;
        }
      } catch {
        refusedSince = undefined; // the server is away: whoever needs it reports that
      }
      await sleep(RETRY_MS, undefined, { ref: false });
    }
  }

  try {
    const deadline = performance.now() + patienceMs;
    while (!(await tryLock())) {
      if (performance.now() >= deadline) throw new CannotStart(taken);
      await sleep(RETRY_MS);
    }
    held = true;
  } catch (error) {
    released = true;
    await sql.end({ timeout: 1 });
    throw error;
  }
  return {
    async release() {
      if (released) return;
      released = true;
      await sql.end({ timeout: 2 });
    },
  };
}

/** Whether a product other than this process holds the lock in database `database` of the server. Asked as superuser. */
export async function isHeldByAnother(sql: postgres.Sql, database: string): Promise<boolean> {
  const rows = await sql`
    select from pg_locks l join pg_stat_activity a on a.pid = l.pid join pg_database d on d.oid = l.database
    where l.locktype = 'advisory' and l.classid = ${LOCK[0]}::int8::oid and l.objid = ${LOCK[1]}::int8::oid and l.granted
      and d.datname = ${database} and a.application_name <> ${sessionName}`;
  return rows.length > 0;
}
