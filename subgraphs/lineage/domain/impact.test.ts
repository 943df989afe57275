import { describe, expect, it } from 'vitest';
import { countImpact } from './impact.ts';

const assetIds = Array.from({ length: 2_500 }, (_, index) => `asset ${index}`);
const findFacts = async (ids: readonly string[]) =>
  new Map(ids.map((id) => [id, { kind: 'TABLE', owners: [], domainId: null, deletedAt: null }]));
/** A clock on which time is over after some looks. */
const after = (looks: number) => ({ isOver: () => looks-- <= 0 });

describe('an impact', () => {
  it('counts the nearest that it had time for, and never none of those that there are', async () => {
    const count = async (looks: number) => {
      const { totalCount, truncated } = await countImpact({ assetIds, truncated: false }, null, findFacts, after(looks));
      return [totalCount, truncated];
    };
    expect(await count(0)).toEqual([1_000, true]);
    expect(await count(1)).toEqual([2_000, true]);
    expect(await count(2)).toEqual([2_500, false]);
    expect(await countImpact({ assetIds: [], truncated: true }, null, findFacts, after(0))).toMatchObject({
      totalCount: 0,
      truncated: true,
    });
  });
});
