/** One batch of the sequencer: committed events from the outbox into the log, numbered and chained, in one transaction. */
import type { Database, Transaction } from '../database/index.ts';
import { formatLogCursor } from './cursor.ts';
import { dropAbandoned, gapsAfter, mergeGaps, type Gap } from './gaps.ts';
import { chainHash } from './leaf.ts';
import { makePartitions, needsPartitions, partitionsReach } from './partitions.ts';

export const BATCH_SIZE = 2_000;
/** The channel on which each sealed batch is told; the payload is the log's new position. */
export const EVENTS_CHANNEL = 'pursight_events';

export type SealOptions = {
  /** Read the outbox from its beginning, not only where events are expected. */
  sweep: boolean;
  /** Partitions below this seq are known to exist. */
  reach: number;
};
export type Sealed = { count: number; reach: number };

type Head = {
  epoch: string;
  seq: number;
  hash: Buffer;
  outboxId: number;
  gaps: Gap[];
  now: number;
  oldest: number;
  next: number;
};
type Leaf = { id: number; leaf: Buffer };

/**
 * Seals up to BATCH_SIZE events. None when another sequencer holds the head: it does the work, and waiting for it would
 * only queue up. Events go by outbox id, and of all that are visible none is left out below one that is sealed, so two
 * changes of a subject keep their order however late the first one's transaction commits.
 */
export function sealBatch(sql: Database, { sweep, reach }: SealOptions): Promise<Sealed> {
  return sql.begin(async (tx) => {
    const head = await lockHead(tx);
    if (!head) return { count: 0, reach };
    if (needsPartitions(head.seq, reach)) await makePartitions(tx, head.seq);
    const leaves = await readLeaves(tx, head, sweep);
    const missing = gapsAfter(
      head.gaps,
      head.outboxId,
      leaves.map(({ id }) => id),
      head.now,
    );
    const gaps = mergeGaps(leaves.length < BATCH_SIZE ? dropAbandoned(missing, head) : missing);
    if (leaves.length > 0) await moveToLog(tx, head, leaves, gaps);
    else if (JSON.stringify(gaps) !== JSON.stringify(head.gaps)) await tx`update events.head set gaps = ${tx.json(gaps)}`;
    return { count: leaves.length, reach: Math.max(reach, partitionsReach(head.seq)) };
  }) as Promise<Sealed>;
}

/**
 * The head, locked until the transaction ends, unless another holds it. The settings last as long: a sequencer that hangs
 * with the lock is cut off; and the outbox is only ever to be read by its key, because its statistics are of a table that
 * is empty most of the time, while dead rows pile up in it as long as some transaction stays open.
 */
async function lockHead(tx: Transaction): Promise<Head | undefined> {
  const [head] = await tx<Head[]>`
    select epoch, seq, hash, outbox_id, gaps,
      floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now,
      pg_snapshot_xmin(pg_current_snapshot())::text::bigint as oldest,
      pg_snapshot_xmax(pg_current_snapshot())::text::bigint as next,
      set_config('idle_in_transaction_session_timeout', '10s', true),
      set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
      set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)
    from events.head for update skip locked`;
  return head;
}

/** The next leaves by outbox id: in the gaps and above the highest sealed id, or everywhere. */
function readLeaves(tx: Transaction, head: Head, sweep: boolean): Promise<Leaf[]> {
  const ranges = sweep
    ? [{ first: 0, last: Number.MAX_SAFE_INTEGER }]
    : [...head.gaps, { first: head.outboxId + 1, last: Number.MAX_SAFE_INTEGER }];
  return tx<Leaf[]>`
    select waiting.id, waiting.leaf
    from unnest(${ranges.map(({ first }) => first)}::bigint[], ${ranges.map(({ last }) => last)}::bigint[]) as range (first, last)
    cross join lateral (
      select id, leaf from events.outbox where id between range.first and range.last order by id limit ${BATCH_SIZE}
    ) as waiting
    order by waiting.id limit ${BATCH_SIZE}`;
}

/** The rows themselves never leave the database: only their leaves come here, and their hashes go back. */
async function moveToLog(tx: Transaction, head: Head, leaves: readonly Leaf[], gaps: readonly Gap[]): Promise<void> {
  let hash: Buffer = head.hash;
  const hashes = leaves.map(({ leaf }) => (hash = chainHash(hash, leaf)).toString('hex'));
  const seq = head.seq + leaves.length;
  const outboxId = Math.max(head.outboxId, leaves.at(-1)!.id);
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
      update events.head set seq = ${seq}, hash = decode(${hash.toString('hex')}, 'hex'), outbox_id = ${outboxId}, gaps = ${tx.json(gaps as Gap[])}
    )
    select (select count(*) from written) as count, pg_notify(${EVENTS_CHANNEL}, ${formatLogCursor({ epoch: head.epoch, seq })})`;
  // A row that somebody else took would leave a hole in the chain: rather seal nothing.
  if (result!.count !== leaves.length) throw new Error(`Read ${leaves.length} events from the outbox but moved ${result!.count}.`);
}
