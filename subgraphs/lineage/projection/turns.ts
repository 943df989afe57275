/** Who may write to the projection: one at a time, over all processes. The locks are PostgreSQL's, and die with their holder. */
import { sqlState, type Database } from '#platform/database/index.ts';

/** `line` in ASCII, and a number. */
const PROJECT = [0x6c696e65, 1] as const;
const REBUILD = [0x6c696e65, 2] as const;
/** Turns take about a second each. Who has not got its turn by then looks again whether there is anything left to do. */
const PATIENCE = '5s';
const LOCK_NOT_AVAILABLE = '55P03';

type Outcome<Result> = { result: Result } | undefined;

/** For one turn of copying, or for looking while nobody copies. Those who wait come in the order in which they asked. Undefined: others took too long. */
export async function withProjection<Result>(sql: Database, work: () => Promise<Result>): Promise<Outcome<Result>> {
  try {
    return await sql.begin(async (tx) => {
      await tx`select set_config('lock_timeout', ${PATIENCE}, true)`;
      await tx`select pg_advisory_xact_lock(${PROJECT[0]}::int, ${PROJECT[1]}::int)`;
      return { result: await work() };
    });
  } catch (error) {
    if (sqlState(error) === LOCK_NOT_AVAILABLE) return undefined;
    throw error;
  }
}

/** For as long as a rebuild takes: what it has made and does not serve yet is nobody's to remove. Undefined: there is one already. */
export async function withRebuild<Result>(sql: Database, work: () => Promise<Result>): Promise<Outcome<Result>> {
  return await sql.begin(async (tx) => {
    const [row] = await tx<{ isFree: boolean }[]>`select pg_try_advisory_xact_lock(${REBUILD[0]}::int, ${REBUILD[1]}::int) as is_free`;
    return row!.isFree ? { result: await work() } : undefined;
  });
}
