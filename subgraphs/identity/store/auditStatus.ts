import type { Queryable } from '#platform/database/index.ts';

/** Up to where the log is sealed, and the hash of that event. */
export async function getSealedHead(sql: Queryable): Promise<{ seq: number; hash: Buffer }> {
  const [head] = await sql<{ seq: number; hash: Buffer }[]>`select seq, hash from events.head`;
  return head!;
}
