import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from './database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('createTestDatabase', () => {
  it('is migrated', async () => {
    const [row] = await database.owner<
      { n: number }[]
    >`select count(*)::int as n from pg_tables where schemaname in ('catalog', 'identity', 'events', 'access')`;
    expect(row!.n).toBeGreaterThan(10);
  });

  it('gives each part its own rights only', async () => {
    await expect(database.connect('catalog')`select * from identity.users`).rejects.toMatchObject({ code: '42501' });
    await expect(database.connect('identity')`select * from catalog.sources`).rejects.toMatchObject({ code: '42501' });
    await expect(database.connect('catalog')`select * from catalog.sources`).resolves.toHaveLength(0);
  });
});

describe('createEmptyDatabase', () => {
  it('takes any name', async () => {
    const empty = await createEmptyDatabase('über "shop" 1.5');
    const [row] = await empty.sql<{ name: string }[]>`select current_database() as name`;
    expect(row!.name).toBe('über "shop" 1.5');
    await empty.drop();
  });
});
