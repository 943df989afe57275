import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import type { Read } from '#platform/auth/read.ts';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { createTestDatabase, TEST_ROOT_KEY, type TestDatabase } from '#platform/testing/database.ts';
import { createReadAudit, verifyReads } from './readAudit.ts';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-03-01T12:00:00.000Z');
const logger = pino({ level: 'silent' });

let test: TestDatabase;
let sql: Database;
let time: number;
beforeEach(async () => {
  test = await createTestDatabase();
  sql = test.connect('identity');
  time = START;
});
afterEach(() => test.drop());

const create = (days?: number) => createReadAudit({ database: sql, rootKey: TEST_ROOT_KEY, days, logger, now: () => new Date(time) });
const verify = () => verifyReads(sql, TEST_ROOT_KEY);
const [ann, bob, asset] = [newId(), newId(), newId()];
const read = (userId: string, more: Partial<Read> = {}): Read => ({
  userId,
  tokenId: null,
  operation: 'Page',
  fields: ['asset'],
  subjectIds: [asset],
  ...more,
});
const stored = () =>
  sql`select batch, number, user_id, token_id, operation, fields, subject_ids, count, first_at, last_at from identity.reads order by 1, 2`;
/** Batches of one read each. */
async function fill(audit: ReturnType<typeof create>, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    audit.record(read(index % 2 === 0 ? ann : bob));
    await audit.flush();
    time += DAY_MS;
  }
}

describe('the read audit', () => {
  it('keeps each different read of a batch once, with how often and from when to when', async () => {
    const audit = create();
    audit.record(read(ann));
    time += 1_000;
    for (const each of [read(bob, { tokenId: asset }), read(ann), read(ann, { operation: null, fields: ['assets', 'me'], subjectIds: [] })])
      audit.record(each);
    expect(await stored()).toEqual([]);
    expect(await audit.flush()).toBe(3);
    const later = new Date(START + 1_000);
    const once = { count: 1, firstAt: later, lastAt: later };
    expect([...(await stored())]).toEqual([
      { batch: 1, number: 1, ...read(ann), count: 2, firstAt: new Date(START), lastAt: later },
      { batch: 1, number: 2, ...read(bob, { tokenId: asset }), ...once },
      { batch: 1, number: 3, ...read(ann, { operation: null, fields: ['assets', 'me'], subjectIds: [] }), ...once },
    ]);
    expect(await audit.flush()).toBe(0);
    expect(await sql`select seq, first_at, last_at, rows, lost from identity.read_batches`).toMatchObject([
      { seq: 1, firstAt: new Date(START), lastAt: later, rows: 3, lost: 0 },
    ]);
    expect(await verify()).toEqual({ batches: 1, reads: 3, lost: 0, firstBroken: null, fault: null });
  });

  it('chains the batches of several processes that write at once', async () => {
    const audits = Array.from({ length: 4 }, () => create());
    for (let round = 0; round < 5; round++) {
      audits.forEach((audit, index) => audit.record(read(index % 2 === 0 ? ann : bob)));
      await Promise.all(audits.map((audit) => audit.flush()));
    }
    expect(await verify()).toMatchObject({ batches: 20, reads: 20, fault: null });
  });

  it('writes what it has when it stops', async () => {
    const audit = create();
    audit.start();
    audit.record(read(ann));
    await audit.stop();
    expect(await stored()).toHaveLength(1);
  });

  it('stops where the database is held up, without what it could not write', async () => {
    const audit = create();
    audit.record(read(ann));
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { promise: isHeld, resolve: hold } = Promise.withResolvers<void>();
    const holding = test.owner.begin(async (tx) => {
      await tx`lock table identity.read_batches in access exclusive mode`;
      hold();
      await held;
    });
    await isHeld;
    await audit.stop();
    expect(await stored()).toEqual([]);
    release();
    await holding;
  });

  it('keeps what cannot be written, joins what comes meanwhile, and counts what has no room', async () => {
    const audit = create();
    audit.record(read(ann));
    await test.owner`alter table identity.reads rename to away`;
    await expect(audit.flush()).rejects.toThrow('identity.reads');
    time += 1_000;
    audit.record(read(ann));
    await expect(audit.flush()).rejects.toThrow('identity.reads');
    for (let index = 0; index < 10_010; index++) audit.record(read(bob, { operation: `Page${index}`, subjectIds: [] }));
    await test.owner`alter table identity.away rename to reads`;
    expect(await audit.flush()).toBe(10_000);
    expect((await stored())[0]).toMatchObject({ userId: ann, count: 2, firstAt: new Date(START), lastAt: new Date(START + 1_000) });
    expect(await sql`select rows, lost from identity.read_batches`).toEqual([{ rows: 10_000, lost: 11 }]);
    expect(await verify()).toMatchObject({ batches: 1, reads: 10_000, lost: 11, fault: null });
    // Ids have room for a hundred thousand.
    const subjectIds = Array.from({ length: 1_000 }, () => newId());
    for (let index = 0; index < 110; index++) audit.record(read(bob, { operation: `Page${index}`, subjectIds }));
    expect(await audit.flush()).toBe(100);
  });

  it('drops reads after some days, and keeps what proves that they were', async () => {
    const audit = create(30);
    await fill(audit, 70);
    expect(await audit.prune()).toBe(40);
    expect(await audit.prune()).toBe(0);
    expect((await stored()).map(({ batch }) => batch)).toEqual(Array.from({ length: 30 }, (_, index) => 41 + index));
    expect(await verify()).toMatchObject({ batches: 70, reads: 30, fault: null });
    expect(await create().prune()).toBe(0);
  });
});

describe('verifying the read audit', () => {
  beforeEach(() => fill(create(), 25));

  it.each([
    ['a read that is another one', 'update identity.reads set user_id = gen_random_uuid() where batch = 13', 'changed'],
    ['a count', 'update identity.reads set count = 2 where batch = 13', 'changed'],
    ['a read that is gone', 'delete from identity.reads where batch = 13', 'changed'],
    [
      'a read too many',
      'insert into identity.reads select batch, 2, user_id, token_id, operation, fields, subject_ids, count, first_at, last_at from identity.reads where batch = 13',
      'changed',
    ],
    ['a batch that is gone', 'delete from identity.read_batches where seq = 13', 'missing'],
    ['another digest', `update identity.read_batches set digest = sha256('x') where seq = 13`, 'changed'],
    ['another hash', `update identity.read_batches set hash = sha256('x') where seq = 13`, 'chain'],
  ])('finds %s', async (_what, change, word) => {
    await test.owner.unsafe(change);
    expect(await verify()).toMatchObject({ batches: 12, firstBroken: 13, fault: expect.stringMatching(`${word}.*13|13.*${word}`) });
  });

  it('finds what was computed anew without the key', async () => {
    const other = createReadAudit({ database: sql, rootKey: Buffer.alloc(32, 9), logger, now: () => new Date(time) });
    await sql`delete from identity.reads where batch = 25`;
    await sql`delete from identity.read_batches where seq = 25`;
    other.record(read(bob));
    await other.flush();
    expect(await verify()).toMatchObject({ batches: 24, firstBroken: 25, fault: expect.stringContaining('chain') });
  });
});
