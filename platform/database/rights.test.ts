import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import type { Database } from './index.ts';
import { PARTS, type Part } from './roles.ts';

/** What a part may do with the tables of each schema; whatever is not here is refused. */
const RIGHTS: Record<Part, Record<string, string[]>> = {
  catalog: {
    'catalog.*': ['select', 'insert', 'update', 'delete'],
    'access.classes': ['select', 'insert'],
    'access.domains': ['select', 'insert', 'update', 'delete'],
    'access.router_keys': ['select'],
    'events.outbox': ['insert'],
    'events.head': ['select'],
    'events.log': ['select'],
    'events.cursors': ['select', 'insert', 'update'],
    'events.failures': ['select', 'insert', 'update', 'delete'],
  },
  policy: {
    'policy.*': ['select', 'insert', 'update', 'delete'],
    'access.classes': ['select'],
    'access.domains': ['select'],
    'access.router_keys': ['select'],
    'events.outbox': ['insert'],
    'events.head': ['select'],
    'events.log': ['select'],
    'events.cursors': ['select', 'insert', 'update'],
    'events.failures': ['select', 'insert', 'update', 'delete'],
  },
  lineage: {
    'lineage.*': ['select', 'insert', 'update', 'delete'],
    'access.classes': ['select'],
    'access.domains': ['select'],
    'access.router_keys': ['select'],
    'events.outbox': ['insert'],
    'events.head': ['select'],
    'events.log': ['select'],
    'events.cursors': ['select', 'insert', 'update'],
    'events.failures': ['select', 'insert', 'update', 'delete'],
  },
  identity: {
    'identity.*': ['select', 'insert', 'update', 'delete'],
    'access.classes': ['select'],
    'access.domains': ['select'],
    'access.router_keys': ['select'],
    'events.outbox': ['insert'],
    'events.head': ['select'],
    'events.log': ['select'],
    'events.checkpoints': ['select'],
    'events.verifications': ['select'],
    'events.cursors': ['select', 'insert', 'update'],
    'events.failures': ['select', 'insert', 'update', 'delete'],
  },
  router: {
    'access.router_keys': ['select', 'insert', 'delete'],
    'access.classes': ['select'],
    'access.domains': ['select'],
    'events.head': ['select'],
    'events.log': ['select'],
    'events.cursors': ['select'],
  },
  events: { 'events.*': ['select', 'insert', 'update', 'delete'] },
  jobs: { 'graphile_worker.*': ['select', 'insert', 'update', 'delete'], 'jobs.*': ['select', 'insert', 'update', 'delete'] },
};

let database: TestDatabase;
let tables: { schema: string; name: string }[];
const pools = new Map<Part, Database>();

beforeAll(async () => {
  database = await createTestDatabase();
  for (const part of PARTS) pools.set(part, database.connect(part));
  tables = [
    ...(await database.owner<{ schema: string; name: string }[]>`
      select relnamespace::regnamespace::text as schema, relname as name from pg_class
      where relkind in ('r', 'p') and not relispartition and relnamespace::regnamespace::text in ('catalog', 'policy', 'lineage', 'identity', 'access', 'events', 'jobs', 'graphile_worker', 'migrations')
      order by 1, 2`),
  ];
});
afterAll(() => database.drop());

const statements = (table: string, column: string): Record<string, string> => ({
  select: `select 1 from ${table} limit 1`,
  insert: `insert into ${table} select * from ${table} limit 0`,
  update: `update ${table} set ${column} = ${column} where false`,
  delete: `delete from ${table} where false`,
});

async function isRefused(sql: Database, statement: string): Promise<boolean> {
  try {
    await sql.unsafe(statement);
    return false;
  } catch (error) {
    if ((error as { code?: string }).code === '42501') return true;
    throw error;
  }
}

describe.each([...PARTS])('the role %s', (part) => {
  it('is refused every table of the others, and what it does not need of the shared ones', async () => {
    expect(tables.length).toBeGreaterThan(15);
    for (const { schema, name } of tables) {
      const allowed = RIGHTS[part][`${schema}.${name}`] ?? RIGHTS[part][`${schema}.*`] ?? [];
      const [column] = await database.owner<{ name: string }[]>`
        select attname as name from pg_attribute where attrelid = ${`${schema}.${name}`}::regclass and attnum > 0 and attgenerated = '' and attidentity = '' limit 1`;
      for (const [right, statement] of Object.entries(statements(`${schema}.${name}`, `"${column!.name}"`))) {
        // `insert … select` needs both rights, and some columns are generated: the insert alone is asked of the catalog.
        const refused =
          right === 'insert'
            ? !(
                await database.owner`select has_table_privilege(${`test_${part}`}, ${`${schema}.${name}`}, 'insert') and has_schema_privilege(${`test_${part}`}, ${schema}, 'usage') as may`
              )[0]!.may
            : await isRefused(pools.get(part)!, statement);
        expect(refused, `${right} on ${schema}.${name}`).toBe(!allowed.includes(right));
      }
    }
  });

  it('makes no schema, no table in another schema or in public, and no role', async () => {
    const sql = pools.get(part)!;
    const others = ['catalog', 'policy', 'lineage', 'identity', 'access', 'events', 'jobs', 'migrations', 'public'].filter(
      (schema) => schema !== part,
    );
    const attempts = ['create schema mine', `create role mine`, ...others.map((schema) => `create table ${schema}.mine (id int)`)];
    for (const attempt of attempts) expect(await isRefused(sql, attempt), attempt).toBe(true);
  });
});

it('lets identity read the log’s partitions only through the log', async () => {
  const identity = pools.get('identity')!;
  expect(await identity`select count(*) from events.log`).toEqual([{ count: 0 }]);
  expect(await isRefused(identity, 'select 1 from events.log_0')).toBe(true);
  expect(await isRefused(pools.get('catalog')!, 'select 1 from events.log_0')).toBe(true);
  expect(await isRefused(pools.get('catalog')!, 'select 1 from identity.users')).toBe(true);
});

it('lets catalog read what happened to what, but not what was said of it', async () => {
  const catalog = pools.get('catalog')!;
  expect(await catalog`select seq, type, subject, actor_id, attributes from events.log`).toEqual([]);
  for (const column of ['data', 'salt', '*']) expect(await isRefused(catalog, `select ${column} from events.log`), column).toBe(true);
});
