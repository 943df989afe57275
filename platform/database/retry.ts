/** Transactions that a deadlock may end. */
import { sqlState, type Database, type Transaction } from './index.ts';

const TRIES = 3;

/** As `sql.begin`; begins anew when PostgreSQL chose this transaction to end a deadlock. Nothing of the first try is left. */
export async function beginAgain<Result>(sql: Database, work: (tx: Transaction) => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return (await sql.begin(work)) as Result;
    } catch (error) {
      if (sqlState(error) !== '40P01' || tries === TRIES) throw error;
    }
  }
}
