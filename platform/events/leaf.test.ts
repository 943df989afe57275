import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { computeLeaf, type StoredEvent } from '../testing/eventLog.ts';
import { append } from './append.ts';
import { canonicalJson, leafOf } from './leaf.ts';
import type { NewEvent } from './types.ts';

describe('the canonical form', () => {
  it('is the one of RFC 8785, section 3.2.2 and 3.2.3', () => {
    const value = JSON.parse(
      String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
    );
    expect(canonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
    expect(canonicalJson({ '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5, '\u0080': 6, ö: 7 })).toBe(
      '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
    );
  });

  it('refuses what JSON cannot hold', () => {
    for (const value of [Number.NaN, Infinity, '\ud800', 1n, undefined, { a: '\udc00' }]) expect(() => canonicalJson(value)).toThrow();
  });
});

describe('a leaf', () => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await createTestDatabase()));
  afterAll(() => database.drop());

  it('is computed again from the stored row, whatever the data holds', async () => {
    const sql = database.connect('catalog');
    const trouble = {
      zero: -0,
      large: 1e21,
      larger: 1.7976931348623157e308,
      tiny: 5e-324,
      third: 1 / 3,
      whole: Number.MAX_SAFE_INTEGER,
      money: 0.1 + 0.2,
      text: 'é 😀 \u2028 \u0001 "quoted" \\ back',
      '': 'empty',
      '😀': 1,
      'b.c"d': { deep: [[[{ z: 1, a: [] }]], {}] },
      '10': 'ten',
      '9': 'nine',
      dropped: undefined,
      holes: [undefined, null],
      date: new Date(0),
      long: 'x'.repeat(100_000),
    };
    const changes = Object.entries(trouble).map(([path, after]) => ({ path, before: null, after }));
    const events: NewEvent[] = [
      {
        type: 'asset.updated',
        subject: 'a-1',
        actorId: '0190a0b0-0000-7000-8000-000000000001',
        attributes: { name: 'x."y😀"', tags: ['b', 'a'], domainId: null, kind: undefined },
        data: { namespace: 'n', name: 'x', kind: 'TABLE', version: 2, changes },
      },
      { type: 'identity.signInFailed', subject: null, actorId: null, data: { reason: 'x' } },
    ];
    await sql.begin((tx) => append(tx, 'catalog', events));
    const rows = await database.owner<
      StoredEvent[]
    >`select event_id, type, source, subject, time, actor_id, data, salt, attributes, leaf from events.outbox order by id`;
    expect(rows).toHaveLength(2);
    for (const row of rows) {
      expect(row.salt).toHaveLength(16);
      expect(computeLeaf(row).equals(row.leaf)).toBe(true);
      expect(leafOf(row, row.salt, canonicalJson(row.data)).equals(row.leaf)).toBe(true);
    }
    const [first] = rows;
    for (const change of [
      { type: 'asset.deleted' },
      { source: 'policy' },
      { subject: null },
      { actorId: null },
      { time: new Date(0) },
      { attributes: {} },
      { data: {} },
      { salt: randomBytes(16) },
    ]) {
      expect(computeLeaf({ ...first!, ...change }).equals(first!.leaf)).toBe(false);
    }
  });

  it('is part of no row when the transaction is rolled back, and appending nothing does nothing', async () => {
    const sql = database.connect('catalog');
    await sql.begin((tx) => append(tx, 'catalog', []));
    const event: NewEvent = { type: 'team.created', subject: 'rolled-back', actorId: null, data: { name: 'x' } };
    await expect(
      sql.begin(async (tx) => {
        await append(tx, 'catalog', [event]);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await database.owner`select 1 from events.outbox where subject = 'rolled-back'`).toHaveLength(0);
  });

  it('stands in the order in which 500 events were given', async () => {
    const sql = database.connect('catalog');
    const events: NewEvent[] = Array.from({ length: 500 }, (_, index) => ({
      type: 'team.created',
      subject: `many-${index}`,
      actorId: null,
      data: { name: 'x' },
    }));
    await sql.begin((tx) => append(tx, 'catalog', events));
    const rows = await database.owner<{ subject: string }[]>`select subject from events.outbox where subject like 'many-%' order by id`;
    expect(rows.map((row) => row.subject)).toEqual(events.map((event) => event.subject));
  });
});
