/**
 * Signs where the log is, into events.checkpoints and into a file outside of the database: each event whose number ends in 9999, and the log's end
 * every minute in which something came. Runs beside a sequencer; any number of them may, one at a time writes. First the table, then the file,
 * which gets all that the table has and it has not: so a kill in between is made up for at the next turn, and a checkpoint that only the file
 * has was taken out of the table.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { sqlState, type Database, type Queryable, type Transaction } from '../../database/index.ts';
import type { Logger } from '../../logger.ts';
import { createBell } from '../bell.ts';
import type { Checkpoint, CheckpointKey, SignedCheckpoint } from './checkpoint.ts';
import { appendCheckpoints, findLastCheckpoint, readCheckpoints, setAside } from './checkpointFile.ts';
import { readHead, type Head } from './position.ts';

/** Divides the size of a partition, so the end of each is signed: when that one is dropped, what is left begins after a checkpoint. */
const EVERY_EVENTS = 10_000;
const EVERY_MS = 60_000;
/** How often it is looked whether there is something to sign. */
const LOOK_MS = 1_000;
const STOP_MS = 5_000;
/** Rows of the table that go into the file at a time. */
const PAGE = 1_000;
const CHECKPOINTS_LOCK = 0x63686b70;

export type Checkpointer = {
  start: () => void;
  /** Signs what has no checkpoint yet, and ends. */
  stop: () => Promise<void>;
  /** Signs what has no checkpoint yet, however little it is. */
  write: () => Promise<void>;
  /** Signs what is due, as it does once a second. */
  runOnce: () => Promise<void>;
};

type Options = {
  /** A pool of the role `events`. */
  sql: Database;
  key: CheckpointKey;
  file: string;
  logger: Logger;
  now?: () => Date;
};

export function createCheckpointer({ sql, key, file, logger, now = () => new Date() }: Options): Checkpointer {
  const bell = createBell();
  let running: Promise<void> | undefined;
  let stopping = false;
  let failures = 0;
  /** The last one that this process knows to be in the file. */
  let filed: Position | undefined;

  async function turn(atOnce: boolean): Promise<void> {
    const last = await inTurn(sql, (tx) => signHead(tx, { key, now: now(), atOnce }));
    if (!last || isDeepStrictEqual(last, filed)) return;
    await fillFile(sql, { file, key, logger });
    filed = last;
  }

  async function attempt(atOnce: boolean): Promise<void> {
    try {
      await turn(atOnce);
      if (failures > 0) logger.info({ failures }, 'signing checkpoints again');
      failures = 0;
    } catch (error) {
      // The log goes on without; the next turn signs what this one did not. Told once, or a full disk would fill the log.
      const { code, message } = error as NodeJS.ErrnoException;
      if (failures === 0) logger.error({ code: sqlState(error) ?? code, reason: message, file }, 'no checkpoint was written, trying again');
      failures++;
    }
  }

  async function run(): Promise<void> {
    for (let atOnce = true; !stopping; atOnce = false) {
      await attempt(atOnce);
      if (!stopping) await bell.wait(LOOK_MS);
    }
  }

  return {
    start() {
      stopping = false;
      running ??= run();
    },
    async stop() {
      if (!running) return;
      stopping = true;
      bell.ring();
      // What a database that does not answer leaves unsigned is signed at the next start.
      await Promise.race([running.then(() => attempt(true)), sleep(STOP_MS, undefined, { ref: false })]);
      running = undefined;
    },
    write: () => turn(true),
    runOnce: () => turn(false),
  };
}

/** One process at a time, also at the file. */
const inTurn = <Result>(sql: Database, work: (tx: Transaction) => Promise<Result>): Promise<Result> =>
  sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${CHECKPOINTS_LOCK})`;
    return work(tx);
  }) as Promise<Result>;

type Position = Pick<Checkpoint, 'epoch' | 'seq'>;

/** Signs what is due of the log, and gives the last checkpoint of the table. */
async function signHead(
  tx: Transaction,
  { key, now, atOnce }: { key: CheckpointKey; now: Date; atOnce: boolean },
): Promise<Position | undefined> {
  const head = await readHead(tx);
  const last = await lastCheckpoint(tx);
  // Else whoever writes to the database could have anything signed: a log that begins an epoch may be one that was cut.
  if (last && head.epoch !== last.epoch)
    throw new Error(
      `The log has begun the epoch ${head.epoch}, which only "pursight restore" may, and that signs it: nothing is signed until somebody looked into it ("npx pursight audit verify").`,
    );
  // A log that ends before its last checkpoint was cut: nothing is signed that would hide it.
  const events = head.seq - (last?.seq ?? 0);
  const isOverdue = !last || Math.abs(now.getTime() - last.time.getTime()) >= EVERY_MS; // also of a clock that was set back
  const withEnd = events > 0 && (atOnce || isOverdue);
  return (await sign(tx, key, { head, after: last?.seq ?? 0, withEnd, now })) ?? (last && { epoch: last.epoch, seq: last.seq });
}

/**
 * Begins an epoch where the log is, and signs that. For a restore, in the transaction that makes the log what the backup was: what was signed
 * later, of events that the backup does not have, counts no more from then on, and old cursors are CURSOR_EXPIRED. An epoch that begins in any
 * other way is never signed, and verification tells it. `tx`: of the owner, or of the role `events`; it needs the checkpoints of the backup.
 * A backup of a log that had begun an epoch by itself is not vouched for. The file gets this one by `refillFile`. Gives the new epoch.
 */
export async function beginEpoch(tx: Transaction, { key, now = new Date() }: { key: CheckpointKey; now?: Date }): Promise<string> {
  const before = await readHead(tx);
  // What the last batch saw is of the transactions of another server.
  const [head] = await tx<Head[]>`
    update events.head set epoch = substr(md5(random()::text || clock_timestamp()::text), 1, 8), snapshot = null, resume_after = 0
    returning epoch, seq, hash`;
  const last = await lastCheckpoint(tx);
  if (last && last.epoch !== before.epoch) return head!.epoch;
  // After all that was signed before, by whatever clock.
  const time = new Date(Math.max(now.getTime(), (last?.time.getTime() ?? 0) + 1));
  await sign(tx, key, { head: head!, after: last?.seq ?? 0, withEnd: true, now: time });
  return head!.epoch;
}

/** The events after `after` whose numbers are round, and the log's end if it is wanted. Gives the last that it signed. */
async function sign(
  tx: Transaction,
  key: CheckpointKey,
  { head: { epoch, seq, hash }, after, withEnd, now }: { head: Head; after: number; withEnd: boolean; now: Date },
): Promise<Position | undefined> {
  const first = Math.ceil((after + 2) / EVERY_EVENTS) * EVERY_EVENTS - 1;
  const due: { seq: number; hash: Buffer }[] =
    first > seq
      ? []
      : await tx<{ seq: number; hash: Buffer }[]>`
          select log.seq, log.hash from generate_series(${first}::bigint, ${seq}::bigint, ${EVERY_EVENTS}) as round (seq)
          join events.log on log.seq = round.seq order by log.seq`;
  if (withEnd && due.at(-1)?.seq !== seq) due.push({ seq, hash });
  for (const each of due) {
    const { signature } = key.sign({ epoch, ...each, time: now });
    await tx`
      insert into events.checkpoints (epoch, seq, hash, time, signature)
      values (${epoch}, ${each.seq}, ${each.hash}, ${now}, ${signature}) on conflict do nothing`;
  }
  return due.length > 0 ? { epoch, seq: due.at(-1)!.seq } : undefined;
}

async function lastCheckpoint(sql: Queryable): Promise<Checkpoint | undefined> {
  const [last] = await sql<Checkpoint[]>`select epoch, seq, hash, time from events.checkpoints order by seq desc, time desc limit 1`;
  return last;
}

/** Appends what the table has and the file has not. `sql`: of the owner, or of the role `events`. Throws what the file system does. */
const fillFile = (sql: Database, { file, key, logger }: Pick<Options, 'file' | 'key' | 'logger'>): Promise<void> =>
  inTurn(sql, (tx) => fillInTurn(tx, file, key, logger));

/**
 * The same after a restore over another log, whose epochs these are: what that one signed below the restored log's end would be taken for what this
 * log has lost. The file of before is kept beside it, and its path given. What comes after that end counts no more anyway.
 */
export const refillFile = (
  sql: Database,
  { file, key, logger, seq, replacedEpochs }: Pick<Options, 'file' | 'key' | 'logger'> & { seq: number; replacedEpochs: readonly string[] },
): Promise<string | undefined> =>
  inTurn(sql, async (tx) => {
    const copy = await setAside(file, (each) => each.seq < seq && replacedEpochs.includes(each.epoch) && key.isSigned(each));
    await fillInTurn(tx, file, key, logger);
    return copy;
  });

async function fillInTurn(tx: Transaction, file: string, key: CheckpointKey, logger: Logger): Promise<void> {
  const last = await findLastCheckpoint(file, key.isSigned);
  const [known] = last
    ? await tx`
        select from events.checkpoints join events.head on head.epoch = checkpoints.epoch
        where checkpoints.seq = ${last.seq} and checkpoints.epoch = ${last.epoch}`
    : [];
  // A file that does not end in this epoch (a backup was restored), or whose end somebody took out of the table, is compared whole.
  const filed = last && !known ? await positionsIn(file, key) : undefined;
  let after: Position = known ? { seq: last!.seq, epoch: last!.epoch } : { seq: -1, epoch: '' };
  if (!last) logger.info({ file }, 'the file of checkpoints is new, and gets all of them');
  while (true) {
    const rows = await tx<SignedCheckpoint[]>`
      select epoch, seq, hash, time, signature from events.checkpoints
      where (seq, epoch) > (${after.seq}, ${after.epoch}) order by seq, epoch limit ${PAGE}`;
    const good = rows.filter((row) => key.isSigned(row));
    if (good.length < rows.length)
      logger.error({ rows: rows.length - good.length }, 'there are checkpoints in the table that nobody signed');
    await appendCheckpoints(
      file,
      good.filter((row) => !filed?.has(positionOf(row))),
    );
    if (rows.length < PAGE) return;
    after = rows.at(-1)!;
  }
}

async function positionsIn(file: string, key: CheckpointKey): Promise<Set<string>> {
  const positions = new Set<string>();
  for await (const checkpoint of readCheckpoints(file)) if (checkpoint && key.isSigned(checkpoint)) positions.add(positionOf(checkpoint));
  return positions;
}

const positionOf = ({ epoch, seq }: Position): string => `${epoch}.${seq}`;
