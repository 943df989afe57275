import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSequencer } from '../sequencer.ts';
import { createAuditor, type Auditor } from './auditor.ts';
import { createAuditedLog, logger, type AuditedLog } from '../../testing/auditedLog.ts';

const DAY_MS = 86_400_000;
let log: AuditedLog;
let now: Date;
beforeEach(async () => {
  log = await createAuditedLog();
  now = new Date();
});
afterEach(() => log.drop());

const create = (): Auditor => createAuditor({ sql: log.sql, key: log.key, file: log.file, logger, now: () => now });
const verifications = () =>
  log.sql`select verified_seq, anchored_seq, first_broken_seq, fault from events.verifications order by started_at`;
const told = () => log.sql`select subject, source, data from events.log where type = 'audit.failed'`;
const seal = async (): Promise<void> => void (await createSequencer({ sql: log.sql, logger }).sealOnce());

describe('the daily verification', () => {
  it('is done once a day, by one process', async () => {
    await log.write(4);
    await log.sign();
    const found = await Promise.all([create().runOnce(), create().runOnce(), create().runOnce()]);
    expect(found.filter(Boolean)).toHaveLength(1);
    now = new Date(now.getTime() + DAY_MS - 1);
    expect(await create().runOnce()).toBeUndefined();
    await log.write(1);
    now = new Date(now.getTime() + 1);
    expect(await create().runOnce()).toMatchObject({ faultCount: 0 });
    expect(await verifications()).toEqual([
      { verifiedSeq: 4, anchoredSeq: 4, firstBrokenSeq: null, fault: null },
      { verifiedSeq: 5, anchoredSeq: 4, firstBrokenSeq: null, fault: null },
    ]);
    await seal();
    expect(await told()).toEqual([]);
  });

  it('tells what it finds by an event', async () => {
    await log.write(4);
    await log.sign();
    await log.owner`update events.log set subject = 'other' where seq = 3`;
    expect(await create().runOnce()).toMatchObject({ firstBrokenSeq: 3 });
    await seal();
    const [row] = await log.sql<{ id: string }[]>`select id from events.verifications`;
    const fault = 'Event 3 was changed: its leaf is another one.';
    expect(await verifications()).toEqual([{ verifiedSeq: 2, anchoredSeq: null, firstBrokenSeq: 3, fault }]);
    expect(await told()).toEqual([{ subject: row!.id, source: 'events', data: { fault, firstBrokenSeq: 3, anchoredSeq: null } }]);
  });

  it('says nothing of the log where that cannot be read, and tries again', async () => {
    await log.write(4);
    await log.sign();
    await log.owner`alter table events.log rename to gone`;
    await expect(create().runOnce()).rejects.toThrow('events.log');
    expect(await verifications()).toEqual([]);
    await log.owner`alter table events.gone rename to log`;
    expect(await create().runOnce()).toMatchObject({ faultCount: 0 });
  });

  it('ends when it is told to', async () => {
    const auditor = create();
    auditor.start();
    await auditor.stop();
    expect(await verifications()).toEqual([]);
  });
});
