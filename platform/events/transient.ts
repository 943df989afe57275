/** Whose fault it is that a consumer failed: that of the event that it was given, or the world's. */
import { sqlState } from '../database/index.ts';
import { isNoConnection } from '../database/outage.ts';
import type { ErrorCode } from '../errors.ts';

/**
 * - `event`: it fails whenever it is tried;
 * - `limit`: a limit was reached, of time or of resources. The world may be slow, or the work too much;
 * - `world`: the same work may well succeed once the world is as it should be.
 */
export type Culprit = 'event' | 'limit' | 'world';

/** SQLSTATEs of connections (08, and one too many), transactions that met (40), the operator (57P), the system below (58), and a lock that is not had. */
const WORLD_STATES = /^(08|40|57P|58)|^(53300|55P03)$/;
/** Resources (53), and the limits of a statement, a transaction and a session that waits within one. */
const LIMIT_STATES = /^53|^(57014|25P03|25P04)$/;
/** What another subgraph answers while it, or something that it needs, is away. */
const AWAY: unknown = 'UPSTREAM_UNAVAILABLE' satisfies ErrorCode;
/** What it answers when it was asked for too much, or by too many. */
const LIMITS: readonly unknown[] = ['TIMEOUT', 'RATE_LIMITED'] satisfies ErrorCode[];
/** Errors wrap each other; not for ever. */
const MOST_CAUSES = 8;

type Wrapped = { code?: unknown; cause?: unknown; originalError?: unknown; extensions?: { code?: unknown } };

export function findCulprit(error: unknown): Culprit {
  let current = error;
  for (let depth = 0; typeof current === 'object' && current !== null && depth < MOST_CAUSES; depth++) {
    const { code, cause, originalError, extensions } = current as Wrapped;
    const state = sqlState(current) ?? '';
    const codes = [code, extensions?.code];
    if (WORLD_STATES.test(state) || codes.includes(AWAY) || isNoConnection(current)) return 'world';
    if (LIMIT_STATES.test(state) || codes.some((each) => LIMITS.includes(each))) return 'limit';
    current = originalError ?? cause;
  }
  return 'event';
}
