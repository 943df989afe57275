/**
 * Verifies the log from its rows: that no number is missing, that each leaf is of its event and each hash of its leaf and the hash before, and that the
 * checkpoints of the table and of the file are signed, agree with each other, and were signed over these hashes. Reads in pages by seq, so it takes no
 * more memory for a long log, keeps no transaction open, and may run while the log grows, loses its oldest partition or is erased from.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../database/index.ts';
import { chainHash } from '../leaf.ts';
import { PARTITION_SIZE } from '../partitions.ts';
import { createAnchors, readEpochs, type AnchorCounts, type CheckpointSource } from './anchors.ts';
import type { CheckpointKey, SignedCheckpoint } from './checkpoint.ts';
import { createFaults, type Fault, type Faults } from './faults.ts';
import { firstSeq, readHead } from './position.ts';
import { isOfItsLeaf, type SealedRow } from './sealed.ts';

export type Verification = {
  /** What was looked at: from the first event that there still is to the last that was sealed when it began. */
  firstSeq: number;
  lastSeq: number;
  /** The last seq up to which all is as it was sealed. */
  verifiedSeq: number;
  /** Of it, the last seq that a checkpoint vouches for: of what comes after only the chain tells. */
  anchoredSeq: number | null;
  anchoredAt: Date | null;
  firstBrokenSeq: number | null;
  /** Events without their data, each of which an `event.erased` names. */
  erased: number;
  checkpoints: AnchorCounts;
  /** When a backup was restored: the signed beginnings of other epochs. */
  epochs: { epoch: string; seq: number; time: Date }[];
  /** The first of them, by seq. */
  faults: Fault[];
  faultCount: number;
};

type Options = {
  /** A pool of the role `events`. */
  sql: Database;
  key: CheckpointKey;
  file: CheckpointSource;
  /** Events read at a time. */
  page?: number;
  /** How long it rests after each page, as a multiple of what that took: what else this process does goes on meanwhile. */
  rest?: number;
  onProgress?: (progress: { done: number; total: number }) => void;
  signal?: AbortSignal;
};

export async function verifyLog({ sql, key, file, page = 2_000, rest = 0, onProgress, signal }: Options): Promise<Verification> {
  const faults = createFaults();
  const head = await readHead(sql);
  const first = (await firstSeq(sql)) ?? head.seq + 1;
  const epochs = await readEpochs(sql, key);
  const anchors = createAnchors({ sql, key, file, first, epochs, faults });
  let erased = 0;
  let previous = await hashBefore(sql, key, first, faults);
  let expected = first;

  const read = (after: number): Promise<SealedRow[]> => readPage(sql, after, head.seq, page);
  let coming = read(expected - 1);
  while (expected <= head.seq) {
    signal?.throwIfAborted();
    const startedAt = performance.now();
    const rows = await coming;
    if (rows.length === 0) break;
    // Read while this one is looked at. When it fails, that is told when it is awaited.
    coming = read(rows.at(-1)!.seq);
    coming.catch(() => {});
    // A partition that was dropped meanwhile: it goes on after the checkpoint of its end.
    if (rows[0]!.seq !== expected && rows[0]!.seq === (await firstSeq(sql))) {
      expected = rows[0]!.seq;
      previous = await hashBefore(sql, key, expected, faults);
    }
    const withoutData: SealedRow[] = [];
    for (const row of rows) {
      if (row.seq !== expected) {
        const missing = row.seq - 1 === expected ? `Event ${expected} is missing` : `The events ${expected} to ${row.seq - 1} are missing`;
        faults.add(expected, `${missing}.`);
      }
      if (row.data === null && row.salt === null) withoutData.push(row);
      else if (!isOfItsLeaf(row)) faults.add(row.seq, `Event ${row.seq} was changed: its leaf is another one.`);
      if (previous && row.seq === expected && !chainHash(previous, row.leaf).equals(row.hash))
        faults.add(row.seq, `The chain is broken at event ${row.seq}: its hash does not follow from its leaf and the hash before.`);
      previous = row.hash;
      expected = row.seq + 1;
    }
    erased += await checkErased(sql, withoutData, faults);
    await anchors.compare(rows);
    onProgress?.({ done: expected - first, total: head.seq - first + 1 });
    if (rest > 0) await sleep(rest * (performance.now() - startedAt), undefined, { signal });
  }
  if (expected <= head.seq) faults.add(expected, `The log ends before event ${expected}, although ${head.seq} were sealed.`);
  else if (previous && !previous.equals(head.hash)) faults.add(head.seq, `The head of the log has another hash than event ${head.seq}.`);
  const found = await anchors.finish();

  const broken = faults.firstBrokenSeq();
  return {
    firstSeq: first,
    lastSeq: head.seq,
    verifiedSeq: broken === null ? head.seq : broken - 1,
    anchoredSeq: found.anchor?.seq ?? null,
    anchoredAt: found.anchor?.time ?? null,
    firstBrokenSeq: broken,
    erased,
    checkpoints: found.counts,
    epochs: epochs.slice(1),
    faults: faults.list(),
    faultCount: faults.count(),
  };
}

/** Each statement sees its moment only: no snapshot is kept that would hold up cleaning. JSON comes as text, so that nothing else reads it. */
const readPage = (sql: Database, after: number, last: number, limit: number): Promise<SealedRow[]> =>
  sql<SealedRow[]>`
    select seq, hash, leaf, salt, event_id, type, source, subject, time, actor_id, data::text as data, attributes::text as attributes
    from events.log where seq > ${after} and seq <= ${last} order by seq limit ${limit}` as Promise<SealedRow[]>;

/** The hash that the first event follows: of the first of all 32 zero bytes, after a dropped partition that of its checkpoint. */
async function hashBefore(sql: Database, key: CheckpointKey, first: number, faults: Faults): Promise<Buffer | undefined> {
  if (first === 1) return Buffer.alloc(32);
  const rows = await sql<SignedCheckpoint[]>`
    select epoch, seq, hash, time, signature from events.checkpoints where seq = ${first - 1} order by time desc`;
  const checkpoint = first % PARTITION_SIZE === 0 ? rows.find((row) => key.isSigned(row)) : undefined;
  if (!checkpoint)
    faults.add(1, `The events before ${first} are missing, and not because of retention: no checkpoint was left of their end.`);
  return checkpoint?.hash;
}

/**
 * Erased events have neither data nor salt, so nobody can compute their leaves; the chain holds them all the same. Each must be named by an
 * `event.erased`, sealed or about to be: else somebody took the data away.
 */
async function checkErased(sql: Database, rows: readonly SealedRow[], faults: Faults): Promise<number> {
  if (rows.length === 0) return 0;
  const ids = rows.map(({ eventId }) => eventId);
  const told = await sql<{ subject: string }[]>`
    select subject from events.log where type = 'event.erased' and subject = any(${ids}::text[])
    union all select subject from events.outbox where type = 'event.erased' and subject = any(${ids}::text[])`;
  const erased = new Set(told.map(({ subject }) => subject));
  for (const { seq, eventId } of rows)
    if (!erased.has(eventId)) faults.add(seq, `Event ${seq} has lost its data, and no event.erased tells of it.`);
  return rows.filter(({ eventId }) => erased.has(eventId)).length;
}
