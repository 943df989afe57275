import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { assetsOf, collect, describeContract, readOptions } from '../contract.test-suite.ts';
import { qualifiedName, type ReadItem } from '../types.ts';
import { POSTGRES_QUERIES, postgres } from './index.ts';
import { differences, readTruth, told } from './testing/oracle.ts';
import { randomSchema } from './testing/randomSchema.ts';

type Source = Awaited<ReturnType<typeof createEmptyDatabase>>;

const warnings = (items: readonly ReadItem[]) => items.flatMap((item) => ('warning' in item ? [item.warning] : []));
const sizesOf = (items: readonly ReadItem[]) =>
  new Map(items.flatMap((item) => (item.type === 'sizes' ? item.sizes.map(({ nativeId, bytes }) => [nativeId, bytes] as const) : [])));
const scanners = (source: Source) => source.sql<{ pid: number; reading: boolean }[]>`
  select pid, xact_start is not null as reading from pg_stat_activity where datname = current_database() and application_name = 'pursight scan'`;

describe('A made-up schema', () => {
  /** Another one in every run; the title tells it. To repeat a run, put its number here. */
  const seed = Date.now() % 1_000_000_000;
  let source: Source;
  beforeAll(async () => {
    source = await createEmptyDatabase(`we"ird.db ${seed}`);
    for (const statement of randomSchema({ seed })) {
      await source.sql.unsafe(statement).catch((error: unknown) => {
        throw new Error(`${String(error)} in: ${statement}`);
      });
    }
  });
  afterAll(() => source?.drop());

  it(`is told as pg_catalog has it (seed ${seed})`, async () => {
    const items = await collect(postgres, { url: source.url });
    expect(differences(await readTruth(source.sql), told(items))).toEqual([]);
    expect(warnings(items)).toEqual([]);
  });

  describeContract('PostgreSQL', {
    connector: postgres,
    config: () => ({ url: source.url }),
    secret: () => decodeURIComponent(new URL(source.url).password),
    brokenConfig: () => ({ url: Object.assign(new URL(source.url), { port: '1' }).href }),
  });
});

describe('A database of a few tables', () => {
  let source: Source;
  beforeAll(async () => {
    source = await createEmptyDatabase();
    await source.sql.unsafe(`
      create schema "a.b"; create schema a;
      create table "a.b".c (id integer); create table a."b.c" (id integer); create table a."say ""hi"" 🦊" (id integer); create table a."${'é'.repeat(31)}x" (id integer);
      create table plain (id integer primary key, note text default 'x');
      create table bare (id integer default 1);
      create table checked (id integer check (id > 0));
      create table computed (id integer, twice integer generated always as (id * 2) stored);
      create view over_plain as select id from plain;
      create table parts (id integer) partition by list (id);
      create table parts_1 partition of parts for values in (1); create table parts_2 partition of parts for values in (2);
      insert into parts values (1), (2); insert into plain values (1);
      create view over_partition as select id from parts_1;
      create extension citext;
      create extension pg_stat_statements;
      analyze`);
  });
  afterAll(() => source?.drop());
  const name = (...path: string[]) => qualifiedName([decodeURIComponent(new URL(source.url).pathname.slice(1)), ...path]);

  it('keeps names apart that look alike', async () => {
    const names = assetsOf(await collect(postgres, { url: source.url })).map(({ path }) => qualifiedName(path));
    for (const path of [
      ['a.b', 'c'],
      ['a', 'b.c'],
      ['a', 'say "hi" 🦊'],
      ['a', `${'é'.repeat(31)}x`],
    ])
      expect(names).toContain(name(...path));
    expect(new Set(names).size).toBe(names.length);
  });

  it('leaves out what extensions own', async () => {
    const names = assetsOf(await collect(postgres, { url: source.url })).map(({ path }) => path.at(-1));
    expect(names).not.toContain('pg_stat_statements');
    expect(names).toContain('plain');
  });

  it.each(POSTGRES_QUERIES)('never takes a database for complete when "%s" fails', async (query) => {
    const items = await collect(postgres, { url: source.url }, { faults: new Set([query]) });
    const failed = items.filter(({ type }) => type === 'containerFailed');
    expect(warnings(items)).toHaveLength(1);
    expect(warnings(items)[0]).toMatchObject({ code: 'QUERY_FAILED', message: expect.stringContaining(`"${query}"`) });
    // Sizes come after the metadata, which is complete without them.
    expect(failed).toHaveLength(query === 'sizes' ? 0 : 1);
    expect(items.some(({ type }) => type === 'containerComplete')).toBe(query === 'sizes');
  });

  it.each([
    { locked: 'plain', unreadable: ['plain', 'over_plain'], sizeless: ['plain'] },
    { locked: 'bare', unreadable: [], sizeless: ['bare'] },
    { locked: 'checked', unreadable: ['checked'], sizeless: ['checked'] },
    { locked: 'computed', unreadable: ['computed'], sizeless: ['computed'] },
    { locked: 'parts', unreadable: ['over_partition'], sizeless: ['parts'] },
    { locked: 'parts_2', unreadable: [], sizeless: ['parts'] },
    // Locking a view locks what it reads.
    { locked: 'over_plain', unreadable: ['plain', 'over_plain'], sizeless: ['plain'] },
  ])('does not wait for a lock on "$locked", and tells once what it could not read', async ({ locked, unreadable, sizeless }) => {
    const before = await collect(postgres, { url: source.url });
    await source.sql.begin(async (tx) => {
      await tx.unsafe(`lock table ${locked} in access exclusive mode`);
      const begun = performance.now();
      const items = await collect(postgres, { url: source.url });
      expect(performance.now() - begun).toBeLessThan(2_900);
      expect(items.flatMap((item) => (item.type === 'unreadable' ? [item.path.at(-1)] : []))).toEqual(unreadable);
      const told = new Set([...unreadable, ...sizeless].map((table) => name('public', table)));
      expect(
        warnings(items)
          .map(({ subject }) => subject)
          .sort(),
      ).toEqual([...told].sort());
      expect(new Set(warnings(items).map(({ code }) => code))).toEqual(new Set(['RELATION_LOCKED']));
      expect(items.at(-1)?.type).toBe('sizes');
      const ids = new Map(assetsOf(before).map(({ path, nativeId }) => [path.at(-1), nativeId!]));
      const lost = [...sizesOf(before).keys()].filter((id) => !sizesOf(items).has(id));
      expect(lost).toEqual(sizeless.map((table) => ids.get(table)));
    });
  });

  it('tells a lock that comes after the locks were looked at, and keeps that size', async () => {
    const items: ReadItem[] = [];
    await source.sql.begin(async (tx) => {
      for await (const item of postgres.read(postgres.configSchema.parse({ url: source.url }), readOptions())) {
        items.push(item);
        if (item.type === 'asset' && item.asset.path[2] === 'checked') await tx`lock table checked in access exclusive mode`;
      }
    });
    expect(warnings(items)).toEqual([expect.objectContaining({ code: 'RELATION_LOCKED', subject: name('public', 'checked') })]);
  });

  it('tries again when a lock came in between', async () => {
    let items: ReadItem[] = [];
    await source.sql.begin(async (tx) => {
      await tx`lock table pg_catalog.pg_description in access exclusive mode`;
      const reading = collect(postgres, { url: source.url });
      // Longer than a statement of the scan waits for a lock.
      await sleep(3_500);
      void reading.then((all) => (items = all));
    });
    await expect.poll(() => items.at(-1)?.type, { timeout: 10_000 }).toBe('sizes');
    expect(warnings(items)).toEqual([]);
    expect(items.filter(({ type }) => type === 'container')).toHaveLength(1);
  });

  it('fails the database whose connection is terminated', async () => {
    const items: ReadItem[] = [];
    for await (const item of postgres.read(postgres.configSchema.parse({ url: source.url }), readOptions())) {
      items.push(item);
      if (items.length === 3) {
        await source.sql`select pg_terminate_backend(pid, 2000) from pg_stat_activity where datname = current_database() and application_name = 'pursight scan'`;
      }
    }
    expect(items.at(-1)).toMatchObject({ type: 'containerFailed', warning: { code: 'CONNECTION_LOST' } });
    expect(items.some(({ type }) => type === 'containerComplete')).toBe(false);
  });

  it('stops at once, in the server too, while a query waits', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled by a person');
    await source.sql.begin(async (tx) => {
      await tx`lock table pg_catalog.pg_description in access exclusive mode`;
      const reading = collect(postgres, { url: source.url }, { signal: controller.signal });
      reading.catch(() => {});
      await sleep(300);
      const begun = performance.now();
      controller.abort(reason);
      await expect(reading).rejects.toBe(reason);
      expect(performance.now() - begun).toBeLessThan(2_500);
    });
    await expect.poll(async () => (await scanners(source)).length).toBe(0);
  });

  it('closes its connection when the reader loses interest', async () => {
    for await (const item of postgres.read(postgres.configSchema.parse({ url: source.url }), readOptions()))
      if (item.type === 'asset') break;
    await expect.poll(async () => (await scanners(source)).length).toBe(0);
  });
});

describe('A large database', () => {
  let source: Source;
  beforeAll(async () => {
    source = await createEmptyDatabase();
    await source.sql.unsafe(
      `do $$ begin for i in 1..2500 loop execute format('create table t%s (id integer primary key)', i); end loop; end $$`,
    );
  });
  afterAll(() => source?.drop());

  it('is told while it is read', async () => {
    let reading: boolean[] | undefined;
    let assets = 0;
    for await (const item of postgres.read(postgres.configSchema.parse({ url: source.url }), readOptions())) {
      if (item.type !== 'asset') continue;
      assets++;
      // Its transaction is open: there is more to fetch.
      if (assets === 10) reading = (await scanners(source)).map((scanner) => scanner.reading);
    }
    expect(reading).toEqual([true]);
    expect(assets).toBe(2502);
  });

  it('is read to its end although a table is dropped meanwhile', async () => {
    const items: ReadItem[] = [];
    for await (const item of postgres.read(postgres.configSchema.parse({ url: source.url }), readOptions())) {
      items.push(item);
      if (items.length === 10) await source.sql`drop table t2500`;
    }
    expect(items.some(({ type }) => type === 'containerComplete')).toBe(true);
    expect(items.filter(({ type }) => type === 'unreadable')).toMatchObject([
      { path: [expect.anything(), 'public', 't2500'], warning: { code: 'RELATION_CHANGED' } },
    ]);
  });
});
