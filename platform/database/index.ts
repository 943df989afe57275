/**
 * Connections to PurSight's own PostgreSQL. Queries are postgres.js templates (values are always parameters);
 * tables, row types and migrations are drizzle's.
 */
import { connect as connectTcp, type Socket } from 'node:net';
import postgres from 'postgres';
import { endWithOperations } from './cancelling.ts';
import type { Database } from './types.ts';

export { sqlState } from './sqlState.ts';
export type { Database, Queryable, Transaction } from './types.ts';

export type ConnectOptions = {
  /** postgres:// URL with user and password. */
  url: string;
  /** Shown in pg_stat_activity as `pursight <name>`. */
  name: string;
  /** Most connections at a time. */
  max?: number;
  /** Milliseconds after which the server cancels a statement; 0 means never. */
  statementTimeoutMs?: number;
};

export function connect({ url, name, max = 5, statementTimeoutMs = 30_000 }: ConnectOptions): Database {
  const options: postgres.Options<{ bigint: postgres.PostgresType<number> }> & { socket: typeof openSocket } = {
    socket: openSocket,
    ...databaseOf(url),
    max,
    idle_timeout: 20,
    connect_timeout: 10,
    backoff: pauseBeforeReconnect,
    onnotice: () => {},
    connection: { application_name: `pursight ${name}`, statement_timeout: statementTimeoutMs },
    // Only column names: postgres.camel would rename the keys inside of jsonb values too.
    transform: { undefined: null, column: { from: postgres.toCamel, to: postgres.fromCamel } },
    types: {
      bigint: { to: 20, from: [20], parse: Number, serialize: String },
    },
  };
  return endWithOperations(postgres(url, options) as unknown as Database, max);
}

/** Seconds, by how often a connection was lost in a row. postgres.js would wait for up to 20, and with it whoever asks. */
export const pauseBeforeReconnect = (losses: number): number => Math.min(0.01 * 2 ** losses, 0.5);

/**
 * A socket without Nagle's delay, which postgres.js does not turn off: it cost 40 ms for each COPY. It is handed over while
 * it connects; what is written by then waits in its buffer.
 */
function openSocket({ host, port, path }: { host: string[]; port: number[]; path?: string | false }): Socket {
  if (path) return connectTcp({ path });
  // The name is for TLS, which postgres.js reads off the socket.
  return Object.assign(connectTcp({ host: host[0]!, port: port[0]!, noDelay: true }), { host: host[0], port: port[0] });
}

/** The URL's database: postgres.js leaves it percent-encoded. */
function databaseOf(url: string): { database?: string } {
  const database = decodeURIComponent(new URL(url).pathname.slice(1));
  return database ? { database } : {};
}
