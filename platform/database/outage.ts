/** That PurSight's own database cannot be asked now: what a caller is told, instead of an internal error. Nothing has to be restarted after it. */
import { Upstream, type ErrorCode } from '../errors.ts';
import { sqlState } from './sqlState.ts';

/** How postgres.js and Node say that there is no connection, or none any more. */
const NO_CONNECTION = /^(CONNECTION_\w+|CONNECT_TIMEOUT|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
/** Of these, what a session that had been there says when it is lost: others may go on. */
const LOST = /^(CONNECTION_\w+|ECONNRESET|EPIPE)$/;
/** SQLSTATE of a server that starts or stops. */
const CANNOT_CONNECT_NOW = '57P03';

const TOLD: readonly { state: RegExp; message: string; check: string }[] = [
  {
    state: /^53300$/,
    message: 'The database has no connection left. Try again in a moment.',
    check: 'max_connections of PostgreSQL, and who else uses it',
  },
  {
    state: /^53100$/,
    message: 'The disk of the database is full: nothing can be written. What it has can still be read.',
    check: 'Free space on the disk of PostgreSQL',
  },
  {
    state: /^(53[0-3]|58)/,
    message: 'The database lacks memory, or cannot use its files.',
    check: 'The log of PostgreSQL',
  },
  {
    state: /^25006$/,
    message: 'The database takes no changes now. What it has can still be read.',
    check: 'Whether PostgreSQL is a standby, or default_transaction_read_only is on',
  },
  {
    state: /^(08|57P0)/,
    message: 'The database does not answer. Try again in a moment; after a mutation, look first whether it was made.',
    check: 'Whether PostgreSQL runs and can be reached',
  },
];

/** What such an error says that it is of: other systems have names of their own. */
const SYSTEM = 'database';

type Wrapped = { code?: unknown; cause?: unknown; originalError?: unknown };

/** Errors wrap each other; not for ever. */
const MOST_CAUSES = 8;

export const isNoConnection = (error: unknown): boolean => {
  const { code } = (error ?? {}) as Wrapped;
  return typeof code === 'string' && NO_CONNECTION.test(code);
};

/** No session could be made, and nobody else could make one either. */
export const isUnreachable = (error: unknown): boolean =>
  sqlState(error) === CANNOT_CONNECT_NOW || (isNoConnection(error) && !LOST.test((error as { code: string }).code));

/** Whether an answer tells of an outage, in this process or another. */
export const tellsOfOutage = ({ extensions }: { readonly extensions?: { readonly [name: string]: unknown } }): boolean =>
  extensions?.['code'] === ('UPSTREAM_UNAVAILABLE' satisfies ErrorCode) && extensions['system'] === SYSTEM;

/** Undefined for an error that is of the statement itself. */
export function findOutage(error: unknown): Upstream | undefined {
  let current = error;
  for (let depth = 0; typeof current === 'object' && current !== null && depth < MOST_CAUSES; depth++) {
    const state = isNoConnection(current) ? '08000' : sqlState(current);
    const told = state === undefined ? undefined : TOLD.find((each) => each.state.test(state));
    if (told) return new Upstream(told.message, { system: SYSTEM, check: told.check }, { cause: error });
    const { originalError, cause } = current as Wrapped;
    current = originalError ?? cause;
  }
  return undefined;
}
