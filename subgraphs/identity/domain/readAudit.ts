/**
 * The read audit: who read what, when and by which operation. A process gathers in memory what it was asked, each thing once with a count, and
 * writes it as one batch every half minute: no read waits for it. A process that is killed loses what it gathered since, half a minute
 * at most. Where the database is away it goes on gathering, up to a bound; what does not fit is counted as lost.
 *
 *   digest  sha256 of the RFC 8785 canonical JSON of { seq, firstAt, lastAt, lost, reads }, where `reads` has the rows in their order,
 *           each with the members of `CountedRead`; moments in UTC with three digits of milliseconds
 *   hash    HMAC-SHA256(key, hash of the batch before ‖ digest); before the first: 32 zero bytes
 *
 * The key is derived from the root key (HKDF-SHA256): who can only write to the database cannot make hashes that fit.
 */
import { createHmac, hash, hkdfSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Read } from '#platform/auth/read.ts';
import type { Database } from '#platform/database/index.ts';
import { createBell } from '#platform/events/bell.ts';
import { canonicalJson } from '#platform/events/leaf.ts';
import type { Logger } from '#platform/logger.ts';
import {
  deleteReads,
  findOldestReads,
  insertBatch,
  listBatches,
  listReadsOf,
  lockLastBatch,
  type CountedRead,
  type ReadBatch,
} from '../store/reads.ts';

const EVERY_MS = 30_000;
/** What is gathered by then is written before its time. */
const MANY = 2_000;
/** Most that is kept in memory: different reads, and ids in them. */
const MOST_READS = 10_000;
const MOST_IDS = 100_000;
const BATCHES_AT_ONCE = 50;
/** With all their reads. */
const VERIFIED_AT_ONCE = 10;
const DAY_MS = 86_400_000;
const STOP_MS = 5_000;

export type ReadAudit = {
  /** Neither waits nor throws. */
  record: (read: Read) => void;
  start: () => void;
  /** Writes what is gathered, and ends. */
  stop: () => Promise<void>;
  /** Writes what is gathered; gives how many different reads. Throws where the database is away: then they are kept. */
  flush: () => Promise<number>;
  /** Drops the reads of batches that are older than they are to be kept. Gives how many batches. */
  prune: () => Promise<number>;
};

type Options = {
  /** A pool of the role `identity`. */
  database: Database;
  rootKey: Uint8Array;
  /** How long reads are kept; all of them without. */
  days?: number | undefined;
  logger: Logger;
  now?: () => Date;
};

export function createReadAudit({ database, rootKey, days, logger, now = () => new Date() }: Options): ReadAudit {
  const bell = createBell();
  const key = deriveKey(rootKey);
  let gathered = createGathered();
  let running: Promise<void> | undefined;
  let stopping = false;
  let isAway = false;

  async function flush(): Promise<number> {
    const { reads, lost } = gathered;
    if (reads.size === 0 && lost === 0) return 0;
    const own = gathered;
    gathered = createGathered();
    try {
      await write([...reads.values()], lost);
    } catch (error) {
      // What came meanwhile joins what is older.
      const newer = gathered;
      gathered = own;
      for (const read of newer.reads.values()) gathered.add(read);
      gathered.lost += newer.lost;
      throw error;
    }
    return reads.size;
  }

  async function write(reads: readonly CountedRead[], lost: number): Promise<void> {
    const moments = reads.length > 0 ? reads.flatMap(({ firstAt, lastAt }) => [firstAt, lastAt]) : [now()];
    const times = moments.map((moment) => moment.getTime()).toSorted((a, b) => a - b);
    const [firstAt, lastAt] = [new Date(times[0]!), new Date(times.at(-1)!)];
    await database.begin(async (tx) => {
      const last = await lockLastBatch(tx);
      const batch = { seq: (last?.seq ?? 0) + 1, firstAt, lastAt, lost, rows: reads.length };
      const digest = digestOf(batch, reads);
      await insertBatch(tx, { ...batch, digest, hash: chain(key, digest, last?.hash) }, reads);
    });
  }

  async function prune(): Promise<number> {
    if (days === undefined) return 0;
    const keepFrom = new Date(now().getTime() - days * DAY_MS);
    for (let count = 0; ;) {
      const oldest = await findOldestReads(database);
      if (oldest === undefined) return count;
      const batches = await listBatches(database, oldest - 1, BATCHES_AT_ONCE);
      const young = batches.findIndex(({ lastAt }) => lastAt >= keepFrom);
      const due = young === -1 ? batches : batches.slice(0, young);
      if (due.length === 0) return count;
      await deleteReads(database, due.at(-1)!.seq);
      count += due.length;
    }
  }

  async function run(): Promise<void> {
    while (!stopping) {
      await bell.wait(EVERY_MS);
      if (stopping) return;
      try {
        await flush();
        await prune();
        if (isAway) logger.info('writing the read audit again');
        isAway = false;
      } catch (error) {
        // Told once, or a database that is away would fill the log.
        if (!isAway) logger.warn({ err: error }, 'the read audit could not be written; it is kept in memory and tried again');
        isAway = true;
      }
    }
  }

  return {
    record(read) {
      const at = now();
      gathered.add({ ...read, count: 1, firstAt: at, lastAt: at });
      if (gathered.reads.size >= MANY && !isAway) bell.ring();
    },
    start() {
      stopping = false;
      running ??= run();
    },
    async stop() {
      stopping = true;
      bell.ring();
      // A database that does not answer is not waited for.
      const isOver = (async () => {
        await running;
        running = undefined;
        await flush();
        return true;
      })().catch((error: unknown) => void logger.warn({ err: error }, 'the read audit could not be written at the stop'));
      const isWritten = await Promise.race([isOver, sleep(STOP_MS, undefined, { ref: false })]);
      if (!isWritten)
        logger.warn({ reads: gathered.reads.size }, 'stopped before the read audit was written: what was gathered last is lost');
    },
    flush,
    prune,
  };
}

/** Reads by what was asked: the same again counts. */
function createGathered() {
  const reads = new Map<string, CountedRead>();
  let ids = 0;
  return {
    reads,
    /** How many had no room. */
    lost: 0,
    add(read: CountedRead): void {
      const { userId, tokenId, operation, fields, subjectIds } = read;
      const what = JSON.stringify([userId, tokenId, operation, fields, subjectIds]);
      const known = reads.get(what);
      if (known) {
        known.count += read.count;
        if (read.firstAt < known.firstAt) known.firstAt = read.firstAt;
        if (read.lastAt > known.lastAt) known.lastAt = read.lastAt;
      } else if (reads.size >= MOST_READS || ids + subjectIds.length > MOST_IDS) this.lost += read.count;
      else {
        reads.set(what, { ...read });
        ids += subjectIds.length;
      }
    },
  };
}

const deriveKey = (rootKey: Uint8Array): Buffer => Buffer.from(hkdfSync('sha256', rootKey, 'pursight', 'read audit', 32));

function digestOf(
  { seq, firstAt, lastAt, lost }: Pick<ReadBatch, 'seq' | 'firstAt' | 'lastAt' | 'lost'>,
  rows: readonly CountedRead[],
): Buffer {
  const reads = rows.map(({ userId, tokenId, operation, fields, subjectIds, count, ...at }) => ({
    userId,
    tokenId,
    operation,
    fields,
    subjectIds,
    count,
    firstAt: at.firstAt.toISOString(),
    lastAt: at.lastAt.toISOString(),
  }));
  return hash('sha256', canonicalJson({ seq, firstAt: firstAt.toISOString(), lastAt: lastAt.toISOString(), lost, reads }), 'buffer');
}

const chain = (key: Buffer, digest: Buffer, previous: Buffer = Buffer.alloc(32)): Buffer =>
  createHmac('sha256', key).update(previous).update(digest).digest();

/** `firstBroken`: the number of the first batch that is not as it was written; `fault` says what is wrong with it. */
export type ReadVerification = { batches: number; reads: number; lost: number; firstBroken: number | null; fault: string | null };

/**
 * Whether the batches are as they were written: their numbers, their chain, and what was read. The oldest batches may have lost their reads to
 * retention. That the newest ones were cut off cannot be seen.
 */
export async function verifyReads(sql: Database, rootKey: Uint8Array): Promise<ReadVerification> {
  const key = deriveKey(rootKey);
  const found: ReadVerification = { batches: 0, reads: 0, lost: 0, firstBroken: null, fault: null };
  let previous: Buffer | undefined;
  let isKept = false;
  for (;;) {
    const batches = await listBatches(sql, found.batches, VERIFIED_AT_ONCE);
    if (batches.length === 0) return found;
    const rows = Map.groupBy(await listReadsOf(sql, batches[0]!.seq, batches.at(-1)!.seq), ({ batch }) => batch);
    for (const batch of batches) {
      const own = rows.get(batch.seq) ?? [];
      isKept ||= own.length > 0;
      const fault = faultOf(batch, found.batches + 1, isKept ? own : undefined, chain(key, batch.digest, previous));
      if (fault !== null) return { ...found, firstBroken: found.batches + 1, fault };
      found.batches = batch.seq;
      found.reads += own.length;
      found.lost += batch.lost;
      previous = batch.hash;
    }
  }
}

/** `reads`: undefined where they are too old to be kept. */
function faultOf(batch: ReadBatch, expected: number, reads: readonly CountedRead[] | undefined, hashed: Buffer): string | null {
  if (batch.seq !== expected) return `Batch ${expected} of the read audit is missing.`;
  if (reads && !digestOf(batch, reads).equals(batch.digest))
    return `Batch ${expected} of the read audit was changed: its reads are others.`;
  if (!hashed.equals(batch.hash)) return `The chain of the read audit is broken at batch ${expected}.`;
  return null;
}
