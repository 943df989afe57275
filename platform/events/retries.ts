/** Tries the events again that a consumer failed on, and dead letters that were redriven: many at once, since most succeed by then. */
import type { Database, Transaction } from '../database/index.ts';
import type { Logger } from '../logger.ts';
import { countAttempts, findStillDue, listDueFailures, postponeFailures, removeFailures, type Attempt, type Failure } from './failures.ts';
import { findCulprit } from './transient.ts';

/** After so long new events have their turn. What is being tried is finished. */
const TURN_MS = 1_000;
/** How long those wait that the world kept from being tried, and those behind them. Not the same, so that one that is always kept keeps no other. */
const KEPT_MS = 2_000;
const BEHIND_MS = 1_000;

type Options = {
  sql: Database;
  name: string;
  log: Logger;
  /** Most events at a time. */
  batch: number;
  /** Others of this name wait until the transaction ends. */
  lockCursor: (tx: Transaction) => Promise<unknown>;
  /** Handles these events, in log order. */
  handle: (tx: Transaction, events: readonly { seq: number }[]) => Promise<void>;
};

/** One turn; gives false when nothing was due. Throws only when it cannot write down what it found. */
export function createRetries({ sql, name, log, batch, lockCursor, handle }: Options): (isWanted: () => boolean) => Promise<boolean> {
  /** Told once, or an outage would fill the log. */
  let isWaiting = false;
  /** Events that are tried at once: fewer while it is found out which one fails. */
  let size = batch;

  /** In one transaction. Gives what went wrong, and whether an event was given to the handler by then. */
  async function attempt(failures: readonly Failure[]): Promise<{ error: unknown; isTried: boolean } | undefined> {
    let isTried = false;
    try {
      await sql.begin(async (tx) => {
        await lockCursor(tx);
        // Another process may have come here first.
        const due = await findStillDue(tx, name, failures);
        isTried = due.length > 0;
        if (isTried) await handle(tx, due);
        await removeFailures(tx, name, due);
      });
      return undefined;
    } catch (error) {
      return { error, isTried };
    }
  }

  /** Gives those that failed when they stood alone, and how many came to their turn before the world kept the next `size` from being tried. */
  async function attemptAll(due: readonly Failure[], isWanted: () => boolean): Promise<{ failed: Attempt[]; keptFrom: number }> {
    const failed: Attempt[] = [];
    const until = performance.now() + TURN_MS;
    for (let from = 0; from < due.length && isWanted() && performance.now() < until;) {
      const some = due.slice(from, from + size);
      const fault = await attempt(some);
      if (fault && (!fault.isTried || findCulprit(fault.error) === 'world')) {
        if (!isWaiting) log.warn({ err: fault.error }, 'events that failed cannot be tried again now');
        isWaiting = true;
        return { failed, keptFrom: from };
      }
      isWaiting = false;
      if (fault && some.length > 1) {
        size = Math.ceil(some.length / 2);
        continue;
      }
      if (fault) failed.push({ ...some[0]!, error: fault.error });
      else size = Math.min(size * 2, batch);
      from += some.length;
    }
    return { failed, keptFrom: Infinity };
  }

  return async (isWanted) => {
    const due = await listDueFailures(sql, name, batch);
    const { failed, keptFrom } = await attemptAll(due, isWanted);
    if (failed.length > 0 || keptFrom < Infinity) {
      const dead = await sql.begin(async (tx) => {
        await lockCursor(tx);
        await postponeFailures(tx, name, due.slice(keptFrom, keptFrom + size), KEPT_MS);
        await postponeFailures(tx, name, due.slice(keptFrom + size), BEHIND_MS);
        return await countAttempts(tx, name, failed);
      });
      if (keptFrom < Infinity) size = Math.ceil(Math.min(size, due.length - keptFrom) / 2);
      for (const { seq, subject, error } of dead)
        log.error({ err: error, seq, subject }, 'an event failed at every try: it is a dead letter until somebody redrives it');
    }
    return due.length > 0;
  };
}
