/**
 * Neo4j, asked in parameters only: reads that fail fast, and writes in managed transactions. Whether it is one server or a cluster, and
 * with TLS or without, is in the URL (`bolt://`, `neo4j://`, `+s`, `+ssc`).
 */
import neo4j, { type Driver, type QueryResult, type RecordShape, type Session } from 'neo4j-driver';
import { currentOperation } from '#platform/database/operations.ts';
import { createTurns } from '#platform/turns.ts';
import { silent, toAppError } from './failures.ts';

/** `readMs`: for tests. */
export type Neo4jOptions = { url: string; user: string; password?: string | undefined; readMs?: number };
/** Integers are to be given as bigint: the driver makes floats of numbers. They come back as numbers. */
export type Parameters = Record<string, unknown>;
export type Ask = <Row extends RecordShape>(text: string, parameters?: Parameters) => Promise<Row[]>;

/** Errors of all: Upstream when Neo4j cannot be reached or refuses, TimedOut when the question was too much. */
export type Neo4j = {
  /** One statement of a request, with all its rows: it must have a limit. Ended with the operation that it belongs to. */
  read: Ask;
  /** As `read`, but asked where the writers are: for what waits for them by a lock, and writes nothing itself. */
  readLocked: Ask;
  /** Rows as they come, some at a time. */
  stream<Row extends RecordShape>(text: string, parameters?: Parameters): AsyncIterable<Row[]>;
  /** `work` in one transaction. It is called again after a deadlock or a change of leaders. */
  write<Result>(work: (ask: Ask) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
};

/** The server ends a read after this. A level of 5,000 nodes takes some 50 ms; counting the edges of a hub of a million, 2 s. */
const READ_MS = 5_000;
/** Also of what has no limit: a million edges come in 7 s. */
const STREAM_MS = 60_000;
/** A batch of 10,000 rows takes about 1 s. */
const WRITE_MS = 60_000;
/** The server's word that it ended a statement should have come after this. */
const SILENCE_MS = 2_000;
const READS_AT_ONCE = 20;
/** Projections, and what they clear away. */
const WRITES_AT_ONCE = 4;
const ROWS_AT_ONCE = 1_000;

/** Connects when it is first asked. */
export function connectNeo4j({ url, user, password, readMs = READ_MS }: Neo4jOptions): Neo4j {
  const open = (): Driver =>
    neo4j.driver(url, password === undefined ? undefined : neo4j.auth.basic(user, password), {
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
    });
  let driver = open();
  let answeredAt = 0;
  // As with PostgreSQL's sessions: whoever asks for much leaves half of them to others.
  const turns = createTurns({ limit: READS_AT_ONCE, perKey: READS_AT_ONCE / 2 });

  /** Connections of a silent server would fill the pool until TCP gives them up, long after it is back. */
  function replace(silentOne: Driver, since: number): void {
    if (driver !== silentOne || answeredAt >= since) return;
    driver = open();
    // Nothing is lost: it only says goodbye to who does not listen.
    silentOne.close().catch(() => {});
  }

  /** A session, and a bound on each wait for it. */
  function begin(mode: 'READ' | 'WRITE', operation?: AbortSignal) {
    const own = driver;
    // No bookmarks: a server that was emptied or restored refuses those from before.
    const session = own.session({ defaultAccessMode: mode });
    let isGivenUp = false;
    return {
      async wait<Result>(ms: number, work: (session: Session, signal: AbortSignal) => Promise<Result>): Promise<Result> {
        const since = performance.now();
        const timeout = AbortSignal.timeout(ms);
        const signal = operation ? AbortSignal.any([operation, timeout]) : timeout;
        const { promise: aborted, reject } = Promise.withResolvers<never>();
        const giveUp = (): void => {
          isGivenUp = true;
          if (timeout.aborted) replace(own, since);
          reject(timeout.aborted ? silent(ms) : signal.reason);
        };
        signal.addEventListener('abort', giveUp, { once: true });
        if (signal.aborted) giveUp();
        try {
          const result = await Promise.race([work(session, signal), aborted]);
          answeredAt = performance.now();
          return result;
        } catch (error) {
          throw toAppError(error);
        } finally {
          signal.removeEventListener('abort', giveUp);
        }
      },
      /** Ends in the server what still runs there. Nothing is lost where that fails: then the connection is gone. */
      async end(): Promise<void> {
        const closed = session.close().catch(() => {});
        if (!isGivenUp) await closed;
      },
    };
  }

  async function readIn<Row extends RecordShape>(mode: 'READ' | 'WRITE', text: string, parameters?: Parameters): Promise<Row[]> {
    const operation = currentOperation();
    const { wait, end } = begin(mode, operation?.signal);
    try {
      return await wait(readMs + SILENCE_MS, async (session, signal) => {
        const giveBack = await turns.take(operation?.caller ?? '', signal);
        const once = async () => rowsOf(await session.run<Row>(text, parameters, { timeout: readMs }));
        try {
          // A connection that broke while it lay in the pool, or a leader that just changed: the next one is a good one.
          return await once().catch((error: unknown) => (neo4j.isRetryableError(error) ? once() : Promise.reject(error)));
        } finally {
          giveBack();
        }
      });
    } finally {
      await end();
    }
  }

  return {
    read: (text, parameters) => readIn('READ', text, parameters),
    readLocked: (text, parameters) => readIn('WRITE', text, parameters),

    async *stream<Row extends RecordShape>(text: string, parameters?: Parameters) {
      const { wait, end } = begin('READ', currentOperation()?.signal);
      try {
        const result = await wait(readMs + SILENCE_MS, async (session) =>
          session.run<Row>(text, parameters, { timeout: STREAM_MS })[Symbol.asyncIterator](),
        );
        for (let isDone = false; !isDone;) {
          const rows = await wait(STREAM_MS, async () => {
            const some: Row[] = [];
            while (some.length < ROWS_AT_ONCE) {
              const next = await result.next();
              if ((isDone = next.done === true)) break;
              some.push(next.value.toObject() as Row);
            }
            return some;
          });
          if (rows.length > 0) yield rows;
        }
      } finally {
        await end();
      }
    },

    async write(work) {
      const { wait, end } = begin('WRITE');
      try {
        return await wait(WRITE_MS + SILENCE_MS, (session) =>
          session.executeWrite((tx) => work(async (text, parameters) => rowsOf(await tx.run(text, parameters))), { timeout: WRITE_MS }),
        );
      } finally {
        await end();
      }
    },

    close: () => driver.close(),
  };
}

const rowsOf = <Row extends RecordShape>({ records }: QueryResult<Row>): Row[] =>
  records.map((record) => record.toObject() as unknown as Row);
