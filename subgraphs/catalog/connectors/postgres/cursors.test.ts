import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openCursor, openGroups } from './cursors.ts';
import { QueryFailure, type Session } from './session.ts';

/** A session whose cursor has these rows, and the fetches that were made of it. */
function sessionOf(rows: readonly (readonly [number, ...unknown[]])[], failAt = Infinity) {
  let fetches = 0;
  const query = async (name: string, text: string): Promise<unknown[]> => {
    const size = Number(/^fetch (\d+)/.exec(text)?.[1] ?? 0);
    if (size === 0) return [];
    if (++fetches >= failAt) throw new QueryFailure('columns', { state: 'XX000' });
    return rows.slice((fetches - 1) * size, fetches * size);
  };
  return { session: { query } as unknown as Session, fetches: () => fetches };
}
const rows = Array.from({ length: 100 }, (_, index) => [Math.floor(index / 3), index] as const);

it('A cursor is read one batch ahead and no further', async () => {
  const { session, fetches } = sessionOf(rows);
  const cursor = openCursor(session, 'columns', 'select', 10);
  await turn();
  expect(fetches()).toBe(1);
  expect(await cursor.next()).toEqual(rows.slice(0, 10));
  await turn();
  expect(fetches()).toBe(2);
});

it('Groups are cut by relation across batches, and those passed over are dropped', async () => {
  const groups = openGroups(sessionOf(rows).session, 'columns', 'select', 10);
  expect(await groups.take(3)).toEqual(rows.filter(([relation]) => relation === 3));
  expect(await groups.take(20)).toEqual(rows.filter(([relation]) => relation === 20));
  expect(await groups.take(33)).toEqual([rows[99]]);
  expect(await groups.take(99)).toEqual([]);
});

it('A fetch that fails ahead of its use is told when its batch is asked for', async () => {
  const cursor = openCursor(sessionOf(rows, 2).session, 'columns', 'select', 10);
  await cursor.next();
  await turn();
  await expect(cursor.next()).rejects.toMatchObject({ query: 'columns' });
});
