/** Whether the log tells something new of a few subjects, for who asked for facts before it took its turn to write. */
import type { Queryable } from '../database/index.ts';
import type { EventType } from './types.ts';

/** Whether an event of these types, of one of these subjects, was sealed after the position. */
export async function hasEventsSince(
  sql: Queryable,
  seq: number,
  subjects: readonly string[],
  types: readonly EventType[],
): Promise<boolean> {
  const rows = await sql`
    select from events.log where subject = any(${subjects as string[]}::text[]) and seq > ${seq} and type = any(${types as string[]}::text[]) limit 1`;
  return rows.length > 0;
}
