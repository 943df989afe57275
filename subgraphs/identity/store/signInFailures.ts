/** Failed sign-ins of the last minute, counted over all processes. Keys are hashes, never an email or an address. */
import { newId } from '#platform/ids.ts';
import type { Queryable, Transaction } from '#platform/database/index.ts';

/** When the `limit`-th newest failure between these moments was; undefined when there are fewer. */
export async function findNthNewest(sql: Queryable, key: Buffer, since: Date, until: Date, limit: number): Promise<Date | undefined> {
  const [row] = await sql<{ at: Date }[]>`
    select at from identity.sign_in_failures where key = ${key} and at > ${since} and at <= ${until} order by at desc offset ${limit - 1} limit 1`;
  return row?.at;
}

/** One key at a time, until the transaction ends, so that guesses made at once are counted one after the other. */
export async function lockKey(tx: Transaction, key: Buffer): Promise<void> {
  await tx`select pg_advisory_xact_lock(${key.readBigInt64BE().toString()}::bigint)`;
}

/** Adds a failure for each key, and drops some old ones: whoever adds cleans up, so the table stays as small as a minute. */
export async function addFailure(tx: Transaction, keys: readonly Buffer[], at: Date, forgetBefore: Date): Promise<void> {
  const rows = keys.map((key) => ({ id: newId(), key, at }));
  await tx`insert into identity.sign_in_failures ${tx(rows, 'id', 'key', 'at')}`;
  await tx`
    delete from identity.sign_in_failures where id in (
      select id from identity.sign_in_failures where at < ${forgetBefore} limit 100 for update skip locked)`;
}

export async function removeFailures(tx: Transaction, key: Buffer): Promise<void> {
  await tx`delete from identity.sign_in_failures where key = ${key}`;
}
