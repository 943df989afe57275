/** What every part is made from. Each part is a file of its own: a process loads those that it runs. */
import type { Settings } from '#platform/config.ts';
import { connect, type Database } from '#platform/database/index.ts';
import { roleUrl, type DatabaseLocation, type Part } from '#platform/database/roles.ts';
import type { Logger } from '#platform/logger.ts';
import type { HealthChecks } from '#router/health.ts';
import type { Metrics } from '#router/metrics.ts';
import type { Later } from '../teardown.ts';

export type Base = { settings: Settings; location: DatabaseLocation; logger: Logger; metrics: Metrics; later: Later };

export type PoolOptions = { part: Part; name: string; max: number; statementTimeoutMs?: number };

/** Closed once the process stops. */
export function openPool({ location, later }: Base, { part, ...options }: PoolOptions): Database {
  const sql = connect({ url: roleUrl(location, part), ...options });
  later(() => sql.end({ timeout: 5 }));
  return sql;
}

/** Nothing can be served without it. */
export const checkDatabase = (sql: Database): HealthChecks[string] => ({
  required: true,
  check: async () => (await sql`select 1`, { state: 'ok' }),
});
