/**
 * A scan of a database of 3,000 tables with 15 columns each, against what no scan can do without: reading the same rows of
 * the source's catalog, and, for the first scan, writing them into plain tables by COPY.
 */
import { createLogger } from '#platform/logger.ts';
import { copyRows, type CopyValue } from '#platform/database/copy.ts';
import { connect, type Database } from '#platform/database/index.ts';
import { roleUrl, type DatabaseLocation } from '#platform/database/roles.ts';
import { newId } from '#platform/ids.ts';
import { CONNECTORS } from '#subgraphs/catalog/connectors/registry.ts';
import { createScanner } from '#subgraphs/catalog/domain/scanner/index.ts';
import { createScans } from '#subgraphs/catalog/domain/scans.ts';
import { createSources } from '#subgraphs/catalog/domain/sources.ts';
import { createVault } from '#subgraphs/catalog/store/vault.ts';
import type { BenchContext, BenchResult } from './run.ts';

const TABLES = 3_000;
const COLUMNS = 15;
const ROUNDS = 5;

const USER_SCHEMA = `n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'`;
const RELATION = `c.relkind in ('r','p','v','m','f') and not c.relispartition`;

/**
 * What the connector reads, plainly and leanly: all at once, on a connection of its own as a scan's is, without a merge and
 * without building anything of it. Sizes are no rows but cost the server a third of the whole, so the time without them is told, too.
 */
const CATALOG_ROWS = {
  relations: `select c.oid::text, n.nspname, c.relname, c.relkind::text, r.rolname, d.description, c.reltuples::float8
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles r on r.oid = c.relowner
      left join pg_description d on d.objoid = c.oid and d.classoid = 'pg_class'::regclass and d.objsubid = 0
    where ${RELATION} and ${USER_SCHEMA} order by c.oid`,
  columns: `select a.attrelid::text, a.attnum::int, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text, a.attgenerated::text,
      pg_get_expr(ad.adbin, ad.adrelid), d.description
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      left join pg_attrdef ad on ad.adrelid = a.attrelid and ad.adnum = a.attnum
      left join pg_description d on d.objoid = a.attrelid and d.classoid = 'pg_class'::regclass and d.objsubid = a.attnum
    where a.attnum > 0 and not a.attisdropped and ${RELATION} and ${USER_SCHEMA} order by a.attrelid, a.attnum`,
  constraints: `select con.conrelid::text, con.conname, con.contype::text, con.conkey::text, con.confrelid::text, con.confkey::text, pg_get_expr(con.conbin, con.conrelid)
    from pg_constraint con join pg_namespace n on n.oid = con.connamespace where con.contype in ('p','u','f','c') and con.conrelid <> 0 and ${USER_SCHEMA}`,
  indexes: `select i.indrelid::text, c.relname, i.indisunique, i.indkey::text, pg_get_indexdef(i.indexrelid)
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace where ${USER_SCHEMA}`,
  sizes: `select c.oid::text, pg_total_relation_size(c.oid)::float8 from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r','m') and ${USER_SCHEMA}`,
} as const;

async function createTables(sql: Database): Promise<void> {
  const types = ['bigint', 'text', 'timestamptz', 'numeric(12,2)', 'boolean', 'jsonb', 'varchar(80)'];
  await sql.begin(async (tx) => {
    for (let table = 0; table < TABLES; table++) {
      const columns = Array.from(
        { length: COLUMNS - 1 },
        (_, index) =>
          `column_${index + 1} ${types[index % types.length]} ${index % 3 === 0 ? 'not null' : ''} ${index === 4 ? 'default true' : ''}`,
      );
      await tx.unsafe(
        `create table table_${table} (id bigint primary key, ${columns.join(', ')}); comment on table table_${table} is 'Table number ${table}'`,
      );
    }
  });
}

type CatalogRows = Record<string, readonly Record<string, unknown>[]>;

async function readCatalog(url: string): Promise<{ rows: CatalogRows; withoutSizes: number; whole: number }> {
  const startedAt = performance.now();
  const source = connect({ url, name: 'bench', max: 1 });
  try {
    return await source.begin(async (tx) => {
      const rows: CatalogRows = {};
      let withoutSizes = 0;
      for (const [name, text] of Object.entries(CATALOG_ROWS)) {
        if (name === 'sizes') withoutSizes = performance.now() - startedAt;
        rows[name] = await tx.unsafe(text);
      }
      return { rows, withoutSizes, whole: performance.now() - startedAt };
    });
  } finally {
    await source.end();
  }
}

async function copyPlainly(target: Database, rows: CatalogRows): Promise<void> {
  await target.begin(async (tx) => {
    for (const [name, list] of Object.entries(rows)) {
      const columns = Object.keys(list[0]!);
      await tx.unsafe(`create temp table plain_${name} (${columns.map((column) => `"${column}" text`).join(', ')}) on commit drop`);
      await copyRows(
        tx,
        `plain_${name}`,
        columns,
        list.map((row) => Object.values(row) as CopyValue[]),
      );
    }
  });
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function time(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

export async function run(context: BenchContext): Promise<BenchResult[]> {
  const source = await context.createEmptyDatabase();
  const location: DatabaseLocation = await context.createDatabase();
  const plain = connect({ url: source.url, name: 'bench' });
  const target = connect({ url: location.ownerUrl, name: 'bench' });
  const sql = connect({ url: roleUrl(location, 'catalog'), name: 'bench', max: 6, statementTimeoutMs: 300_000 });
  try {
    context.say(`making ${TABLES} tables of ${COLUMNS} columns …`);
    await createTables(plain);
    await plain`analyze pg_catalog.pg_class`;

    const connectors = new Map(CONNECTORS.map((connector) => [connector.id, connector]));
    const vault = createVault({ rootKey: location.rootKey });
    const onCommit = (): void => undefined;
    const sources = createSources({ sql, vault, connectors, onCommit });
    const scans = createScans({ sql, onCommit });
    const scanner = createScanner({
      sql,
      vault,
      connectors,
      faults: new Set(),
      logger: createLogger({ level: 'silent', format: 'json' }),
      onCommit,
    });
    const admin = { userId: newId(), sessionId: null, roles: [{ role: 'ADMIN' as const, sourceId: null, domainId: null }] };
    /** Registers a source of its own, since the server's name belongs to the one before. */
    const register = async (round: number): Promise<string> =>
      (await sources.register(admin, { name: `bench ${round}`, connector: 'postgres', config: { url: source.url } })).id;
    const scan = async (sourceId: string): Promise<number> => {
      const { run: queued } = await scans.start(admin, { sourceId });
      const took = await time(() => scanner.run(queued.id, new AbortController().signal));
      const [row] = await sql<
        { status: string; error: string | null }[]
      >`select status, error from catalog.scan_runs where id = ${queued.id}`;
      if (row!.status !== 'COMPLETED') throw new Error(`the scan ended as ${row!.status}: ${row!.error}`);
      return took;
    };

    const reading: number[] = [];
    const readingWithoutSizes: number[] = [];
    const writing: number[] = [];
    const first: number[] = [];
    const again: number[] = [];
    const growth: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const read = await readCatalog(source.url);
      const write = await time(() => copyPlainly(target, read.rows));
      read.rows = {};
      // Every first scan meets empty tables.
      await target`truncate catalog.assets, catalog.columns, catalog.asset_versions, catalog.sources, catalog.source_containers, catalog.scans, catalog.scan_runs, events.outbox cascade`;
      const sourceId = await register(round);
      globalThis.gc?.();
      const before = process.memoryUsage().rss;
      const firstScan = await scan(sourceId);
      const rescan = await scan(sourceId);
      if (round === 0) continue; // warm-up
      reading.push(read.whole);
      readingWithoutSizes.push(read.withoutSizes);
      writing.push(write);
      first.push(firstScan);
      again.push(rescan);
      growth.push((process.memoryUsage().rss - before) / 2 ** 20);
    }
    return [
      { name: 'reading the catalog rows and sizes', value: median(reading), unit: 'ms' },
      { name: 'reading without sizes', value: median(readingWithoutSizes), unit: 'ms' },
      { name: 'COPYing them into plain tables', value: median(writing), unit: 'ms' },
      {
        name: 'first scan',
        value: median(first),
        unit: 'ms',
        ratio: median(first) / (median(reading) + median(writing)),
        baseline: 'reading + COPY',
      },
      { name: 'unchanged rescan', value: median(again), unit: 'ms', ratio: median(again) / median(reading), baseline: 'reading' },
      {
        name: 'unchanged rescan',
        value: median(again),
        unit: 'ms',
        ratio: median(again) / median(readingWithoutSizes),
        baseline: 'reading without sizes',
      },
      { name: 'memory growth of a round', value: median(growth), unit: 'MB' },
    ];
  } finally {
    await Promise.all([plain.end(), target.end(), sql.end()]);
  }
}
