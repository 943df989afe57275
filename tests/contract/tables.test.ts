/** What a scan tells of two tables that refer to each other, a partitioned one and two views: each field as the statements below say it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { createWorld, type World } from '../world.ts';

const STATEMENTS = `
  create schema s;
  create table s.customers (
    id int constraint customers_id primary key, email text not null constraint customers_email unique, country text default 'AT', code int,
    domain text generated always as (split_part(email, '@', 2)) stored,
    constraint customers_code unique (country, code), constraint code_is_positive check (code > 0), constraint email_has_at check (email like '%@%'));
  create table s.orders (
    shop int, number int, customer int constraint orders_customer references s.customers (id), buyer text constraint orders_buyer references s.customers (email),
    constraint orders_id primary key (shop, number), constraint orders_once unique (shop, customer));
  create index orders_of_customer on s.orders (customer) where shop > 1;
  create table s.visits (at date not null, customer int) partition by range (at);
  create view s.countries as select country from s.customers group by country;
  create materialized view s.sold as select shop, count(*) as times from s.orders group by shop;
  comment on table s.customers is 'Who buys';
  comment on column s.customers.email is 'Where invoices go';
  comment on column s.customers.code is 'Within the country';
  insert into s.customers (id, email, code) select n, n || '@example.org', n from generate_series(1, 300) n;
  insert into s.orders select 2, n, n from generate_series(1, 20) n;
  analyze`;

const TABLE = `id name kind path displayName sourceDescription version createdAt deletedAt source { name } parent { name kind }
  table { definition partitioned primaryKey rowEstimate sizeBytes checks { name expression } uniqueKeys { name columns }
    indexes { name columns unique definition } foreignKeys { name columns references { id } referencesName referencesColumns } }
  columns { nodes { name ordinal dataType nativeType nullable default generated sourceDescription version asset { id } } }`;

let world: World;
let tables: Record<string, any>;
let database: string;
let sizes: Record<string, number>;
beforeAll(async () => {
  world = await createWorld();
  const { url, sql } = await createEmptyDatabase();
  await sql.unsafe(STATEMENTS);
  database = new URL(url).pathname.slice(1);
  const { id } = await world.addSource('shop', { url });
  expect(await world.scan(id)).toMatchObject({ status: 'COMPLETED' });
  const { assets } = await world.admin(`query ($filter: AssetFilter) { assets(filter: $filter) { nodes { ${TABLE} } } }`, {
    filter: { sourceIds: [id], namePrefix: `${database}.s.` },
  });
  tables = Object.fromEntries(assets.nodes.map((node: { path: string[] }) => [node.path[2], node]));
  sizes = Object.fromEntries(
    (await sql`select relname, pg_total_relation_size(oid)::int as size from pg_class where relnamespace = 's'::regnamespace`).map(
      ({ relname, size }) => [relname, size],
    ),
  );
});
afterAll(() => world.stop());

const btree = (name: string, table: string, columns: string, unique: boolean, where = '') =>
  `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${name} ON s.${table} USING btree (${columns})${where}`;

it('keys, checks and indexes', () => {
  const { customers, orders, visits } = tables;
  expect(customers.table).toEqual({
    definition: null,
    partitioned: false,
    primaryKey: ['id'],
    rowEstimate: 300,
    sizeBytes: sizes['customers'],
    checks: [
      { name: 'code_is_positive', expression: '(code > 0)' },
      { name: 'email_has_at', expression: "(email ~~ '%@%'::text)" },
    ],
    uniqueKeys: [
      { name: 'customers_code', columns: ['country', 'code'] },
      { name: 'customers_email', columns: ['email'] },
    ],
    indexes: [
      {
        name: 'customers_code',
        columns: ['country', 'code'],
        unique: true,
        definition: btree('customers_code', 'customers', 'country, code', true),
      },
      { name: 'customers_email', columns: ['email'], unique: true, definition: btree('customers_email', 'customers', 'email', true) },
      { name: 'customers_id', columns: ['id'], unique: true, definition: btree('customers_id', 'customers', 'id', true) },
    ],
    foreignKeys: [],
  });
  const to = { references: { id: customers.id }, referencesName: `${database}.s.customers` };
  expect(orders.table).toMatchObject({
    primaryKey: ['shop', 'number'],
    rowEstimate: 20,
    sizeBytes: sizes['orders'],
    checks: [],
    uniqueKeys: [{ name: 'orders_once', columns: ['shop', 'customer'] }],
    foreignKeys: [
      { name: 'orders_buyer', columns: ['buyer'], ...to, referencesColumns: ['email'] },
      { name: 'orders_customer', columns: ['customer'], ...to, referencesColumns: ['id'] },
    ],
  });
  expect(orders.table.indexes).toContainEqual({
    name: 'orders_of_customer',
    columns: ['customer'],
    unique: false,
    definition: btree('orders_of_customer', 'orders', 'customer', false, ' WHERE (shop > 1)'),
  });
  expect(visits.table).toMatchObject({ partitioned: true, primaryKey: [], indexes: [] });
});

it('columns', () => {
  const { customers, orders } = tables;
  const column = (ordinal: number, name: string, dataType: string, nativeType: string, rest: object = {}) => ({
    ordinal,
    name,
    dataType,
    nativeType,
    nullable: true,
    default: null,
    generated: false,
    sourceDescription: null,
    version: 1,
    ...rest,
  });
  const of = (table: { id: string }, columns: object[]) => columns.map((each) => ({ ...each, asset: { id: table.id } }));
  expect(customers.columns.nodes).toEqual(
    of(customers, [
      column(1, 'id', 'integer', 'integer', { nullable: false }),
      column(2, 'email', 'text', 'text', { nullable: false, sourceDescription: 'Where invoices go' }),
      column(3, 'country', 'text', 'text', { default: "'AT'::text" }),
      column(4, 'code', 'integer', 'integer', { sourceDescription: 'Within the country' }),
      column(5, 'domain', 'text', 'text', { generated: true, default: "split_part(email, '@'::text, 2)" }),
    ]),
  );
  expect(orders.columns.nodes.map(({ name, nullable }: any) => [name, nullable])).toEqual([
    ['shop', false],
    ['number', false],
    ['customer', true],
    ['buyer', true],
  ]);
});

it('what each is and where it stands', () => {
  for (const [name, kind, sourceDescription] of [
    ['countries', 'VIEW', null],
    ['customers', 'TABLE', 'Who buys'],
    ['orders', 'TABLE', null],
    ['sold', 'MATERIALIZED_VIEW', null],
  ] as const) {
    expect(tables[name]).toMatchObject({
      name: `${database}.s.${name}`,
      path: [database, 's', name],
      displayName: name,
      kind,
      sourceDescription,
      version: 1,
      deletedAt: null,
      source: { name: 'shop' },
      parent: { name: `${database}.s`, kind: 'SCHEMA' },
    });
  }
  expect(tables['countries'].table.definition).toBe(' SELECT country\n   FROM s.customers\n  GROUP BY country;');
  expect(tables['sold'].table.definition).toBe(' SELECT shop,\n    count(*) AS times\n   FROM s.orders\n  GROUP BY shop;');
});
