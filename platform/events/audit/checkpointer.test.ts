import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCheckpoint } from './checkpoint.ts';
import { createCheckpointer, type Checkpointer } from './checkpointer.ts';
import { createAuditedLog, logger, type AuditedLog } from '../../testing/auditedLog.ts';

let log: AuditedLog;
let now: Date;
beforeEach(async () => {
  log = await createAuditedLog();
  now = new Date();
});
afterEach(() => log.drop());

const create = (): Checkpointer => createCheckpointer({ sql: log.sql, key: log.key, file: log.file, logger, now: () => now });
const pass = (ms: number): void => void (now = new Date(now.getTime() + ms));
const signed = async (): Promise<number[]> =>
  (await log.sql<{ seq: number }[]>`select seq from events.checkpoints order by time, seq`).map(({ seq }) => seq);
const filed = (): (number | undefined)[] =>
  readFileSync(log.file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => parseCheckpoint(line)?.seq);

describe('a checkpointer', () => {
  it('signs the end of the log once a minute, if something came', async () => {
    const checkpointer = create();
    await checkpointer.runOnce();
    expect(await signed()).toEqual([]);
    await log.write(2);
    await checkpointer.runOnce();
    await log.write(3);
    pass(59_999);
    await checkpointer.runOnce();
    expect(await signed()).toEqual([2]);
    pass(1);
    await checkpointer.runOnce();
    expect(await signed()).toEqual([2, 5]);
    pass(120_000);
    await checkpointer.runOnce();
    expect(await signed()).toEqual([2, 5]);
    expect(filed()).toEqual([2, 5]);
    // A clock that was set back does not put it off.
    await log.write(1);
    pass(-3_600_000);
    await checkpointer.runOnce();
    expect(filed()).toEqual([2, 5, 6]);
  });

  it('signs each ten-thousandth event, however fast they come', async () => {
    const checkpointer = create();
    await log.write(1);
    await checkpointer.runOnce();
    await log.write(9_997);
    await checkpointer.runOnce();
    expect(await signed()).toEqual([1]);
    await log.write(25_000);
    await checkpointer.runOnce();
    expect(filed()).toEqual([1, 9_999, 19_999, 29_999]);
    await log.write(2);
    await checkpointer.write();
    expect(filed()).toEqual([1, 9_999, 19_999, 29_999, 35_000]);
    expect((await log.verify({ page: 2_000 })).faults).toEqual([]);
  });

  it('signs what was sealed last when it stops', async () => {
    const checkpointer = create();
    await log.write(1);
    checkpointer.start();
    await expect.poll(signed).toEqual([1]);
    await log.write(1);
    await checkpointer.stop();
    expect(filed()).toEqual([1, 2]);
  });

  it('writes each checkpoint once, also where several do at once', async () => {
    const checkpointers = [create(), create(), create()];
    for (let turn = 0; turn < 5; turn++) {
      await log.write(1);
      await Promise.all(checkpointers.map((each) => each.write()));
    }
    expect(await signed()).toEqual([1, 2, 3, 4, 5]);
    expect(filed()).toEqual([1, 2, 3, 4, 5]);
    expect((await log.verify()).faults).toEqual([]);
  });

  it('gives the file what it lacks: after a kill in between, in the middle of a line, and where it is new', async () => {
    await log.write(1);
    await create().write();
    await log.write(1);
    await create().write();
    const [first, second] = readFileSync(log.file, 'utf8').split('\n') as [string, string];
    writeFileSync(log.file, `${first}\n`);
    await create().runOnce();
    expect(filed()).toEqual([1, 2]);
    writeFileSync(log.file, `${first}\n${second.slice(0, 40)}`);
    await create().runOnce();
    expect(filed()).toEqual([1, undefined, 2]);
    expect(await log.verify()).toMatchObject({ faults: [], checkpoints: { halfLines: 1 } });
    rmSync(log.file);
    await create().runOnce();
    expect(filed()).toEqual([1, 2]);
    expect(statSync(log.file).mode & 0o777).toBe(0o600);
  });

  it('goes on once the file can be written again, and has lost nothing', async () => {
    const checkpointer = create();
    mkdirSync(log.file);
    await log.write(1);
    await expect(checkpointer.write()).rejects.toThrow('EISDIR');
    rmSync(log.file, { recursive: true });
    rmSync(dirname(log.file), { recursive: true });
    await log.write(1);
    await checkpointer.write();
    expect(filed()).toEqual([1, 2]);
  });

  it('does not sign a log that ends before its last checkpoint', async () => {
    await log.write(5);
    await create().write();
    await log.owner`delete from events.log where seq > 3`;
    await log.owner`update events.head set seq = 3, hash = (select hash from events.log where seq = 3)`;
    pass(60_000);
    await create().write();
    expect(await signed()).toEqual([5]);
  });
});
