import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { betweenRebuilds, inTurn, withProjection, withRebuild } from './turns.ts';

describe('a turn', () => {
  let test: TestDatabase;
  let sql: Database;
  beforeAll(async () => {
    test = await createTestDatabase();
    sql = test.connect('lineage');
  });
  afterAll(() => test?.drop());

  it('is not waited for without end where somebody hangs with it', async () => {
    const { promise: hanging, resolve: end } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const other = withProjection(sql, async () => (begin(), hanging));
    await begun;
    await expect(inTurn(sql, async () => 'mine', 1)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('does not get on'),
    });
    end();
    await other;
    expect(await inTurn(sql, async () => 'mine')).toBe('mine');
  });

  it('is lost with what its work throws, and not waited for again', async () => {
    const waitInVain = () =>
      sql.begin(async (tx) => {
        await tx`set local lock_timeout = '10ms'`;
        await tx`select pg_advisory_xact_lock(${0x6c696e65}::int, 1)`;
      });
    await expect(withProjection(sql, waitInVain)).rejects.toMatchObject({ code: '55P03' });
    expect(await withProjection(sql, async () => 'next')).toEqual({ result: 'next' });
  });

  it('of a rebuild is one at a time, and of who looks between rebuilds none meanwhile', async () => {
    const inside = await withRebuild(sql, async () => [await withRebuild(sql, async () => 1), await betweenRebuilds(sql, async () => 2)]);
    expect(inside).toEqual({ result: [undefined, undefined] });
    expect(await betweenRebuilds(sql, async () => 2)).toEqual({ result: 2 });
  });
});
