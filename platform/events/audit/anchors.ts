/** Checkpoints compared with each other and with the log, while a verification goes through it. */
import type { Database, Queryable } from '../../database/index.ts';
import { formatCheckpoint, type Checkpoint, type CheckpointKey, type SignedCheckpoint } from './checkpoint.ts';
import { isMissing, readCheckpoints } from './checkpointFile.ts';
import type { Faults } from './faults.ts';
import { firstSeq, readHead } from './position.ts';

const PAGE = 1_000;
/** Checkpoints of the table that are waited for in the file: in truth those of a page of the log. */
const MOST_AWAITED = 10_000;

/** How many were looked at. `file` null: it was not to be. `void`: signed over what a restored backup does not have. */
export type AnchorCounts = { table: number; file: number | null; void: number; halfLines: number };
export type Epoch = Pick<Checkpoint, 'epoch' | 'seq' | 'time'>;
type HashedRow = { seq: number; hash: Buffer };

/** The first signed checkpoint of each epoch, the oldest first. */
export async function readEpochs(sql: Queryable, key: CheckpointKey): Promise<Epoch[]> {
  const rows = await sql<SignedCheckpoint[]>`
    select distinct on (epoch) epoch, seq, hash, time, signature from events.checkpoints order by epoch, seq`;
  return rows
    .filter((row) => key.isSigned(row))
    .map(({ epoch, seq, time }) => ({ epoch, seq, time }))
    .toSorted((a, b) => a.time.getTime() - b.time.getTime());
}

/** A file of checkpoints. `isCopy`: it may lack the newest, as it was copied some time ago. Null: only those of the table. */
export type CheckpointSource = { path: string; isCopy: boolean } | null;

type Anchors = {
  /** Compares all checkpoints up to the last of these rows, which come after those of the call before. */
  compare: (rows: readonly HashedRow[]) => Promise<void>;
  /** Looks at those that are left. */
  finish: () => Promise<{ anchor: Checkpoint | undefined; counts: AnchorCounts }>;
};

type Options = {
  sql: Database;
  key: CheckpointKey;
  file: CheckpointSource;
  /** The first event that there is. */
  first: number;
  epochs: readonly Epoch[];
  faults: Faults;
};

/** Goes through the checkpoints of the table and of the file in the order of seq, beside the log. */
export function createAnchors({ sql, key, file, first, epochs, faults }: Options): Anchors {
  /** The table's end when this began: what is signed meanwhile is looked at next time. */
  let tableEnd: SignedCheckpoint | undefined;
  const table = ahead(readTable());
  const lines = ahead(readLines());
  let isFileMissing = false;
  const counts: AnchorCounts = { table: 0, file: file === null ? null : 0, void: 0, halfLines: 0 };
  /** Of the table, and not found in the file yet: each line by its place. */
  const awaited = new Map<string, SignedCheckpoint>();
  let anchor: Checkpoint | undefined;
  let lastFiled = 0;

  async function* readTable(): AsyncGenerator<SignedCheckpoint> {
    [tableEnd] = await sql<SignedCheckpoint[]>`
      select epoch, seq, hash, time, signature from events.checkpoints order by seq desc, epoch desc limit 1`;
    let after = { seq: -1, epoch: '' };
    while (tableEnd) {
      const rows = await sql<SignedCheckpoint[]>`
        select epoch, seq, hash, time, signature from events.checkpoints
        where (seq, epoch) > (${after.seq}, ${after.epoch}) and (seq, epoch) <= (${tableEnd.seq}, ${tableEnd.epoch})
        order by seq, epoch limit ${PAGE}`;
      yield* rows;
      if (rows.length < PAGE) return;
      after = rows.at(-1)!;
    }
  }

  async function* readLines(): AsyncGenerator<SignedCheckpoint | undefined> {
    if (file === null) return;
    try {
      yield* readCheckpoints(file.path);
    } catch (error) {
      if (!isMissing(error)) throw error;
      isFileMissing = true;
    }
  }

  /** Where backups ended that were restored after this was signed. The first epoch is of no backup: it takes nothing away, also where others were deleted. */
  const backupsAfter = ({ epoch, time }: Checkpoint): Epoch[] =>
    epochs.slice(1).filter((other) => other.epoch !== epoch && other.time > time);

  /** Of an event that no restored backup has. A row of the table never is: a backup ends after all that is signed in it, or it is of a log that was cut. */
  const isAfterBackup = (checkpoint: Checkpoint): boolean => backupsAfter(checkpoint).some(({ seq }) => seq < checkpoint.seq);

  /** Of a line that the table has not: also where it was signed over the backup's last event, after the backup was made. */
  const isVoid = (checkpoint: Checkpoint): boolean => backupsAfter(checkpoint).some(({ seq }) => seq <= checkpoint.seq);

  /** Whether it may be compared with the log. */
  function isGood(checkpoint: SignedCheckpoint, place: string): boolean {
    if (key.isSigned(checkpoint)) return true;
    // The file of a data folder outlives a change of DATABASE_URL, and two products may have been given the same one.
    const isOfOther = place === 'file' && !epochs.some(({ epoch }) => epoch === checkpoint.epoch);
    const hint = isOfOther ? ' It is of another log: give each database a file of its own (AUDIT_FILE).' : '';
    faults.add(null, `The checkpoint of event ${checkpoint.seq} in the ${place} was not signed with this product's key.${hint}`);
    return false;
  }

  async function compareWith(checkpoint: SignedCheckpoint, place: string, hashOf: HashOf): Promise<void> {
    const hash = await hashOf(checkpoint.seq);
    if (hash === 'unknown') return;
    if (!hash?.equals(checkpoint.hash)) {
      const since = anchor ? `after event ${anchor.seq}` : 'before it';
      const at = checkpoint.time.toISOString();
      return faults.add(
        checkpoint.seq,
        `Event ${checkpoint.seq} is not the one that was signed at ${at} (checkpoint in the ${place}): something ${since} was changed and the hashes made anew.`,
      );
    }
    const broken = faults.firstBrokenSeq();
    if ((broken === null || checkpoint.seq < broken) && checkpoint.seq > (anchor?.seq ?? 0)) anchor = checkpoint;
  }

  /** In the order of seq, so that the anchor is never after what is found wrong; a line comes after its row. */
  async function compareUpTo(last: number, hashOf: HashOf): Promise<void> {
    for (let next = await table.peek(); next && next.value.seq <= last; next = await table.peek()) {
      const row = next.value;
      await compareLines(row.seq - 1, hashOf);
      table.take();
      counts.table++;
      if (file !== null) awaited.set(placeOf(row), row);
      if (!isGood(row, 'table')) awaited.delete(placeOf(row));
      else await compareWith(row, 'table', hashOf);
      if (awaited.size > MOST_AWAITED) missInFile(awaited.values().next().value!);
    }
    await compareLines(last, hashOf);
  }

  async function compareLines(last: number, hashOf: HashOf): Promise<void> {
    for (let next = await lines.peek(); next; next = await lines.peek()) {
      const checkpoint = next.value;
      if (checkpoint && checkpoint.seq > last && !isAfterBackup(checkpoint)) return;
      lines.take();
      if (checkpoint) await compareLine(checkpoint, hashOf);
      else counts.halfLines++;
    }
  }

  async function compareLine(line: SignedCheckpoint, hashOf: HashOf): Promise<void> {
    counts.file!++;
    const place = placeOf(line);
    const row = awaited.get(place);
    awaited.delete(place);
    if (row && isSame(row, line)) {
      lastFiled = Math.max(lastFiled, line.seq);
      return; // looked at in the table
    }
    if (!isGood(line, 'file')) return;
    if (isVoid(line)) return void counts.void++;
    lastFiled = Math.max(lastFiled, line.seq);
    await compareWith(line, 'file', hashOf);
    // Its line may have come before, or its row since the table was read.
    const [known] = await sql<SignedCheckpoint[]>`
      select epoch, seq, hash, time, signature from events.checkpoints where seq = ${line.seq} and epoch = ${line.epoch}`;
    if (!known) faults.add(null, `The table lacks the checkpoint of event ${line.seq} that the file has.`);
    else if (!isSame(known, line)) faults.add(null, `The checkpoints of event ${line.seq} in the table and in the file are not the same.`);
  }

  /** The last that were signed, all in one turn, get into the file after they are in the table; a process may have been killed in between. */
  const mayBeUnderWay = (row: SignedCheckpoint): boolean => file!.isCopy || row.time.getTime() === tableEnd!.time.getTime();

  /** Before PurSight has signed anything it is no wonder; afterwards somebody took it away, or made the log begin an epoch by hand. */
  const unsigned = (epoch: string): string =>
    epochs.length === 0
      ? 'The table has no checkpoint of the log. PurSight signs the first one when it starts.'
      : `The log has begun the epoch ${epoch}, and no restore has signed that.`;

  function missInFile(row: SignedCheckpoint): void {
    awaited.delete(placeOf(row));
    if (!isAfterBackup(row)) faults.add(null, `The file lacks the checkpoint of event ${row.seq} that the table has.`);
  }

  return {
    async compare(rows) {
      const [from, to] = [rows[0]!.seq, rows.at(-1)!.seq];
      await compareUpTo(to, async (seq) => {
        if (seq < from) return seq < first ? 'unknown' : readHash(sql, seq);
        // Where it should be, were no number missing.
        return (rows[seq - from]?.seq === seq ? rows[seq - from] : rows.find((row) => row.seq === seq))?.hash;
      });
    },

    async finish() {
      await compareUpTo(Number.MAX_SAFE_INTEGER, async (seq) => {
        // The log goes on meanwhile: what was sealed since the beginning is not looked at.
        const { seq: end } = await readHead(sql);
        if (seq <= end) return 'unknown';
        faults.add(end + 1, `The log ends with event ${end}, but event ${seq} was signed.`);
        return 'unknown';
      });
      if (file !== null && isFileMissing) {
        if (counts.table > 0 || file.isCopy)
          faults.add(null, `There is no file ${file.path}, which should have the checkpoints of the table.`);
      } else {
        for (const row of awaited.values()) if (row.seq <= lastFiled || !mayBeUnderWay(row)) missInFile(row);
      }
      const { epoch, seq } = await readHead(sql);
      if (seq > 0 && !epochs.some((each) => each.epoch === epoch)) faults.add(null, unsigned(epoch));
      const broken = faults.firstBrokenSeq();
      return { anchor: anchor && broken !== null && anchor.seq >= broken ? undefined : anchor, counts };
    },
  };
}

/** The hash of an event; undefined where there is none, `unknown` where it is not to be compared. */
type HashOf = (seq: number) => Promise<Buffer | undefined | 'unknown'>;

/** Of events that were dropped with their partition nobody can tell any more. */
async function readHash(sql: Database, seq: number): Promise<Buffer | undefined | 'unknown'> {
  const [row] = await sql<{ hash: Buffer }[]>`select hash from events.log where seq = ${seq}`;
  if (row) return row.hash;
  return seq < ((await firstSeq(sql)) ?? 0) ? 'unknown' : undefined;
}

const placeOf = ({ epoch, seq }: Checkpoint): string => `${epoch}.${seq}`;

const isSame = (one: SignedCheckpoint, other: SignedCheckpoint): boolean => formatCheckpoint(one) === formatCheckpoint(other);

/** A generator whose next value can be looked at before it is taken; undefined at the end. */
function ahead<Value>(values: AsyncGenerator<Value>): { peek: () => Promise<{ value: Value } | undefined>; take: () => void } {
  let next: Promise<{ value: Value } | undefined> | undefined;
  return {
    peek: () => (next ??= values.next().then(({ done, value }) => (done ? undefined : { value }))),
    take: () => void (next = undefined),
  };
}
