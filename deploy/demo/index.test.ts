import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { connect, type Database } from '#platform/database/index.ts';
import { createDemo, DEMO_DATABASE, DEMO_ROLE, demoSourceConfig } from './index.ts';

const PASSWORD = 'made-for-this-test_0';
const serverUrl = (database: string): string => {
  const url = new URL(inject('postgres').url);
  url.pathname = `/${database}`;
  return url.href;
};
const make = () => createDemo({ serverUrl, password: PASSWORD });

describe('the demo database', () => {
  let server: Database;
  const pools: Database[] = [];
  const open = (url: string): Database => {
    const pool = connect({ url, name: 'test', max: 1 });
    pools.push(pool);
    return pool;
  };
  const asReader = (): Database => {
    const url = new URL(serverUrl(DEMO_DATABASE));
    url.username = DEMO_ROLE;
    url.password = PASSWORD;
    return open(url.href);
  };

  beforeAll(() => {
    server = open(serverUrl('postgres'));
  });
  afterAll(async () => {
    await server.unsafe(`drop database if exists ${DEMO_DATABASE} with (force)`);
    await server.unsafe(`drop role if exists ${DEMO_ROLE}`);
    await Promise.all(pools.map((pool) => pool.end({ timeout: 1 })));
  });

  it('is loaded once, also when an earlier load was killed in the middle', async () => {
    await server.unsafe('create database demo_shop_loading');
    expect(await make()).toEqual({ created: true });
    expect(await make()).toEqual({ created: false });
    expect(await server`select datname from pg_database where datname like 'demo_shop%'`).toEqual([{ datname: 'demo_shop' }]);
  });

  it('has some forty tables, all that a catalog should know, and statistics', async () => {
    const shop = open(serverUrl(DEMO_DATABASE));
    const [counts] = await shop`
      select count(*) filter (where relkind in ('r', 'p') and not relispartition) as tables,
             count(*) filter (where relispartition) as partitions,
             count(*) filter (where relkind = 'v') as views, count(*) filter (where relkind = 'm') as materialized,
             count(distinct relnamespace) as schemas, bool_and(relkind = 'v' or reltuples >= 0) as analyzed,
             sum(reltuples) filter (where relkind = 'r') as rows
      from pg_class where relkind in ('r', 'p', 'v', 'm') and relnamespace::regnamespace::text in ('crm', 'inventory', 'sales', 'finance', 'analytics')`;
    expect(counts).toEqual({
      tables: 46,
      partitions: 13,
      views: 13,
      materialized: 1,
      schemas: 5,
      analyzed: true,
      rows: expect.any(Number),
    });
    expect(counts!.rows).toBeGreaterThan(10_000);
    const [cycle] = await shop`
      select count(*) from pg_constraint a join pg_constraint b on a.confrelid = b.conrelid and b.confrelid = a.conrelid
      where a.contype = 'f' and b.contype = 'f' and a.conrelid < b.conrelid`;
    expect(cycle!.count).toBe(2);
  });

  it('lets its role read the catalog and nothing else', async () => {
    const reader = asReader();
    const [found] = await reader`
      select count(*) from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      where nspname = 'crm' and relname = 'customers' and attnum > 0`;
    expect(found!.count).toBe(17);
    await expect(reader`select * from crm.customers`).rejects.toThrow(/permission denied/);
    await expect(reader`create temp table t (a int)`).rejects.toThrow(/permission denied/);
    await expect(reader`create table public.t (a int)`).rejects.toThrow(/permission denied/);
  });

  it('holds the same rows at each load', async () => {
    const digest = async () => {
      const pool = open(serverUrl(DEMO_DATABASE));
      const [row] = await pool`
        select md5(string_agg(p::text, '' order by product_id)) as products,
               (select md5(string_agg(i::text, '' order by invoice_id)) from finance.invoices i) as invoices from inventory.products p`;
      await pool.end();
      return row;
    };
    const before = await digest();
    await server.unsafe(`drop database ${DEMO_DATABASE} with (force)`);
    expect(await make()).toEqual({ created: true });
    expect(await digest()).toEqual(before);
  });

  it('is registered with the role and its password', () => {
    expect(demoSourceConfig({ host: '127.0.0.1', port: 5433, password: 'p' })).toMatchObject({
      name: 'demo_shop',
      connector: 'postgres',
      config: { host: '127.0.0.1', port: 5433, database: 'demo_shop', user: 'demo_shop_reader', password: 'p' },
    });
  });
});
