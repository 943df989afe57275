/** One connection to one database of a source, for reading its catalog. */
import postgres from 'postgres';
import type { Target } from './config.ts';
import { dial, NoAnswer } from './socket.ts';
import type { QueryName } from './queries.ts';

export const CONNECT_LIMIT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 60_000;
const LOCK_TIMEOUT_MS = 3_000;
/** A statement that the server should have ended long ago: the way to it is cut. */
const SILENCE_LIMIT_MS = STATEMENT_TIMEOUT_MS + 15_000;
/** How long a cancelled statement may take to end before its connection is cut. */
const FAREWELL_SECONDS = 1;
const CANCEL_LIMIT_MS = 2_000;
export const OLDEST_VERSION = 120_000;

const STARTUP_OPTIONS = `-c statement_timeout=${STATEMENT_TIMEOUT_MS} -c lock_timeout=${LOCK_TIMEOUT_MS} -c default_transaction_read_only=on -c search_path=`;

/**
 * What every transaction begins with. The settings of STARTUP_OPTIONS come again because a pooler may have refused them. An empty
 * search path makes the server write every name outside of pg_catalog with its schema. A cursor's plan is made for all of
 * its rows, not for the first; compiling (jit) would cost more than the queries. A reader that waits for its
 * consumer must not be ended as idle.
 */
const BEGIN = `begin isolation level repeatable read read only;
set local search_path to '';
set local statement_timeout to ${STATEMENT_TIMEOUT_MS};
set local lock_timeout to ${LOCK_TIMEOUT_MS};
set local cursor_tuple_fraction to 1;
set local jit to off;
set local work_mem to '32MB';
set local quote_all_identifiers to off;
select set_config(name, '0', true) from pg_settings
where name in ('idle_in_transaction_session_timeout', 'transaction_timeout') and setting <> '0' and context = 'user'`;

/** A query failed. `state` is its SQLSTATE; `lost` says that the connection is gone. */
export class QueryFailure extends Error {
  readonly query: QueryName;
  readonly state: string | undefined;
  readonly lost: boolean;
  constructor(query: QueryName, { state, lost = false, cause }: { state?: string; lost?: boolean; cause?: unknown }) {
    super(`the catalog query "${query}" failed`, { cause });
    this.query = query;
    this.state = state;
    this.lost = lost;
  }
}

export type Session = {
  /** `18.4` */
  version: string;
  versionNumber: number;
  /** The rows of a query as arrays. `name` is what `FAULT` and warnings call it; several queries may be under way, and run in the order in which they were asked. */
  query<Row>(name: QueryName, text: string): Promise<Row[]>;
  begin(): Promise<void>;
  /** A query that may fail and leave the transaction as it was: the other cursors go on. */
  attempt<Row>(name: QueryName, text: string): Promise<Row[]>;
  commit(): Promise<void>;
  close(): Promise<void>;
};

export type SessionOptions = { signal: AbortSignal; faults: ReadonlySet<string>; connectLimitMs?: number };

/** Connects and signs in, within `connectLimitMs`. Throws what `explain` can explain, or the signal's reason. */
export async function openSession(target: Target, database: string, options: SessionOptions): Promise<Session> {
  const limit = new AbortController();
  const stop = () => limit.abort(options.signal.reason);
  options.signal.addEventListener('abort', stop, { once: true });
  if (options.signal.aborted) stop();
  const timer = setTimeout(() => limit.abort(new NoAnswer('no answer in time')), options.connectLimitMs ?? CONNECT_LIMIT_MS);
  try {
    try {
      return await signIn(target, database, options, limit, STARTUP_OPTIONS);
    } catch (error) {
      // PgBouncer refuses startup options that it does not know.
      if (sqlStateOf(error) !== '08P01') throw error;
      return await signIn(target, database, options, limit, undefined);
    }
  } catch (error) {
    throw limit.signal.aborted ? limit.signal.reason : error;
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', stop);
  }
}

export const sqlStateOf = (error: unknown): string | undefined => (error instanceof postgres.PostgresError ? error.code : undefined);

/** Every setting that postgres.js would else take from this process's environment is given: a password of ours must not go to a source. */
function createClient(
  target: Target,
  database: string,
  startup: string | undefined,
  socket: () => Promise<unknown>,
  onclose: () => void,
): postgres.Sql {
  const options = {
    host: [target.host],
    port: [target.port],
    database,
    user: target.user,
    password: () => target.password ?? '',
    ssl: false, // `socket` does it.
    socket,
    max: 1,
    fetch_types: false,
    connect_timeout: CONNECT_LIMIT_MS / 1000,
    idle_timeout: 0,
    max_lifetime: 0,
    onnotice: () => {},
    onclose,
    connection: { application_name: 'pursight scan', ...(startup === undefined ? {} : { options: startup }) },
  };
  return postgres(options as unknown as postgres.Options<Record<string, never>>);
}

async function signIn(
  target: Target,
  database: string,
  { signal, faults }: SessionOptions,
  limit: AbortController,
  startup: string | undefined,
): Promise<Session> {
  let dialled = false;
  let lost = false;
  const sql = createClient(
    target,
    database,
    startup,
    async () => {
      // postgres.js dials again when a server hangs up before it says anything.
      if (dialled) throw Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
      dialled = true;
      return dial(target, limit.signal);
    },
    () => {
      lost = true;
    },
  );
  let version: { version: string; number: number };
  /** What a request to cancel has to show. */
  let backend: Backend;
  try {
    const rows = await sql<[{ version: string; number: number }]>`
      select current_setting('server_version') as version, current_setting('server_version_num')::int as number`.simple();
    [version] = rows;
    backend = rows.state as unknown as Backend;
  } catch (error) {
    await sql.end({ timeout: 0 });
    throw error;
  }

  let running = 0;
  let silence: NodeJS.Timeout | undefined;
  const listen = (): void => {
    clearTimeout(silence);
    if (running > 0) silence = setTimeout(() => limit.abort(new NoAnswer('no answer in time')), SILENCE_LIMIT_MS);
  };
  /** The error that broke the transaction: what was under way after it fails with 25P02, which says nothing. */
  let broken: QueryFailure | undefined;

  const translate = (name: QueryName, error: unknown): unknown => {
    if (signal.aborted) return signal.reason;
    const state = sqlStateOf(error);
    if (state === '25P02' && broken) return broken;
    const cut = state === undefined ? true : /^(08|57P)/.test(state);
    const failure = new QueryFailure(name, { state, lost: lost || cut, cause: error });
    broken ??= failure;
    return failure;
  };

  async function query<Row>(name: QueryName, text: string): Promise<Row[]> {
    signal.throwIfAborted();
    if (faults.has(name)) throw new QueryFailure(name, { state: 'FAULT' });
    // postgres.js would connect anew and go on outside of the transaction.
    if (lost) throw new QueryFailure(name, { lost: true });
    if (++running === 1) listen();
    try {
      return (await sql.unsafe(text).values()) as unknown as Row[];
    } catch (error) {
      throw translate(name, error);
    } finally {
      running--;
      listen();
    }
  }

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      signal.removeEventListener('abort', abort);
      // Ends the statement in the server too: it would notice a cut connection only when it answers.
      if (running > 0 && !lost) await cancel(target, backend);
      await sql.end({ timeout: FAREWELL_SECONDS });
      limit.abort(new Error('the session was closed'));
    })();
    return closing;
  };
  const abort = () => void close();
  signal.addEventListener('abort', abort, { once: true });

  return {
    version: version.version,
    versionNumber: version.number,
    query,
    begin: async () => {
      broken = undefined;
      await query('begin', BEGIN);
    },
    attempt: async <Row>(name: QueryName, text: string): Promise<Row[]> => {
      try {
        const [, rows] = await Promise.all([
          query(name, 'savepoint attempt'),
          query<Row>(name, text),
          query(name, 'release savepoint attempt'),
        ]);
        return rows;
      } catch (error) {
        broken = undefined;
        await query(name, 'rollback to savepoint attempt');
        throw error;
      }
    },
    commit: async () => void (await query('commit', 'commit')),
    close,
  };
}

type Backend = { pid: number; secret: number };

/** Asks the server to cancel what a session runs: a CancelRequest on a connection of its own. Nothing is lost when it fails; the session is cut soon after. */
async function cancel(target: Target, { pid, secret }: Backend): Promise<void> {
  const request = Buffer.alloc(16);
  request.writeInt32BE(16, 0);
  request.writeInt32BE(80_877_102, 4);
  request.writeUInt32BE(pid, 8);
  request.writeUInt32BE(secret, 12);
  try {
    const socket = await dial(target, AbortSignal.timeout(CANCEL_LIMIT_MS));
    socket.on('error', () => {}); // As said above.
    socket.end(request);
  } catch {
    // As said above.
  }
}
