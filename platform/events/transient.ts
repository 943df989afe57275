/** Whether a consumer failed because of the world, or because of the event that it was given. */
import { sqlState } from '../database/index.ts';
import type { ErrorCode } from '../errors.ts';

/**
 * SQLSTATEs that say nothing of the statement's own words: connections (08), transactions that met (40), resources (53),
 * the operator and time limits (57), the system below (58); a lock or a session that was waited for too long.
 */
const SQL_STATES = /^(08|40|53|57|58)|^(55P03|25P03|25P04)$/;
/** How postgres.js and Node say that there is no connection. */
const NO_CONNECTION = /^(CONNECTION_\w+|CONNECT_TIMEOUT|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
/** What another subgraph answers while it, or something that it needs, is away. */
const AWAY: readonly unknown[] = ['UPSTREAM_UNAVAILABLE', 'TIMEOUT', 'RATE_LIMITED'] satisfies ErrorCode[];
/** Errors wrap each other; not for ever. */
const MOST_CAUSES = 8;

type Wrapped = { code?: unknown; cause?: unknown; originalError?: unknown; extensions?: { code?: unknown } };

/** True when the same event may well succeed once the world is as it should be. */
export function isTransient(error: unknown): boolean {
  let current = error;
  for (let depth = 0; typeof current === 'object' && current !== null && depth < MOST_CAUSES; depth++) {
    const { code, cause, originalError, extensions } = current as Wrapped;
    if (SQL_STATES.test(sqlState(current) ?? '')) return true;
    if (typeof code === 'string' && (NO_CONNECTION.test(code) || AWAY.includes(code))) return true;
    if (AWAY.includes(extensions?.code)) return true;
    current = originalError ?? cause;
  }
  return false;
}
