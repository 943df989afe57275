/** The read audit as rows: batches, and what was read in each. */
import type { Read } from '#platform/auth/read.ts';
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { Page } from '#platform/graphql/connections.ts';
import type { AuditedReadMapper } from '../mappers.ts';

/** One batch is added at a time: each follows from the one before. */
const READS_LOCK = 0x72656164;

export type CountedRead = Read & { count: number; firstAt: Date; lastAt: Date };
export type ReadBatch = { seq: number; firstAt: Date; lastAt: Date; rows: number; lost: number; digest: Buffer; hash: Buffer };
/** Newest first. */
export type ReadKey = [batch: number, number: number];
/** `since` is the first moment that is in, `until` the first that is not. */
export type ReadFilter = { userId?: string | null; subjectId?: string | null; since?: Date | null; until?: Date | null };

/** The last batch; nobody adds one until the transaction ends. */
export async function lockLastBatch(tx: Transaction): Promise<Pick<ReadBatch, 'seq' | 'hash'> | undefined> {
  await tx`select pg_advisory_xact_lock(${READS_LOCK})`;
  const [last] = await tx<Pick<ReadBatch, 'seq' | 'hash'>[]>`select seq, hash from identity.read_batches order by seq desc limit 1`;
  return last;
}

export async function insertBatch(tx: Transaction, batch: ReadBatch, reads: readonly CountedRead[]): Promise<void> {
  await tx`insert into identity.read_batches ${tx(batch, 'seq', 'firstAt', 'lastAt', 'rows', 'lost', 'digest', 'hash')}`;
  const rows = reads.map(({ userId, tokenId, operation, fields, subjectIds, count, firstAt, lastAt }, index) => ({
    number: index + 1,
    user_id: userId,
    token_id: tokenId,
    operation,
    fields,
    subject_ids: subjectIds,
    count,
    first_at: firstAt.toISOString(),
    last_at: lastAt.toISOString(),
  }));
  await tx`
    insert into identity.reads (batch, number, user_id, token_id, operation, fields, subject_ids, count, first_at, last_at)
    select ${batch.seq}::bigint, number, user_id, token_id, operation, fields, subject_ids, count, first_at, last_at
    from jsonb_to_recordset(${tx.json(rows)}) as r (
      number int, user_id uuid, token_id uuid, operation text, fields text[], subject_ids uuid[], count int, first_at timestamptz, last_at timestamptz)`;
}

/** In the order of the chain. */
export async function listBatches(sql: Queryable, after: number, limit: number): Promise<ReadBatch[]> {
  return await sql<ReadBatch[]>`
    select seq, first_at, last_at, rows, lost, digest, hash from identity.read_batches where seq > ${after} order by seq limit ${limit}`;
}

/** What there still is of some batches, in order. */
export async function listReadsOf(sql: Queryable, from: number, to: number): Promise<(CountedRead & { batch: number })[]> {
  return await sql<(CountedRead & { batch: number })[]>`
    select batch, user_id, token_id, operation, fields, subject_ids, count, first_at, last_at from identity.reads
    where batch between ${from} and ${to} order by batch, number`;
}

/** The first batch whose reads are still there. */
export async function findOldestReads(sql: Queryable): Promise<number | undefined> {
  const [row] = await sql<{ batch: number }[]>`select batch from identity.reads order by batch, number limit 1`;
  return row?.batch;
}

export async function deleteReads(sql: Queryable, upTo: number): Promise<void> {
  await sql`delete from identity.reads where batch <= ${upTo}`;
}

export async function listReads(sql: Queryable, filter: ReadFilter, { first, after }: Page<ReadKey>): Promise<AuditedReadMapper[]> {
  return await sql<AuditedReadMapper[]>`
    select r.batch, r.number, r.user_id, r.token_id, r.operation, r.fields, r.subject_ids, r.count, r.first_at, r.last_at
    from identity.reads r where ${matches(sql, filter)} ${after ? sql`and (r.batch, r.number) < (${after[0]}::bigint, ${after[1]}::int)` : sql``}
    order by r.batch desc, r.number desc limit ${first + 1}`;
}

export async function countReads(sql: Queryable, filter: ReadFilter): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*) as count from identity.reads r where ${matches(sql, filter)}`;
  return row!.count;
}

/** Within a batch reads lie in no order of time; of each it is known when it was first and last asked. */
const matches = (sql: Queryable, { userId, subjectId, since, until }: ReadFilter) => sql`
  ${userId == null ? sql`true` : sql`r.user_id = ${userId}`}
  and ${subjectId == null ? sql`true` : sql`r.subject_ids @> array[${subjectId}::uuid]`}
  and ${since == null ? sql`true` : sql`r.last_at >= ${since} and r.batch in (select b.seq from identity.read_batches b where b.last_at >= ${since})`}
  and ${until == null ? sql`true` : sql`r.first_at < ${until}`}`;
