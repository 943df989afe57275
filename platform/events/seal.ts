/** One batch of the sequencer: committed events from the outbox into the log, numbered and chained, in one transaction. */
import type { Database, Transaction } from '../database/index.ts';
import { formatLogCursor } from './cursor.ts';
import { chainHash } from './leaf.ts';
import { makePartitions, needsPartitions, partitionsReach } from './partitions.ts';

export const BATCH_SIZE = 2_000;
/** The channel on which each sealed batch is told; the payload is the log's new position. */
export const EVENTS_CHANNEL = 'pursight_events';

type SealOptions = {
  /** Read the outbox from its beginning, not only what is new. */
  sweep: boolean;
  /** Partitions below this seq are known to exist. */
  reach: number;
};
type Sealed = { count: number; reach: number };

type Head = {
  epoch: string;
  seq: number;
  hash: Buffer;
  /** What the last batch saw, as pg_current_snapshot() tells it; null before the first one. */
  snapshot: string | null;
  /** Of what it saw, events above this outbox id are not sealed yet. Null: all are. */
  resumeAfter: number | null;
};
type Leaf = { id: number; leaf: Buffer };

/**
 * Seals up to BATCH_SIZE events. None when another sequencer holds the head: it does the work, and waiting for it would
 * only queue up. Events go by outbox id, and of all that are committed none is left out below one that is sealed, so two
 * changes of a subject keep their order however late the first one's transaction commits.
 */
export function sealBatch(sql: Database, { sweep, reach }: SealOptions): Promise<Sealed> {
  return sql.begin(async (tx) => {
    const head = await lockHead(tx);
    if (!head) return { count: 0, reach };
    if (needsPartitions(head.seq, reach)) await makePartitions(tx, head.seq);
    const { snapshot, leaves } = await readLeaves(tx, sweep ? { snapshot: null, resumeAfter: 0 } : head);
    if (leaves.length > 0) await moveToLog(tx, head, snapshot, leaves);
    return { count: leaves.length, reach: Math.max(reach, partitionsReach(head.seq)) };
  }) as Promise<Sealed>;
}

/**
 * The head, locked until the transaction ends, unless another holds it. The settings last as long: a sequencer that hangs
 * with the lock is cut off; and the outbox is only ever to be read by an index, because its statistics are of a table that
 * is empty most of the time, while dead rows pile up in it as long as some transaction stays open.
 */
async function lockHead(tx: Transaction): Promise<Head | undefined> {
  const [head] = await tx<Head[]>`
    select epoch, seq, hash, snapshot, resume_after,
      set_config('idle_in_transaction_session_timeout', '10s', true),
      set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
      set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)
    from events.head for update skip locked`;
  return head;
}

/**
 * The next leaves by outbox id, of what the last batch could not see: of transactions that began after it, and of those that
 * were open then and have ended since; and of what it saw and left. No other rows are touched: not what was sealed or rolled
 * back, of which the indexes keep remains, nor what a transaction has written that is still open.
 */
async function readLeaves(tx: Transaction, last: Pick<Head, 'snapshot' | 'resumeAfter'>): Promise<{ snapshot: string; leaves: Leaf[] }> {
  // `offset 0` keeps the order by id out of the inner reads, where it would tempt the planner to follow the wrong index.
  const rows = await tx<(Partial<Leaf> & { snapshot: string })[]>`
    select now.snapshot::text as snapshot, waiting.id, waiting.leaf
    from (select pg_current_snapshot() as snapshot) as now
    left join lateral (
      (select id, leaf from events.outbox where id > ${last.resumeAfter} order by id limit ${BATCH_SIZE})
      union
      (select id, leaf from (
        select id, leaf from events.outbox where xid >= pg_snapshot_xmax(${last.snapshot}::pg_snapshot) offset 0
      ) as begun order by id limit ${BATCH_SIZE})
      union
      (select id, leaf from (
        select late.id, late.leaf
        from pg_snapshot_xip(${last.snapshot}::pg_snapshot) as ended (xid)
        cross join lateral (select id, leaf from events.outbox where outbox.xid = ended.xid) as late
        where ended.xid not in (select pg_snapshot_xip(now.snapshot)) offset 0
      ) as ended order by id limit ${BATCH_SIZE})
      order by id limit ${BATCH_SIZE}
    ) as waiting on true
    order by waiting.id`;
  return { snapshot: rows[0]!.snapshot, leaves: rows.filter((row): row is Leaf & { snapshot: string } => row.id != null) };
}

/** The rows themselves never leave the database: only their leaves come here, and their hashes go back. */
async function moveToLog(tx: Transaction, head: Head, snapshot: string, leaves: readonly Leaf[]): Promise<void> {
  let hash: Buffer = head.hash;
  const hashes = leaves.map(({ leaf }) => (hash = chainHash(hash, leaf)).toString('hex'));
  const seq = head.seq + leaves.length;
  const resumeAfter = leaves.length < BATCH_SIZE ? null : leaves.at(-1)!.id;
  const [result] = await tx<{ count: number }[]>`
    with sealed as (
      select * from unnest(${leaves.map(({ id }) => id)}::bigint[], ${hashes}::text[]) with ordinality as sealed (id, hash, number)
    ), moved as (
      delete from events.outbox using sealed where outbox.id = sealed.id
      returning sealed.number, sealed.hash, event_id, type, source, subject, time, actor_id, data, salt, attributes, leaf
    ), written as (
      insert into events.log (seq, hash, event_id, type, source, subject, time, actor_id, data, salt, attributes, leaf)
      select ${head.seq}::bigint + number, decode(hash, 'hex'), event_id, type, source, subject, time, actor_id, data, salt, attributes, leaf
      from moved
      returning 1
    ), advanced as (
      update events.head set seq = ${seq}, hash = decode(${hash.toString('hex')}, 'hex'), snapshot = ${snapshot}, resume_after = ${resumeAfter}
    )
    select (select count(*) from written) as count, pg_notify(${EVENTS_CHANNEL}, ${formatLogCursor({ epoch: head.epoch, seq })})`;
  // A row that somebody else took would leave a hole in the chain: rather seal nothing.
  if (result!.count !== leaves.length) throw new Error(`Read ${leaves.length} events from the outbox but moved ${result!.count}.`);
}

/** Whether there is something new, as `readLeaves` would find it. Takes no lock, so it may be asked often. Ordered, so that it follows an index. */
export async function hasNews(sql: Database): Promise<boolean> {
  const [row] = await sql<{ news: boolean }[]>`
    select (select id from events.outbox where id > head.resume_after order by id limit 1) is not null
      or (select xid from events.outbox where xid >= pg_snapshot_xmax(head.snapshot::pg_snapshot) order by xid limit 1) is not null
      or exists (
        select from pg_snapshot_xip(head.snapshot::pg_snapshot) as ended (xid)
        cross join lateral (select xid from events.outbox where outbox.xid between ended.xid and ended.xid order by outbox.xid limit 1) as late
      ) as news
    from events.head`;
  return row?.news ?? false;
}

/**
 * Whether an event waits that the last batch should have sealed. There is none, unless the transaction ids began anew (a
 * database that was dumped and restored). Reads over the remains of every row since the oldest open transaction began.
 */
export async function hasLeftovers(sql: Database): Promise<boolean> {
  const [row] = await sql<{ left: boolean }[]>`
    select pg_visible_in_snapshot(oldest.xid, head.snapshot::pg_snapshot) and oldest.id <= coalesce(head.resume_after, oldest.id) as left
    from events.head cross join lateral (select id, xid from events.outbox order by id limit 1) as oldest`;
  return row?.left ?? false;
}
