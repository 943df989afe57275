/**
 * A pool whose statements end with the operation that asked for them (`operations.ts`).
 *
 * PostgreSQL cancels whatever a session runs when the request arrives, so a session that also serves others could lose a
 * neighbour's statement. Hence a statement of an operation has its session to itself (postgres.js would put several in a
 * row), and the session goes back only after the statement has ended and no cancel request is under way: PostgreSQL
 * closes the request's connection after it has signalled, and a session without a statement ignores the signal.
 *
 * One caller has at most half of the pool's sessions: were they all waiting for a lock, or for what its searches read, nobody
 * else would be answered. What it asks beyond waits for its own, and callers take turns.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Transaction } from './types.ts';
import { isUnreachable } from './outage.ts';
import { createTurns, type Turns } from '../turns.ts';
import { currentOperation, withSession, type Operation } from './operations.ts';
import { withoutStaleRows } from './staleRows.ts';

/** A cancel request that arrives between two messages of a statement is ignored, so it is sent again until the statement has ended. */
const CANCEL_AGAIN_MS = 50;

/** What postgres.js 3.4.9 has in a query and leaves out of its types. A query is lazy: `handler` sends it when it is awaited. */
type Query = PromiseLike<unknown> & {
  handler: (query: Query) => void;
  /** Sends a cancel request; resolves when the server has dealt with it. Only for an active query: others would confuse its connection. */
  canceller: (query: Query) => Promise<void>;
  active: boolean;
  reject: (error: unknown) => void;
  cursorFn?: unknown;
  streaming?: boolean;
};

/** Settles when the query has ended and nothing is on its way that could cancel the session's next one. Never fails. */
async function ended(query: Query, { signal, running }: Operation): Promise<void> {
  let settled = false;
  let cancelling: Promise<void> | undefined;
  const cancel = async (): Promise<void> => {
    while (!settled) {
      // A request that fails is made again; at the worst the statement ends by the session's own statement_timeout.
      if (query.active) await query.canceller(query).catch(() => {});
      if (!settled) await sleep(CANCEL_AGAIN_MS);
    }
  };
  const start = (): void => void (cancelling ??= cancel());
  running.add(start);
  if (signal.aborted) start();
  const settle = (): void => void (settled = true);
  await query.then(settle, settle);
  running.delete(start);
  await cancelling;
}

/** A template call or `unsafe` gives a query; a call with a name or a row gives a fragment, which is never sent. */
const isQuery = (result: unknown): result is Query => typeof result === 'object' && result !== null && 'handler' in result;

type Send = (query: Query, send: Query['handler']) => void;

/** `sql` with other ways to send a query and, for a pool, to begin a transaction. */
function intercept<Sql extends Database | Transaction>(
  sql: Sql,
  send: () => Send | undefined,
  overrides: Partial<Record<string, unknown>>,
): Sql {
  const catchQuery = (result: unknown): unknown => {
    if (isQuery(result)) withoutStaleRows(result);
    const through = isQuery(result) ? send() : undefined;
    if (through && isQuery(result)) {
      const { handler } = result;
      result.handler = (query) => through(query, handler);
    }
    return result;
  };
  const unsafe = (...args: Parameters<Database['unsafe']>): unknown => catchQuery(sql.unsafe(...args));
  return new Proxy(sql, {
    apply: (target, self, args) => catchQuery(Reflect.apply(target as never, self, args)),
    get: (target, name) =>
      name === 'unsafe' ? unsafe : ((overrides as Record<string | symbol, unknown>)[name] ?? Reflect.get(target, name)),
  });
}

const NOTHING_TO_GIVE_BACK = (): void => {};

/** The caller's turn to have one session more; gives what ends it. */
async function takeTurn(turns: Turns, { signal, caller, hasSession }: Operation): Promise<() => void> {
  // Three transactions that each waited for the others' turns to end would wait for ever.
  return hasSession ? NOTHING_TO_GIVE_BACK : turns.take(caller, signal);
}

type Pool = { sql: Database; turns: Turns; reach: Reach };

/**
 * While the server is away each session finds that out for itself, one caller after the other, and takes longer each time before it
 * tries again. So that a crowd is told at once, who comes within this time after a failure gets the same.
 */
const AWAY_MS = 250;

type Reach = {
  /** Throws what the last try to reach the server threw, if that was a moment ago. */
  check(): void;
  note(error: unknown): void;
};

function createReach(): Reach {
  let away: { error: unknown; until: number } | undefined;
  return {
    check() {
      if (away && performance.now() < away.until) throw away.error;
    },
    note(error) {
      if (isUnreachable(error) && error !== away?.error) away = { error, until: performance.now() + AWAY_MS };
    },
  };
}

/** Sends one statement over a session that it has to itself. */
async function sendAlone({ sql, turns, reach }: Pool, query: Query, operation: Operation): Promise<void> {
  const { signal, running } = operation;
  const leave = (): void => query.reject(signal.reason);
  if (signal.aborted) return leave();
  let giveBack = NOTHING_TO_GIVE_BACK;
  try {
    giveBack = await takeTurn(turns, operation);
    reach.check();
    running.add(leave); // while it waits for a session
    const session = await sql.reserve();
    if (!signal.aborted) {
      running.delete(leave);
      (session`` as unknown as Query).handler(query);
      await ended(query, operation);
    }
    session.release();
  } catch (error) {
    reach.note(error);
    query.reject(error);
  } finally {
    running.delete(leave);
    giveBack();
  }
}

/** A transaction of an operation: rolled back once the signal is aborted, also if its function goes on as if nothing were. */
async function begin({ sql, turns, reach }: Pool, operation: Operation, args: unknown[]): Promise<unknown> {
  const { signal } = operation;
  const work = args.at(-1) as (tx: Transaction) => unknown;
  const within = async (tx: Transaction): Promise<unknown> => {
    signal.throwIfAborted();
    const statements: Promise<void>[] = [];
    const send: Send = (query, handler) => {
      if (signal.aborted) return query.reject(signal.reason);
      handler(query);
      statements.push(ended(query, operation));
    };
    const savepoint = (): never => {
      throw new Error('A savepoint within an operation would not be cancelled with it; nothing uses one.');
    };
    try {
      const result = withSession(operation, () => work(intercept(tx, () => send, { savepoint })));
      const settled = await (Array.isArray(result) ? Promise.all(result) : result);
      signal.throwIfAborted();
      return settled;
    } finally {
      await Promise.all(statements); // before `rollback`, which a late cancel request must not meet
    }
  };
  const giveBack = await takeTurn(turns, operation);
  try {
    reach.check();
    return await sql.begin(...([...args.slice(0, -1), within] as Parameters<Database['begin']>));
  } catch (error) {
    reach.note(error);
    throw error;
  } finally {
    giveBack();
  }
}

/** The pool of `max` sessions as before, but statements and transactions asked for within an operation end with it, and take turns. */
export function endWithOperations(sql: Database, max: number): Database {
  const pool = { sql, turns: createTurns({ limit: max, perKey: Math.max(1, Math.floor(max / 2)) }), reach: createReach() };
  return intercept(
    sql,
    () => {
      const operation = currentOperation();
      if (!operation) return undefined;
      return (query, handler) => {
        // The promise of these settles at another time than the statement ends; only scans use them.
        if (query.cursorFn || query.streaming) handler(query);
        else void sendAlone(pool, query, operation);
      };
    },
    {
      begin: (...args: unknown[]) => {
        const operation = currentOperation();
        return operation ? begin(pool, operation, args) : sql.begin(...(args as Parameters<Database['begin']>));
      },
    },
  );
}
