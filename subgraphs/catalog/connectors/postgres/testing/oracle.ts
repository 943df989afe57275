/**
 * What a database holds according to `pg_catalog` itself, asked naively: one object after the other, by other functions than the
 * connector's where there are any. Tests compare the connector's output with it.
 */
import type { Database } from '#platform/database/index.ts';
import { qualifiedName, type AssetKind, type ReadItem, type ScannedAsset, type TableFacet } from '../../types.ts';

/** A relation, schema or database as both sides tell it: an asset without what only the connector has, plus its size. */
export type Truth = Omit<ScannedAsset, 'nativeId' | 'dependsOn'> & {
  dependsOn: { name: string; columns: string[] }[];
  bytes: number | null;
};

const KINDS: Record<string, AssetKind> = { r: 'TABLE', p: 'TABLE', v: 'VIEW', m: 'MATERIALIZED_VIEW', f: 'EXTERNAL_TABLE' };
const compare = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

type Relation = { oid: number; schema: string; name: string; kind: string; owner: string; comment: string | null };

/** Everything of the database of `sql`, by qualified name. */
export async function readTruth(sql: Database): Promise<Map<string, Truth>> {
  const truth = new Map<string, Truth>();
  await sql.begin('isolation level repeatable read read only', async (tx) => {
    await tx`set local search_path to ''`;
    const [database] = await tx<{ name: string; owner: string; comment: string | null }[]>`
      select d.datname as name, r.rolname as owner, (select description from pg_shdescription s where s.objoid = d.oid and s.classoid = 'pg_database'::regclass) as comment
      from pg_database d join pg_roles r on r.oid = d.datdba where d.datname = current_database()`;
    const bare = (kind: AssetKind, path: string[], owner: string, comment: string | null): Truth => ({
      kind,
      path,
      comment,
      sourceOwner: owner,
      columns: [],
      table: null,
      rowEstimate: null,
      dependsOn: [],
      bytes: null,
    });
    const db = database!.name;
    truth.set(qualifiedName([db]), bare('DATABASE', [db], database!.owner, database!.comment));
    const schemas = await tx<{ name: string; owner: string; comment: string | null }[]>`
      select s.schema_name as name, s.schema_owner as owner, obj_description(n.oid) as comment
      from information_schema.schemata s join pg_namespace n on n.nspname = s.schema_name
      where s.schema_name !~ '^pg_' and s.schema_name <> 'information_schema'
        and not exists (select from pg_depend d where d.objid = n.oid and d.classid = 'pg_namespace'::regclass and d.deptype = 'e')`;
    for (const { name, owner, comment } of schemas) truth.set(qualifiedName([db, name]), bare('SCHEMA', [db, name], owner, comment));
    const relations = await tx<Relation[]>`
      select c.oid, c.relnamespace::regnamespace::text as quoted, (select nspname from pg_namespace where oid = c.relnamespace) as schema, c.relname as name,
        c.relkind as kind, (select rolname from pg_roles where oid = c.relowner) as owner, obj_description(c.oid, 'pg_class') as comment
      from pg_class c
      where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't'
        and not exists (select from pg_inherits i join pg_class p on p.oid = i.inhparent where i.inhrelid = c.oid and p.relkind = 'p')
        and not exists (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e')
        and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)`;
    for (const relation of relations)
      truth.set(qualifiedName([db, relation.schema, relation.name]), await relationTruth(tx as unknown as Database, db, relation));
  });
  return truth;
}

async function relationTruth(sql: Database, db: string, { oid, schema, name, kind, owner, comment }: Relation): Promise<Truth> {
  const view = kind === 'v' || kind === 'm';
  const [definition] = view ? await sql<{ text: string }[]>`select pg_get_viewdef(${oid}::oid, true) as text` : [];
  const columns = await sql<
    {
      name: string;
      ordinal: number;
      dataType: string;
      nativeType: string;
      nullable: boolean;
      default: string | null;
      generated: boolean;
      comment: string | null;
    }[]
  >`
    select attname as name, attnum::int as ordinal, format_type(atttypid, null) as data_type, format_type(atttypid, atttypmod) as native_type,
      not attnotnull as nullable, (select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = attrelid and adnum = attnum) as default,
      attidentity in ('a', 'd') or attgenerated in ('s', 'v') as generated, col_description(attrelid, attnum) as comment
    from pg_attribute where attrelid = ${oid} and attnum >= 1 and not attisdropped order by attnum`;
  const storage = kind === 'r' || kind === 'm' || kind === 'p';
  const [size] = await sql<{ bytes: number | null; rows: number | null }[]>`
    with leaves as (select ${oid}::oid as oid where ${kind} <> 'p' union all select relid from pg_partition_tree(${oid}::oid::regclass) where isleaf and ${kind} = 'p')
    select sum(case when c.relkind in ('r', 'm') then pg_total_relation_size(c.oid) end)::float8 as bytes,
      sum(case when c.reltuples >= 0 and c.relkind <> 'v' then c.reltuples::float8 end) as rows
    from leaves join pg_class c on c.oid = leaves.oid`;
  return {
    kind: KINDS[kind]!,
    path: [db, schema, name],
    comment,
    sourceOwner: owner,
    columns: columns.map((column) => ({ ...column })),
    table: {
      definition: definition?.text ?? null,
      ...(await keys(sql, db, oid)),
      indexes: await indexes(sql, oid),
      partitioned: kind === 'p',
    },
    dependsOn: view ? await dependencies(sql, db, oid) : [],
    rowEstimate: size?.rows ?? null,
    bytes: storage ? (size?.bytes ?? null) : null,
  };
}

async function keys(
  sql: Database,
  db: string,
  oid: number,
): Promise<Pick<TableFacet, 'primaryKey' | 'uniqueKeys' | 'foreignKeys' | 'checks'>> {
  const rows = await sql<{ name: string; kind: string; columns: string[]; other: number; otherColumns: string[]; definition: string }[]>`
    select conname as name, contype as kind, confrelid as other, pg_get_constraintdef(oid) as definition,
      array(select attname::text from generate_subscripts(conkey, 1) i join pg_attribute on attrelid = conrelid and attnum = conkey[i] order by i) as columns,
      array(select attname::text from generate_subscripts(confkey, 1) i join pg_attribute on attrelid = confrelid and attnum = confkey[i] order by i) as other_columns
    from pg_constraint where conrelid = ${oid} and contype in ('p', 'u', 'f', 'c') and not (contype = 'f' and conparentid <> 0)`;
  const foreignKeys: TableFacet['foreignKeys'] = [];
  for (const row of rows.filter((row) => row.kind === 'f')) {
    foreignKeys.push({
      name: row.name,
      columns: row.columns,
      referencesName: await rootName(sql, db, row.other),
      referencesColumns: row.otherColumns,
    });
  }
  return {
    primaryKey: rows.find((row) => row.kind === 'p')?.columns ?? [],
    uniqueKeys: rows
      .filter((row) => row.kind === 'u')
      .map(({ name, columns }) => ({ name, columns }))
      .sort(compare),
    foreignKeys: foreignKeys.sort(compare),
    checks: rows
      .filter((row) => row.kind === 'c')
      // The definition is CHECK (…) and perhaps more: what is left is the expression.
      .map(({ name, definition }) => ({
        name,
        expression: definition.replace(/^CHECK \(/, '').replace(/\)( NO INHERIT)?( NOT VALID| NOT ENFORCED)?$/, ''),
      }))
      .sort(compare),
  };
}

async function indexes(sql: Database, oid: number): Promise<TableFacet['indexes']> {
  const rows = await sql<{ oid: number; name: string; unique: boolean; keys: number; numbers: string; definition: string }[]>`
    select indexrelid as oid, (select relname from pg_class where oid = indexrelid) as name, indisunique as unique, indnkeyatts::int as keys,
      indkey::text as numbers, pg_get_indexdef(indexrelid, 0, false) as definition
    from pg_index where indrelid = ${oid}`;
  const found: TableFacet['indexes'] = [];
  for (const row of rows) {
    const columns: string[] = [];
    const numbers = row.numbers.split(' ').map(Number);
    for (let key = 1; key <= row.keys; key++) {
      const [column] = await sql<{ name: string }[]>`
        select coalesce((select attname::text from pg_attribute where attrelid = ${oid} and attnum = ${numbers[key - 1]!}), pg_get_indexdef(${row.oid}::oid, ${key}, true)) as name`;
      columns.push(column!.name);
    }
    found.push({ name: row.name, columns, unique: row.unique, definition: row.definition });
  }
  return found.sort(compare);
}

async function dependencies(sql: Database, db: string, oid: number): Promise<{ name: string; columns: string[] }[]> {
  const rows = await sql<{ source: number; column: string | null }[]>`
    select d.refobjid as source, (select attname from pg_attribute where attrelid = d.refobjid and attnum = d.refobjsubid and attnum > 0) as column
    from pg_depend d
    where d.classid = 'pg_rewrite'::regclass and d.objid = (select oid from pg_rewrite where ev_class = ${oid} and rulename = '_RETURN')
      and d.refclassid = 'pg_class'::regclass and d.refobjid <> ${oid} and d.deptype = 'n'
      and (select relkind from pg_class where oid = d.refobjid) in ('r', 'p', 'v', 'm', 'f')`;
  const used = new Map<string, Set<string>>();
  for (const { source, column } of rows) {
    const name = await rootName(sql, db, source);
    const columns = used.get(name) ?? new Set();
    if (column) columns.add(column);
    used.set(name, columns);
  }
  return [...used].map(([name, columns]) => ({ name, columns: [...columns].sort() })).sort(compare);
}

/** The qualified name of a relation, of a partition its root's: by climbing, one parent after the other. */
async function rootName(sql: Database, db: string, oid: number): Promise<string> {
  const [parent] = await sql<
    { oid: number }[]
  >`select inhparent as oid from pg_inherits join pg_class on pg_class.oid = inhparent where inhrelid = ${oid} and relkind = 'p'`;
  if (parent) return rootName(sql, db, parent.oid);
  const [row] = await sql<{ schema: string; name: string }[]>`
    select (select nspname from pg_namespace where oid = relnamespace) as schema, relname as name from pg_class where oid = ${oid}`;
  return qualifiedName([db, row!.schema, row!.name]);
}

/** What a connector told, in the same form. A later asset of a name replaces an earlier one, as the contract has it. */
export function told(items: readonly ReadItem[]): Map<string, Truth> {
  const sizes = new Map(
    items.flatMap((item) => (item.type === 'sizes' ? item.sizes.map(({ nativeId, bytes }) => [nativeId, bytes] as const) : [])),
  );
  return new Map(
    items.flatMap((item) => {
      if (item.type !== 'asset') return [];
      const { nativeId, dependsOn = [], ...asset } = item.asset;
      return [[qualifiedName(asset.path), { ...asset, dependsOn, bytes: sizes.get(nativeId!) ?? null }] as const];
    }),
  );
}

/** Where the two sides differ, as readable lines; empty when they say the same. */
export function differences(expected: ReadonlyMap<string, Truth>, actual: ReadonlyMap<string, Truth>): string[] {
  const lines: string[] = [];
  for (const name of new Set([...expected.keys(), ...actual.keys()])) walk(name, expected.get(name), actual.get(name), lines);
  return lines;
}

function walk(path: string, expected: unknown, actual: unknown, lines: string[]): void {
  const both = [expected, actual];
  if (both.every((side) => typeof side === 'object' && side !== null)) {
    const [a, b] = both as Record<string, unknown>[];
    for (const key of new Set([...Object.keys(a!), ...Object.keys(b!)])) walk(`${path} / ${key}`, a![key], b![key], lines);
  } else if (!Object.is(expected, actual)) {
    lines.push(`${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
  }
}
