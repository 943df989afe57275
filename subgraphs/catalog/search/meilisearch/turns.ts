/** Who may fill an index: one at a time, over all processes. The lock is PostgreSQL's, and dies with its holder. */
import type { Database, Queryable } from '#platform/database/index.ts';

/** `srcm` in ASCII. */
const LOCK = 0x7372636d;

/** Undefined: somebody is at it. */
export async function withFilling<Result>(sql: Database, work: () => Promise<Result>): Promise<{ result: Result } | undefined> {
  return await sql.begin(async (tx) => {
    await keepOpen(tx);
    const [row] = await tx<{ isMine: boolean }[]>`select pg_try_advisory_xact_lock(${LOCK}) as is_mine`;
    return row!.isMine ? { result: await work() } : undefined;
  });
}

/** Somebody's own PostgreSQL may be set to end transactions that are silent, or open, for long: these wait for Meilisearch. */
export async function keepOpen(tx: Queryable): Promise<void> {
  await tx`
    select set_config(name, '0', true) from pg_settings where name in ('idle_in_transaction_session_timeout', 'transaction_timeout')`;
}
