import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../ids.ts';
import { PARTITION_SIZE } from '../partitions.ts';
import { createRetention } from '../retention.ts';
import { deriveCheckpointKey, formatCheckpoint } from './checkpoint.ts';
import { beginEpoch, createCheckpointer } from './checkpointer.ts';
import { createAuditedLog, logger, type AuditedLog } from '../../testing/auditedLog.ts';

let log: AuditedLog;
beforeEach(async () => void (log = await createAuditedLog()));
afterEach(() => log.drop());

/** Thirty events, of which the 10th, 20th and 30th are signed. */
async function fill(): Promise<void> {
  for (let turn = 1; turn <= 3; turn++) {
    await log.write(10);
    await log.sign(turn * 1_000);
  }
}

const lines = (): string[] => readFileSync(log.file, 'utf8').split('\n').slice(0, -1);
const writeLines = (kept: readonly string[]): void => writeFileSync(log.file, kept.map((line) => `${line}\n`).join(''));

describe('a log that is as it was sealed', () => {
  it('is told so, with the last event that a checkpoint vouches for', async () => {
    await fill();
    await log.write(4);
    expect(await log.verify()).toEqual({
      firstSeq: 1,
      lastSeq: 34,
      verifiedSeq: 34,
      anchoredSeq: 30,
      anchoredAt: expect.any(Date),
      firstBrokenSeq: null,
      erased: 0,
      checkpoints: { table: 3, file: 3, void: 0, halfLines: 0 },
      epochs: [],
      faults: [],
      faultCount: 0,
    });
    expect(await log.verify({ file: null })).toMatchObject({ anchoredSeq: 30, checkpoints: { table: 3, file: null }, faultCount: 0 });
  });

  it('may be empty', async () => {
    expect(await log.verify()).toMatchObject({ firstSeq: 1, lastSeq: 0, verifiedSeq: 0, anchoredSeq: null, faultCount: 0 });
  });

  it('may grow and be signed meanwhile', async () => {
    await fill();
    let stopped = false;
    const growing = (async () => {
      for (let turn = 0; !stopped; turn++) {
        await log.write(3);
        await log.sign(10_000 + turn);
      }
    })();
    for (let round = 0; round < 10; round++) expect((await log.verify({ page: 2 })).faults).toEqual([]);
    stopped = true;
    await growing;
    expect((await log.verify()).faults).toEqual([]);
  });
});

describe('a changed row', () => {
  const changes: [string, string][] = [
    ['data', `data = jsonb_set(data, '{name}', '"other"')`],
    ['an added member of the data', `data = data || '{"more": null}'`],
    ['salt', 'salt = sha256(salt)'],
    ['attributes', `attributes = '{}'`],
    ['type', `type = 'source.updated'`],
    ['source', `source = 'policy'`],
    ['subject', 'subject = null'],
    ['time', `time = time + interval '1 ms'`],
    ['actor', 'actor_id = event_id'],
    ['id', 'event_id = gen_random_uuid()'],
    ['leaf', 'leaf = sha256(leaf)'],
    ['hash', 'hash = sha256(hash)'],
    ['data, taken away', 'data = null'],
    ['salt, taken away', 'salt = null'],
    ['data and salt, taken away as by an erasure', 'data = null, salt = null'],
  ];
  it.each(changes)('is named: %s', async (_name, change) => {
    await fill();
    for (const seq of [17, 1, 30]) {
      await log.owner.unsafe(`create table kept as select * from events.log where seq = ${seq}`);
      await log.owner.unsafe(`update events.log set ${change} where seq = ${seq}`);
      const found = await log.verify();
      expect(found, String(seq)).toMatchObject({
        firstBrokenSeq: seq,
        verifiedSeq: seq - 1,
        anchoredSeq: seq > 10 ? Math.floor((seq - 1) / 10) * 10 : null,
      });
      expect(found.faults[0]).toMatchObject({ seq, message: expect.stringContaining(`vent ${seq}`) });
      await log.owner.unsafe(`delete from events.log where seq = ${seq}; insert into events.log select * from kept; drop table kept`);
      expect((await log.verify()).faultCount).toBe(0);
    }
  });

  it('is found where several are, the first one first', async () => {
    await fill();
    await log.owner`update events.log set subject = 'other' where seq in (9, 12, 29)`;
    const found = await log.verify();
    expect(found).toMatchObject({ firstBrokenSeq: 9, anchoredSeq: null, faultCount: 3 });
    expect(found.faults.map(({ seq }) => seq)).toEqual([9, 12, 29]);
  });

  it('is found at the next checkpoint where all later hashes were made to fit', async () => {
    await fill();
    await log.owner`update events.log set data = '{"name": "other"}' where seq = 13`;
    await log.rechain(13);
    const found = await log.verify();
    expect(found).toMatchObject({ firstBrokenSeq: 20, verifiedSeq: 19, anchoredSeq: 10 });
    expect(found.faults[0]!.message).toMatch(/^Event 20 is not the one that was signed at .*: something after event 10 was changed/);
  });

  it('is found in the file where the checkpoints of the table were deleted, too, and signed anew', async () => {
    await fill();
    await log.owner`update events.log set data = '{"name": "other"}' where seq = 13`;
    await log.rechain(13);
    await log.owner`delete from events.checkpoints where seq >= 20`;
    const faults = [
      { seq: 20, message: expect.stringContaining('in the file') },
      { seq: 30, message: expect.stringContaining('in the file') },
      { seq: null, message: 'The table lacks the checkpoint of event 20 that the file has.' },
      { seq: null, message: 'The table lacks the checkpoint of event 30 that the file has.' },
    ];
    expect(await log.verify()).toMatchObject({ firstBrokenSeq: 20, anchoredSeq: 10, faults });
    await log.owner`delete from events.checkpoints`;
    expect(await log.verify()).toMatchObject({ firstBrokenSeq: 20, anchoredSeq: 10 });
    await log.write(5);
    await log.sign(60_000);
    expect(await log.verify()).toMatchObject({ firstBrokenSeq: 20, anchoredSeq: 10 });
  });
});

describe('missing rows', () => {
  it.each([
    ['one', 'seq = 13', 13, 'Event 13 is missing.'],
    ['several', 'seq between 13 and 21', 13, 'The events 13 to 21 are missing.'],
    ['the first', 'seq <= 2', 1, 'The events before 3 are missing, and not because of retention: no checkpoint was left of their end.'],
    ['the last', 'seq >= 29', 29, 'The log ends before event 29, although 30 were sealed.'],
    ['all', 'true', 1, 'The events before 31 are missing, and not because of retention: no checkpoint was left of their end.'],
  ])('are named: %s', async (_name, which, seq, message) => {
    await fill();
    await log.owner.unsafe(`delete from events.log where ${which}`);
    const found = await log.verify();
    expect(found).toMatchObject({ firstBrokenSeq: seq, faults: [{ seq, message }, ...found.faults.slice(1)] });
  });

  it('are found at the end where the head was set back to before them, and where the log went on', async () => {
    await fill();
    await log.owner`delete from events.log where seq > 15`;
    await log.owner`update events.head set seq = 15, hash = (select hash from events.log where seq = 15)`;
    expect(await log.verify()).toMatchObject({
      firstBrokenSeq: 16,
      anchoredSeq: 10,
      faults: [
        { seq: 16, message: 'The log ends with event 15, but event 20 was signed.' },
        { seq: 16, message: 'The log ends with event 15, but event 30 was signed.' },
      ],
    });
    await log.owner`delete from events.checkpoints where seq > 10`;
    expect(await log.verify()).toMatchObject({ firstBrokenSeq: 16 });
    await log.write(20);
    await log.sign(60_000);
    expect(await log.verify()).toMatchObject({ firstBrokenSeq: 20, anchoredSeq: 10 });
  });
});

describe('the checkpoints', () => {
  it('are told where the file lacks one of the table', async () => {
    await fill();
    const all = lines();
    for (const [kept, missing] of [
      [[all[0]!, all[2]!], [20]],
      [[all[1]!, all[2]!], [10]],
      [[all[0]!], [20]], // the last one may be on its way
      [[], [10, 20]],
    ] as const) {
      writeLines(kept);
      const found = await log.verify();
      expect(found).toMatchObject({ firstBrokenSeq: null, anchoredSeq: 30 });
      expect(found.faults.map(({ message }) => message)).toEqual(
        missing.map((seq) => `The file lacks the checkpoint of event ${seq} that the table has.`),
      );
    }
    rmSync(log.file);
    expect((await log.verify()).faults).toEqual([{ seq: null, message: expect.stringContaining(`There is no file ${log.file}`) }]);
  });

  it('may be those of a copy of the file, which lacks the newest only', async () => {
    await fill();
    const all = lines();
    writeLines(all.slice(0, 1));
    expect((await log.verify({ file: { path: log.file, isCopy: true } })).faults).toEqual([]);
    writeLines([all[0]!, all[2]!]);
    expect((await log.verify({ file: { path: log.file, isCopy: true } })).faultCount).toBe(1);
    expect((await log.verify({ file: { path: `${log.file}.none`, isCopy: true } })).faultCount).toBe(1);
  });

  it('are told where the table lacks one of the file, or has another one', async () => {
    await fill();
    await log.owner`delete from events.checkpoints where seq = 20`;
    expect((await log.verify()).faults.map(({ message }) => message)).toEqual([
      'The table lacks the checkpoint of event 20 that the file has.',
    ]);
    const [row] = await log.owner<
      { epoch: string; hash: Buffer }[]
    >`select epoch, hash from events.log, (select epoch from events.head) where seq = 20`;
    const other = log.key.sign({ ...row!, seq: 20, time: new Date() });
    await log.owner`
      insert into events.checkpoints (epoch, seq, hash, time, signature) values (${other.epoch}, 20, ${other.hash}, ${other.time}, ${other.signature})`;
    expect((await log.verify()).faults.map(({ message }) => message)).toEqual([
      'The checkpoints of event 20 in the table and in the file are not the same.',
    ]);
  });

  it('may be preceded by half a line, which a kill left, and are told where they are garbled', async () => {
    await fill();
    const all = lines();
    writeLines([all[0]!, all[1]!.slice(0, 50), ...all.slice(1)]);
    appendFileSync(log.file, all[2]!.slice(0, 70));
    expect(await log.verify()).toMatchObject({ faults: [], checkpoints: { file: 3, halfLines: 2 } });
    writeLines([all[0]!, all[1]!.replace('"seq":20', '"seq":21'), all[2]!]);
    expect((await log.verify()).faults.map(({ message }) => message).toSorted()).toEqual([
      "The checkpoint of event 21 in the file was not signed with this product's key.",
      'The file lacks the checkpoint of event 20 that the table has.',
    ]);
    writeFileSync(log.file, randomBytes(300_000));
    expect((await log.verify()).faultCount).toBeGreaterThan(0);
  });

  it('are told to be of another log where two databases had one file', async () => {
    await fill();
    const foreign = deriveCheckpointKey(randomBytes(32)).sign({ epoch: '0a1b2c3d', seq: 5, hash: randomBytes(32), time: new Date() });
    appendFileSync(log.file, `${formatCheckpoint(foreign)}\n`);
    expect((await log.verify()).faults.map(({ message }) => message)).toEqual([
      "The checkpoint of event 5 in the file was not signed with this product's key. It is of another log: give each database a file of its own (AUDIT_FILE).",
    ]);
  });

  it('count only when this key signed them', async () => {
    await fill();
    const foreign = deriveCheckpointKey(randomBytes(32));
    const found = await log.verify({ key: foreign });
    expect(found).toMatchObject({ firstBrokenSeq: null, anchoredSeq: null, checkpoints: { table: 3, file: 3 } });
    expect(found.faults).toContainEqual({
      seq: null,
      message: "The checkpoint of event 10 in the table was not signed with this product's key.",
    });

    // Who has no key changes the log, and signs with one of his own.
    await log.owner`update events.log set data = '{"name": "other"}' where seq = 13`;
    await log.rechain(13);
    const rows = await log.owner<{ seq: number; hash: Buffer; epoch: string }[]>`
      select seq, hash, (select epoch from events.head) as epoch from events.log where seq in (20, 30)`;
    const made = rows.map((row) => foreign.sign({ ...row, time: new Date() }));
    for (const { seq, hash, signature } of made)
      await log.owner`update events.checkpoints set hash = ${hash}, signature = ${signature} where seq = ${seq}`;
    writeLines([lines()[0]!, ...made.map(formatCheckpoint)]);
    const other = await log.verify();
    expect(other).toMatchObject({ anchoredSeq: 10 });
    expect(other.faultCount).toBeGreaterThanOrEqual(4);
  });

  it('are missed where none is left', async () => {
    await fill();
    await log.owner`delete from events.checkpoints`;
    rmSync(log.file);
    expect((await log.verify()).faults.map(({ message }) => message)).toEqual([
      'The table has no checkpoint of the log. PurSight signs the first one when it starts.',
    ]);
  });
});

describe('erased events', () => {
  const erase = async (seq: number, tell: boolean): Promise<void> => {
    const [row] = await log.owner<{ eventId: string; type: string }[]>`select event_id, type from events.log where seq = ${seq}`;
    await log.owner`update events.log set data = null, salt = null where seq = ${seq}`;
    if (tell) await log.append([{ type: 'event.erased', subject: row!.eventId, actorId: null, data: { type: row!.type } }]);
  };

  it('are accepted where an event.erased names them, and only there', async () => {
    await fill();
    await erase(7, true);
    await erase(25, true);
    expect(await log.verify()).toMatchObject({ erased: 2, faults: [], verifiedSeq: 32 });
    await erase(12, false);
    await log.append([{ type: 'event.erased', subject: newId(), actorId: null, data: { type: 'source.removed' } }]);
    expect(await log.verify()).toMatchObject({
      erased: 2,
      firstBrokenSeq: 12,
      faults: [{ seq: 12, message: 'Event 12 has lost its data, and no event.erased tells of it.' }],
    });
  });

  it('still stand in the chain', async () => {
    await fill();
    await erase(7, true);
    await log.owner`update events.log set leaf = sha256(leaf) where seq = 7`;
    expect(await log.verify()).toMatchObject({ firstBrokenSeq: 7 });
  });
});

describe('a dropped partition', () => {
  const LAST = PARTITION_SIZE - 1;
  const inDays = (days: number) => (): Date => new Date(Date.now() + days * 86_400_000);

  it('leaves its checkpoint, from which the rest is verified', async () => {
    // As if there had been a million before.
    await log.owner`update events.head set seq = ${LAST - 3}`;
    await log.write(8);
    await log.sign();
    expect(await createRetention({ sql: log.sql, days: 1, logger, now: inDays(2) }).runOnce()).toEqual([0]);
    expect(await log.verify()).toMatchObject({ firstSeq: LAST + 1, lastSeq: LAST + 5, anchoredSeq: LAST + 5, faults: [] });
    await log.owner`update events.log set data = '{}' where seq = ${LAST + 1}`;
    await log.rechain(LAST + 1);
    expect(await log.verify()).toMatchObject({ firstBrokenSeq: LAST + 1 });
  });

  it('is missed where its checkpoint is', async () => {
    await log.owner`update events.head set seq = ${LAST - 3}`;
    await log.write(8);
    await log.sign();
    await createRetention({ sql: log.sql, days: 1, logger, now: inDays(2) }).runOnce();
    await log.owner`delete from events.checkpoints where seq = ${LAST}`;
    const found = await log.verify();
    expect(found).toMatchObject({ firstBrokenSeq: 1 });
    expect(found.faults.map(({ message }) => message)).toContain(`The table lacks the checkpoint of event ${LAST} that the file has.`);
  });
});

describe('epochs', () => {
  /** What a restore does: the database is as it was after `seq` events. */
  async function restoreTo(seq: number, options: { byHand?: boolean } = {}): Promise<void> {
    await log.owner`delete from events.log where seq > ${seq}`;
    await log.owner`delete from events.checkpoints where seq > ${seq}`;
    await log.owner`update events.head set seq = ${seq}, hash = (select hash from events.log where seq = ${seq})`;
    if (options.byHand) await log.owner`update events.head set epoch = 'another'`;
    else await log.owner.begin((tx) => beginEpoch(tx, { key: log.key, now: new Date(Date.now() + 60_000) }));
  }

  it('begin with a checkpoint, after which those of what the backup did not have count no more', async () => {
    await fill();
    await log.write(3);
    await restoreTo(15);
    await log.write(25);
    await log.sign(120_000);
    const [{ epoch } = { epoch: '' }] = await log.sql<{ epoch: string }[]>`select epoch from events.head`;
    expect(await log.verify()).toMatchObject({
      lastSeq: 40,
      anchoredSeq: 40,
      epochs: [{ epoch, seq: 15 }],
      checkpoints: { table: 3, file: 5, void: 2 },
      faults: [],
    });
    // A second one, and on a machine without the file.
    await restoreTo(33);
    rmSync(log.file);
    await log.write(10);
    await log.sign(180_000);
    expect(await log.verify()).toMatchObject({ lastSeq: 43, anchoredSeq: 43, epochs: [{ seq: 15 }, { seq: 33 }], faults: [] });
    await log.owner`update events.log set data = '{"name": "other"}' where seq = 35`;
    await log.rechain(35);
    expect(await log.verify()).toMatchObject({ firstBrokenSeq: 43, anchoredSeq: 33 });
  });

  it('do not hide what was cut: one that began by hand is not signed', async () => {
    await fill();
    await restoreTo(15, { byHand: true });
    await log.write(3);
    // Later than all that was signed before.
    const now = (): Date => new Date(Date.now() + 60_000);
    const checkpointer = createCheckpointer({ sql: log.sql, key: log.key, file: log.file, logger, now });
    await expect(checkpointer.write()).rejects.toThrow('nothing is signed until somebody looked into it');
    const found = await log.verify();
    expect(found).toMatchObject({ firstBrokenSeq: 19 });
    expect(found.faults.map(({ message }) => message)).toContain('The log has begun the epoch another, and no restore has signed that.');
    // Without the checkpoints of the table it is, as a first one: nothing in the file is void because of that.
    await log.owner`delete from events.checkpoints`;
    await checkpointer.write();
    const other = await log.verify();
    expect(other).toMatchObject({ checkpoints: { void: 0 }, anchoredSeq: 18 });
    expect(other.faults.map(({ message }) => message)).toContain('The log ends with event 18, but event 20 was signed.');
  });
});
