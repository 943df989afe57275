/**
 * Neo4j, asked in parameters only: reads that fail fast, and writes in managed transactions. Whether it is one server or a cluster, and
 * with TLS or without, is in the URL (`bolt://`, `neo4j://`, `+s`, `+ssc`). Of a cluster the leader is asked: its followers may not have
 * yet what it has committed, and then know nothing of a class that was changed.
 */
import neo4j, { type Driver, type QueryResult, type RecordShape, type Session } from 'neo4j-driver';
import { currentOperation, type Operation } from '#platform/database/operations.ts';
import { TimedOut, type Upstream } from '#platform/errors.ts';
import { createTurns } from '#platform/turns.ts';
import { Away, closed, isAnswer, isSilence, Refused, silent, toAppError, TOO_LONG } from './failures.ts';
import { createLimit } from './limit.ts';

/** `readMs`: for tests. */
export type Neo4jOptions = { url: string; user: string; password?: string | undefined; readMs?: number };
/** Integers are to be given as bigint: the driver makes floats of numbers. They come back as numbers. */
export type Parameters = Record<string, unknown>;
export type Ask = <Row extends RecordShape>(text: string, parameters?: Parameters) => Promise<Row[]>;

/** Errors of all: Upstream when Neo4j cannot be reached, refuses or fails, TimedOut when the question was too much. */
export type Neo4j = {
  /** One statement of a request, with all its rows: it must have a limit. Ended with the operation that it belongs to. */
  read: Ask;
  /** Rows as they come, some at a time. */
  stream<Row extends RecordShape>(text: string, parameters?: Parameters): AsyncIterable<Row[]>;
  /** `work` in one transaction. It is called again after a deadlock or a change of leaders. */
  write<Result>(work: (ask: Ask) => Promise<Result>): Promise<Result>;
  /** Who still waits is told that it was closed, and so is whoever asks from then on. */
  close(): Promise<void>;
};

/** The server ends a read after this. A level of 5,000 nodes takes some 50 ms; counting the edges of a hub of a million, 2 s. */
const READ_MS = 5_000;
/** Also of what has no limit: a million edges come in 7 s. */
const STREAM_MS = 60_000;
/** A batch of 10,000 rows takes about 1 s. */
const WRITE_MS = 60_000;
/** The server looks every second or two for what takes too long: its word that it ended a statement should have come after this. */
const SILENCE_MS = 3_000;
/** How long a question waits for those of others. As long as two that take too long. */
const TURN_MS = 10_000;
/** Reads and streams. */
const READS_AT_ONCE = 20;
/** Projections, and what they clear away. */
const WRITES_AT_ONCE = 4;
const ROWS_AT_ONCE = 1_000;

/** A driver. `gone` is aborted, with the error, once its server was found to be silent, or it was closed; `heardAt` is when that last said anything. */
type Link = { driver: Driver; gone: AbortController; heardAt: number };

/** Connects when it is first asked. */
export function connectNeo4j({ url, user, password, readMs = READ_MS }: Neo4jOptions): Neo4j {
  const open = (): Link => ({
    driver: neo4j.driver(url, password === undefined ? undefined : neo4j.auth.basic(user, password), {
      maxConnectionPoolSize: READS_AT_ONCE + WRITES_AT_ONCE,
      // A host that swallows packets is known by that sooner than by a missing answer.
      connectionTimeout: 3_000,
      connectionAcquisitionTimeout: readMs,
      // Firewalls forget connections on which nothing was said for long.
      connectionLivenessCheckTimeout: 60_000,
      // For deadlocks and changing leaders; whoever writes to a server that is away tries again in a time of their own.
      maxTransactionRetryTime: 5_000,
      fetchSize: ROWS_AT_ONCE,
      disableLosslessIntegers: true,
      telemetryDisabled: true,
      userAgent: 'pursight',
    }),
    gone: new AbortController(),
    heardAt: 0,
  });
  let link = open();
  let refusal: { error: Refused; until: number } | undefined;
  // As with PostgreSQL's sessions: whoever asks for much leaves half of them to others.
  const turns = createTurns({ limit: READS_AT_ONCE, perKey: READS_AT_ONCE / 2 });

  /**
   * Connections of a silent server would fill the pool until TCP gives them up, long after it is back. The driver leaves what waits for
   * one that it closes waiting for ever: all of that is told here.
   */
  function replace(silentOne: Link, error: Upstream): void {
    if (link !== silentOne || silentOne.gone.signal.aborted) return;
    link = open();
    silentOne.gone.abort(error);
    // Nothing is lost: it only says goodbye to who does not listen.
    silentOne.driver.close().catch(() => {});
  }

  /** Notes that the server is there: also who refuses has answered. */
  async function hear<Result>(own: Link, asked: Promise<Result>): Promise<Result> {
    try {
      const result = await asked;
      own.heardAt = performance.now();
      refusal = undefined;
      return result;
    } catch (error) {
      if (isAnswer(error)) own.heardAt = performance.now();
      const failure = toAppError(error);
      if (failure instanceof Refused) noteRefusal(failure);
      // An answer about the question itself is given only to who was let in. What else fails says nothing of the password.
      else if (isAnswer(error) && !(failure instanceof Away)) refusal = undefined;
      throw error;
    }
  }

  /** Several may have signed in at once. That a password is wrong counts for longer than the lock that comes of it, whichever is heard last. */
  function noteRefusal(error: Refused): void {
    const until = performance.now() + error.forMs;
    if (!refusal || until > refusal.until) refusal = { error, until };
  }

  function throwIfRefused(): void {
    if (refusal && performance.now() < refusal.until) throw refusal.error;
  }

  async function takeTurn(operation?: Operation): Promise<() => void> {
    const limit = createLimit(TURN_MS, () => new TimedOut(BUSY), [operation?.signal, link.gone.signal]);
    try {
      return await turns.take(operation?.caller ?? '', limit.signal);
    } finally {
      limit.end();
    }
  }

  /** A session, and a bound on each wait for it. `giveBack`: to be called once it is over in the server, too. */
  function begin(operation?: Operation, giveBack = (): void => {}) {
    throwIfRefused();
    // After a wrong password one at a time finds out whether it is right now.
    if (refusal) refusal.until = performance.now() + refusal.error.forMs;
    const own = link;
    // No bookmarks: a server that was emptied or restored refuses those from before.
    const session = own.driver.session({ defaultAccessMode: neo4j.session.WRITE });
    let isGivenUp = false;
    return {
      async wait<Result>(ms: number, work: (session: Session, own: Link) => Promise<Result>): Promise<Result> {
        const since = performance.now();
        const limit = createLimit(ms, () => {
          // Whoever answers others is not silent.
          if (own.heardAt >= since) return new TimedOut(TOO_LONG);
          const error = silent(ms);
          replace(own, error);
          return error;
        }, [operation?.signal, own.gone.signal]);
        try {
          return await limit.wait(() => hear(own, work(session, own)));
        } catch (error) {
          isGivenUp = limit.signal.aborted;
          const failure = toAppError(error);
          if (isSilence(error) && own.heardAt < since) replace(own, failure as Upstream);
          throw failure;
        } finally {
          limit.end();
        }
      },
      /** Ends in the server what still runs there. Nothing is lost where that fails: then the connection is gone. */
      async end(): Promise<void> {
        const limit = createLimit(SILENCE_MS, () => silent(SILENCE_MS), [own.gone.signal]);
        const ended = limit
          .wait(() => session.close())
          .catch(() => {})
          .finally(() => {
            limit.end();
            giveBack();
          });
        if (!isGivenUp) await ended;
      },
    };
  }

  async function beginReading() {
    throwIfRefused();
    const operation = currentOperation();
    const giveBack = await takeTurn(operation);
    try {
      return begin(operation, giveBack);
    } catch (error) {
      // Refused, or closed, while it waited for its turn.
      giveBack();
      throw error;
    }
  }

  return {
    async read<Row extends RecordShape>(text: string, parameters?: Parameters) {
      const { wait, end } = await beginReading();
      try {
        return await wait(readMs + SILENCE_MS, async (session, own) => {
          const once = async () => rowsOf(await hear(own, session.run<Row>(text, parameters, { timeout: readMs })));
          // A connection that broke while it lay in the pool, or a leader that just changed: the next one is a good one.
          return await once().catch((error: unknown) => (neo4j.isRetryableError(error) ? once() : Promise.reject(error)));
        });
      } finally {
        await end();
      }
    },

    async *stream<Row extends RecordShape>(text: string, parameters?: Parameters) {
      const { wait, end } = await beginReading();
      try {
        const rows = await wait(readMs + SILENCE_MS, async (session) => {
          const result = session.run<Row>(text, parameters, { timeout: STREAM_MS });
          // It has begun. The first row may be long in coming.
          await result.keys();
          return result[Symbol.asyncIterator]();
        });
        for (let isDone = false; !isDone;) {
          const some = await wait(STREAM_MS + SILENCE_MS, async () => {
            const found: Row[] = [];
            while (found.length < ROWS_AT_ONCE) {
              const next = await rows.next();
              if ((isDone = next.done === true)) break;
              found.push(next.value.toObject() as Row);
            }
            return found;
          });
          if (some.length > 0) yield some;
        }
      } finally {
        await end();
      }
    },

    async write(work) {
      const { wait, end } = begin();
      try {
        return await wait(WRITE_MS + SILENCE_MS, (session, own) =>
          session.executeWrite((tx) => work(async (text, parameters) => rowsOf(await hear(own, tx.run(text, parameters)))), {
            timeout: WRITE_MS,
          }),
        );
      } finally {
        await end();
      }
    },

    async close() {
      // The driver leaves those waiting for ever.
      link.gone.abort(closed());
      await link.driver.close();
    },
  };
}

const BUSY = 'Neo4j had no time for this, because too much is asked at once. Ask for less at once, or later.';

const rowsOf = <Row extends RecordShape>({ records }: QueryResult<Row>): Row[] =>
  records.map((record) => record.toObject() as unknown as Row);
