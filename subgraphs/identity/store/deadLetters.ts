/** Events that a consumer gave up, as rows of the event log's own `failures`: a row without a time for its next try. */
import type { Queryable } from '#platform/database/index.ts';
import type { Page } from '#platform/graphql/connections.ts';
import type { DeadLetterMapper } from '../mappers.ts';

/** Newest first. */
export type DeadLetterKey = [failedAt: string, id: string];

const select = (sql: Queryable) => sql`
  select f.id, f.consumer, f.attempts, f.last_error, f.failed_at, l.event_id
  from events.failures f left join events.log l using (seq)`;

export async function listDeadLetters(sql: Queryable, { first, after }: Page<DeadLetterKey>): Promise<DeadLetterMapper[]> {
  return await sql<DeadLetterMapper[]>`
    ${select(sql)} where f.retry_at is null ${after ? sql`and (f.failed_at, f.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)` : sql``}
    order by f.failed_at desc, f.id desc limit ${first + 1}`;
}

export async function countDeadLetters(sql: Queryable): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*) as count from events.failures where retry_at is null`;
  return row!.count;
}

export async function getDeadLetters(sql: Queryable, ids: readonly string[]): Promise<DeadLetterMapper[]> {
  return await sql<DeadLetterMapper[]>`${select(sql)} where f.retry_at is null and f.id = any(${ids as string[]}::uuid[])`;
}

/**
 * Its consumer finds it within a second, and counts its tries from one again. Newer events of its subject that are in hand by
 * then come before it, as those that came since it was given up. False when it is no dead letter (any more).
 */
export async function redrive(sql: Queryable, id: string): Promise<boolean> {
  const rows = await sql`
    update events.failures set attempts = 0, retry_at = clock_timestamp() where id = ${id} and retry_at is null returning id`;
  return rows.length > 0;
}
