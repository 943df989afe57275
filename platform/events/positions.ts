/** Where something is in the log that follows it by another way than `createConsumer`: it is shown among the consumers. */
import type { Queryable } from '../database/index.ts';

export async function tellPosition(sql: Queryable, consumer: string, seq: number): Promise<void> {
  await sql`insert into events.cursors (consumer, seq) values (${consumer}, ${seq}) on conflict (consumer) do update set seq = excluded.seq`;
}

/** Of one that is no more, and would seem to fall behind. `sql`: a pool of the role `events`. */
export async function forgetPosition(sql: Queryable, consumer: string): Promise<void> {
  await sql`delete from events.cursors where consumer = ${consumer}`;
}
