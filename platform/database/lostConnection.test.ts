import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '../testing/database.ts';
import { connect, type Database, type Queryable } from './index.ts';

// What scripts/patches.mjs mends in postgres.js. An uncaught error anywhere fails this file too.
describe('a lost connection', () => {
  let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
  let pool: Database;
  beforeAll(async () => {
    database = await createEmptyDatabase();
    pool = connect({ url: database.url, name: 'victim', max: 1 });
    await database.sql`create table late (at timestamptz default now())`;
  });
  afterAll(async () => {
    await pool.end({ timeout: 1 });
    await database.drop();
  });

  const kill = async (sql: Queryable): Promise<void> => {
    const [backend] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    await database.sql`select pg_terminate_backend(${backend!.pid})`;
    await sleep(50);
  };

  it('fails its transaction and nothing else: the rest of the function reaches no other session', async () => {
    const late = Promise.withResolvers<unknown>();
    const transaction = pool.begin(async (tx) => {
      await kill(tx);
      await tx`select 1`.catch(() => {});
      await sleep(200); // meanwhile the pool has connected again
      late.resolve(await tx`insert into late default values`.catch((error: unknown) => error));
    });
    await expect(transaction).rejects.toThrow();
    expect(await pool`select 1 as one`).toEqual([{ one: 1 }]);
    expect(await late.promise).toMatchObject({ code: 'CONNECTION_CLOSED' });
    expect(await database.sql`select 1 from late`).toHaveLength(0);
  });

  it('fails a query that is under way, in a transaction too, and the pool goes on', async () => {
    for (const round of [1, 2, 3]) {
      const sleeping = round === 2 ? pool`select pg_sleep(10)` : pool.begin((tx) => tx`select pg_sleep(10)`);
      sleeping.catch(() => {});
      await sleep(100);
      await database.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pursight victim' and datname = current_database()`;
      await expect(sleeping).rejects.toThrow();
      expect(await pool`select 1 as one`).toEqual([{ one: 1 }]);
    }
  });

  it('fails what a reserved one asks afterwards', async () => {
    const reserved = await pool.reserve();
    await kill(reserved as unknown as Queryable);
    await expect(reserved`select 1`).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    await expect(reserved`select 1`).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    reserved.release();
    expect(await pool`select 1 as one`).toEqual([{ one: 1 }]);
  });
});
