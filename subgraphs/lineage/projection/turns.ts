/** Who may write to the projection: one at a time, over all processes. The locks are PostgreSQL's, and die with their holder. */
import { sqlState, type Database, type Queryable } from '#platform/database/index.ts';
import { Conflict } from '#platform/errors.ts';

/** `line` in ASCII, and a number of these. */
const SPACE = 0x6c696e65;
const [PROJECT, REBUILD, REMOVE] = [1, 2, 3];
/** Turns take about a second each. Who has not got its turn by then looks again whether there is anything left to do. */
const TURN = '5s';
/** A minute in all. */
const TURNS = 12;
/** Who tidies holds it for a moment. */
const MOMENT = '1s';
const AT_ONCE = '10ms';
const MINUTE = '60s';
const LOCK_NOT_AVAILABLE = '55P03';

type Outcome<Result> = { result: Result } | undefined;
type Work<Result> = () => Promise<Result>;

/** For one turn of copying, or for looking while nobody copies. Those who wait come in the order in which they asked. Undefined: others took too long. */
export const withProjection = <Result>(sql: Database, work: Work<Result>): Promise<Outcome<Result>> => withLock(sql, PROJECT, TURN, work);

/** The same for who does not give up soon: in vain it is asked for only where somebody hangs. Throws Conflict. `turns`: for tests. */
export async function inTurn<Result>(sql: Database, work: Work<Result>, turns = TURNS): Promise<Result> {
  for (let tries = 0; tries < turns; tries++) {
    const outcome = await withProjection(sql, work);
    if (outcome) return outcome.result;
  }
  throw new Conflict('Lineage is being copied to Neo4j by a process that does not get on. Look at the log of the worker, and try again.');
}

/** For as long as a rebuild takes: what it has made and does not serve yet is nobody's to remove. Undefined: there is one already. */
export const withRebuild = <Result>(sql: Database, work: Work<Result>): Promise<Outcome<Result>> => withLock(sql, REBUILD, MOMENT, work);

/** For a moment in which no rebuild is under way. Undefined: one is. */
export const betweenRebuilds = <Result>(sql: Database, work: Work<Result>): Promise<Outcome<Result>> =>
  withLock(sql, REBUILD, AT_ONCE, work);

/** For removing copies that nobody needs any more, which takes long; others go on. Undefined: somebody is at it, for a minute where `isPatient`. */
export const withRemoval = <Result>(sql: Database, isPatient: boolean, work: Work<Result>): Promise<Outcome<Result>> =>
  withLock(sql, REMOVE, isPatient ? MINUTE : AT_ONCE, work);

async function withLock<Result>(sql: Database, lock: number, patience: string, work: Work<Result>): Promise<Outcome<Result>> {
  let isMine = false;
  try {
    return await sql.begin(async (tx) => {
      await keepOpen(tx);
      await tx`select set_config('lock_timeout', ${patience}, true)`;
      await tx`select pg_advisory_xact_lock(${SPACE}::int, ${lock}::int)`;
      isMine = true;
      return { result: await work() };
    });
  } catch (error) {
    if (!isMine && sqlState(error) === LOCK_NOT_AVAILABLE) return undefined;
    throw error;
  }
}

/** Somebody's own PostgreSQL may be set to end transactions that are silent, or open, for long: this one waits for Neo4j. Not all versions have both. */
export async function keepOpen(tx: Queryable): Promise<void> {
  await tx`
    select set_config(name, '0', true) from pg_settings where name in ('idle_in_transaction_session_timeout', 'transaction_timeout')`;
}
