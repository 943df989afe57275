import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEmptyDatabase } from '../testing/database.ts';
import type { Transaction } from './index.ts';
import { beginAgain } from './retry.ts';

let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
beforeAll(async () => {
  database = await createEmptyDatabase();
  await database.sql`create table counters (name text primary key, n int not null)`;
  await database.sql`insert into counters values ('a', 0), ('b', 0)`;
});
afterAll(() => database.drop());

const count = (tx: Transaction, name: string) => tx`update counters set n = n + 1 where name = ${name}`;

it('lets both of a deadlock finish, each once', async () => {
  let tries = 0;
  let holding = 0;
  const both = Promise.withResolvers<void>();
  const work = (first: string, second: string) =>
    beginAgain(database.sql, async (tx) => {
      tries++;
      await tx`set local deadlock_timeout = '10ms'`;
      await count(tx, first);
      if (++holding === 2) both.resolve();
      await both.promise;
      await count(tx, second);
      return first;
    });
  expect(await Promise.all([work('a', 'b'), work('b', 'a')])).toEqual(['a', 'b']);
  // One of them is ended and begins again; on a slow machine both, or one twice.
  expect(tries).toBeGreaterThan(2);
  expect(await database.sql`select name, n from counters order by name`).toEqual([
    { name: 'a', n: 2 },
    { name: 'b', n: 2 },
  ]);
});

it('passes every other failure on at once', async () => {
  let tries = 0;
  await expect(
    beginAgain(database.sql, async (tx) => {
      tries++;
      await tx`select 1 / 0`;
    }),
  ).rejects.toThrow('division by zero');
  expect(tries).toBe(1);
});
