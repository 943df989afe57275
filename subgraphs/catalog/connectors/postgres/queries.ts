/**
 * The catalog queries. Each asks once for a whole database and comes ordered by relation, so that `read` merges them and
 * holds only a few batches of each. They are lean on purpose: no join and no function for a row that can be had once for all.
 * What is dear (printing expressions) stands outside of a sorted sub-query (`offset 0` keeps it apart), so that it is paid
 * batch by batch as rows are fetched and the server works while we do, instead of all of it before the first row.
 * Columns are positional; the row types say what they are. They run on PostgreSQL 12 and later.
 */

/** Every query by the name that warnings and FAULT use. */
export const POSTGRES_QUERIES = [
  'begin',
  'databases',
  'locks',
  'schemas',
  'relations',
  'columns',
  'types',
  'constraints',
  'indexes',
  'views',
  'dependencies',
  'commit',
  'sizes',
] as const;
export type QueryName = (typeof POSTGRES_QUERIES)[number];

/** The server's own and those of temporary tables. */
const systemSchemas = `(select oid from pg_namespace where nspname = 'information_schema' or left(nspname, 3) = 'pg_')`;
/** Tables, partitioned tables, views, materialised views, foreign tables; a partition belongs to its parent's asset. */
const readable = (c: string) =>
  `${c}.relkind in ('r','p','v','m','f') and not ${c}.relispartition and ${c}.relnamespace not in ${systemSchemas}`;
/** What an extension made: the oids of one catalog. */
const extensionMembers = (catalog: string) =>
  `(select objid from pg_depend where refclassid = 'pg_extension'::regclass and classid = '${catalog}'::regclass and deptype = 'e')`;
/**
 * Whether a relation still is there, outside of the snapshot that the query sees: printing what was dropped meanwhile would
 * fail the whole query. Neither answer matters. The first function tries to open its table, which makes the server notice what others
 * dropped, and does not mind that it is gone; the second one then gives null for nothing.
 */
const present = (oid: string, table: string) =>
  `case when pg_relation_is_updatable(${table}, false) >= 0 then pg_table_is_visible(${oid}) is not null end`;
/** Only numbers of our own ever get here. */
const among = (column: string, oids: readonly number[]) => (oids.length === 0 ? 'false' : `${column} in (${oids.join(',')})`);

export type DatabaseRow = [oid: number, name: string, owner: string, comment: string | null];
export const currentDatabase = `
select oid, datname, pg_get_userbyid(datdba), shobj_description(oid, 'pg_database') from pg_database where datname = current_database()`;

export const allDatabases = `
select datname from pg_database where datallowconn and not datistemplate order by datname`;

export type LockRow = [locked: number, root: number, schema: string, name: string];
/**
 * What an ACCESS EXCLUSIVE lock is held on, or waited for (others queue behind it), and the asset that it belongs to: the table of
 * an index or of its overflow (toast), the parent of a partition. Deparsing an expression or measuring a size would wait for it.
 */
export const locks = `
with held as (
  select distinct relation from pg_locks
  where locktype = 'relation' and mode = 'AccessExclusiveLock' and pid <> pg_backend_pid()
    and database = (select oid from pg_database where datname = current_database())
), tables as (
  select held.relation, coalesce(t.oid, i.indrelid, held.relation) as oid
  from held left join pg_index i on i.indexrelid = held.relation
    left join pg_class t on t.reltoastrelid = coalesce(i.indrelid, held.relation)
)
select tables.relation, root.oid, n.nspname, root.relname
from tables join pg_class c on c.oid = tables.oid
  join pg_class root on root.oid = case when c.relispartition then pg_partition_root(c.oid) else c.oid end
  join pg_namespace n on n.oid = root.relnamespace`;

export type SchemaRow = [oid: number, name: string, owner: string, comment: string | null];
/** An extension's own schema is left out, unless somebody keeps relations there. */
export const schemas = `
select n.oid, n.nspname, pg_get_userbyid(n.nspowner), obj_description(n.oid, 'pg_namespace')
from pg_namespace n
where n.oid not in ${systemSchemas} and (n.oid not in ${extensionMembers('pg_namespace')} or exists (
  select from pg_class c where c.relnamespace = n.oid and ${readable('c')} and c.oid not in ${extensionMembers('pg_class')}))
order by n.nspname`;

const inScope = `
from pg_class c join pg_namespace n on n.oid = c.relnamespace`;
const inScopeCondition = `${readable('c')} and c.oid not in ${extensionMembers('pg_class')}`;

export type NameRow = [schema: string, name: string];
export const relationNames = `select n.nspname, c.relname ${inScope} where ${inScopeCondition}`;

export type RelationKind = 'r' | 'p' | 'v' | 'm' | 'f';
export type RelationRow = [
  oid: number,
  schema: string,
  name: string,
  kind: RelationKind,
  owner: string,
  comment: string | null,
  rows: number | null,
];
/** Partitions' row estimates are added up, at any depth. Before PostgreSQL 14 an unknown estimate is 0 rows in 0 pages, later -1. */
export const relations = (version: number): string => {
  const known = (c: string) => (version < 140_000 ? `(${c}.reltuples > 0 or ${c}.relpages > 0)` : `${c}.reltuples >= 0`);
  return `
select c.oid, n.nspname, c.relname, c.relkind, pg_get_userbyid(c.relowner), d.description,
  case when c.relkind = 'p' then p.rows when c.relkind <> 'v' and ${known('c')} then c.reltuples end
${inScope}
  left join pg_description d on d.objoid = c.oid and d.classoid = 'pg_class'::regclass and d.objsubid = 0
  left join (
    select pg_partition_root(l.oid) as root, sum(l.reltuples::float8) filter (where ${known('l')}) as rows
    from pg_class l where l.relispartition and l.relkind in ('r','f') group by 1
  ) p on p.root = c.oid
where ${inScopeCondition} order by c.oid`;
};

/** By column number. */
type Notes<Note> = Record<number, Note> | null;
export type ColumnsRow = [
  relation: number,
  numbers: number[],
  names: string[],
  types: number[],
  modifiers: number[],
  notNull: boolean[],
  generated: Notes<'c' | 'i'>,
  expressions: Notes<string>,
  comments: Notes<string>,
];
/**
 * All columns of a relation in one row, a list for each property and what few columns have by number: thousands of rows less to take apart here
 * (45,000 columns: 20 instead of 90 ms). `generated` is c for computed, i for identity. A default names no column, so it is printed without opening its
 * relation; a computed column's expression does. Types are told by number and printed once each (`types`): thousands of columns share a few.
 */
export const columns = (locked: readonly number[]): string => `
select attrelid, array_to_json(array_agg(attnum)), array_to_json(array_agg(attname)), array_to_json(array_agg(atttypid::bigint)),
  array_to_json(array_agg(atttypmod)), array_to_json(array_agg(attnotnull)),
  json_object_agg(attnum, case when attgenerated <> '' then 'c' else 'i' end) filter (where attgenerated <> '' or attidentity <> ''),
  case when bool_or(attgenerated <> '') then (
      select json_object_agg(d.adnum, pg_get_expr(d.adbin, case when a.attgenerated = '' then 0 else d.adrelid end))
      from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
      where d.adrelid = ordered.attrelid and (a.attgenerated = '' or not (${among('d.adrelid', locked)})))
    else (select json_object_agg(d.adnum, pg_get_expr(d.adbin, 0)) from pg_attrdef d where d.adrelid = ordered.attrelid) end,
  (select json_object_agg(d.objsubid, d.description) from pg_description d
    where d.objoid = ordered.attrelid and d.classoid = 'pg_class'::regclass and d.objsubid > 0)
from (
  select a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity, a.attgenerated
  from pg_attribute a join pg_class c on c.oid = a.attrelid and ${readable('c')}
  where a.attnum > 0 and not a.attisdropped order by a.attrelid, a.attnum offset 0
) as ordered group by attrelid order by attrelid`;

export type TypeRow = [type: number, modifier: number, name: string, bareName: string];
export const types = (pairs: readonly (readonly [type: number, modifier: number])[]): string => `
select type, modifier, format_type(type, modifier), format_type(type, null)
from (values ${pairs.map(([type, modifier]) => `(${type}::oid, ${modifier})`).join(',')}) as pairs(type, modifier)`;

export type ConstraintRow = [
  relation: number,
  name: string,
  kind: 'p' | 'u' | 'f' | 'c',
  columns: string | null,
  expression: string | null,
  referencedSchema: string | null,
  referencedName: string | null,
  referencedColumns: string[] | null,
];
/**
 * Only what was declared: with a parent it is a copy for a partition. A key that references a partition is told of its root,
 * the asset that the partition is folded into. Most foreign keys have one column, so that is a join and only the others a sub-query.
 */
export const constraints = (locked: readonly number[]): string => `
select conrelid, conname, contype, conkey::text,
  case when contype = 'c' and not (${among('conrelid', locked)}) then pg_get_expr(conbin, conrelid) end,
  nspname, relname,
  case when contype <> 'f' then null
    when cardinality(confkey) = 1 then json_build_array(attname)
    else (select json_agg(a.attname order by k.position) from unnest(confkey) with ordinality as k(number, position)
      join pg_attribute a on a.attrelid = confrelid and a.attnum = k.number) end
from (
  select con.conrelid, con.conname, con.contype, con.conkey, con.conbin, con.confrelid, con.confkey, rn.nspname, r.relname, ra.attname
  from pg_constraint con join pg_class c on c.oid = con.conrelid and ${readable('c')}
    left join pg_class f on f.oid = con.confrelid
    left join pg_class r on r.oid = case when f.relispartition then pg_partition_root(f.oid) else f.oid end
    left join pg_namespace rn on rn.oid = r.relnamespace
    left join pg_attribute ra on ra.attrelid = con.confrelid and ra.attnum = con.confkey[1]
  where con.contype in ('p','u','f','c') and con.conparentid = 0 order by con.conrelid offset 0
) as ordered order by conrelid`;

export type IndexRow = [
  relation: number,
  name: string,
  unique: boolean,
  keyCount: number,
  keys: string,
  expressions: string[] | null,
  definition: string | null,
];
/** `keys` are column numbers, 0 for an expression; then `expressions` has every key as the server prints it. Printing an index opens its table, whatever the index. */
export const indexes = (locked: readonly number[]): string => {
  const blocked = among('indrelid', locked);
  return `
select indrelid, relname, indisunique, indnkeyatts, indkey::text,
  case when expressions and not (${blocked}) and ${present('indexrelid', 'indrelid')} then (
    select json_agg(pg_get_indexdef(indexrelid, key, true) order by key) from generate_series(1, indnkeyatts) as key) end,
  case when not (${blocked}) and ${present('indexrelid', 'indrelid')} then pg_get_indexdef(indexrelid) end
from (
  select i.indrelid, i.indexrelid, i.indisunique, i.indnkeyatts, i.indkey, i.indexprs is not null as expressions, ic.relname
  from pg_index i join pg_class c on c.oid = i.indrelid and ${readable('c')} join pg_class ic on ic.oid = i.indexrelid
  order by i.indrelid offset 0
) as ordered order by indrelid`;
};

export type ViewRow = [relation: number, definition: string | null];
/** Printing a view's SQL opens what it reads, so a view over a locked relation is left out as well. */
export const views = (locked: readonly number[]): string => {
  const blocked =
    locked.length === 0
      ? 'false'
      : `(${among('oid', locked)} or oid in (select r.ev_class from pg_rewrite r join pg_depend d
          on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass where ${among('d.refobjid', locked)}))`;
  return `
select oid, case when not ${blocked} and ${present('oid', 'oid')} then pg_get_viewdef(oid, true) end
from (select c.oid from pg_class c where c.relkind in ('v','m') and ${readable('c')} order by c.oid offset 0) as ordered order by oid`;
};

export type DependencyRow = [relation: number, schema: string, name: string, column: string | null];
/** What a view's SELECT rule (ev_type 1) uses, from the dependency catalog; a partition counts as its root. */
export const dependencies = `
select r.ev_class, n.nspname, root.relname, a.attname
from pg_rewrite r join pg_class v on v.oid = r.ev_class and v.relkind in ('v','m') and ${readable('v')}
  join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass and d.deptype = 'n'
  join pg_class s on s.oid = d.refobjid and s.oid <> r.ev_class and s.relkind in ('r','p','v','m','f')
  join pg_class root on root.oid = case when s.relispartition then pg_partition_root(s.oid) else s.oid end
  join pg_namespace n on n.oid = root.relnamespace
  left join pg_attribute a on a.attrelid = s.oid and a.attnum = d.refobjsubid and d.refobjsubid > 0
where r.ev_type = '1' order by r.ev_class`;

export type StoredRow = [root: number, oid: number, schema: string, name: string];
/** What has a size of its own, by the asset that it counts for. */
export const stored = `
select root.oid, c.oid, n.nspname, root.relname
from pg_class c
  join pg_class root on root.oid = case when c.relispartition then pg_partition_root(c.oid) else c.oid end
  join pg_namespace n on n.oid = root.relnamespace
where c.relkind in ('r','m') and c.relnamespace not in ${systemSchemas} and root.oid not in ${extensionMembers('pg_class')}
order by root.oid`;

export type SizeRow = [oid: number, bytes: string | null];
export const sizes = (oids: readonly number[]): string => `
select oid, pg_total_relation_size(oid) from unnest('{${oids.join(',')}}'::oid[]) as oid`;
