/** Where the log begins and ends. */
import type { Queryable } from '../../database/index.ts';

export type Head = { epoch: string; seq: number; hash: Buffer };

export async function readHead(sql: Queryable): Promise<Head> {
  const [head] = await sql<Head[]>`select epoch, seq, hash from events.head`;
  return head!;
}

/** Of the oldest event that there is. */
export async function firstSeq(sql: Queryable): Promise<number | undefined> {
  const [row] = await sql<{ seq: number }[]>`select seq from events.log order by seq limit 1`;
  return row?.seq;
}
