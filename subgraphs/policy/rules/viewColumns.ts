/**
 * Where the columns of a view come from, as far as they are shown as they are: a plain reference, also through subqueries, common table
 * expressions, joins and the branches of a union. A cast shows the value, too; a function or an operator makes another one of it.
 */
import { loadModule, parseSync } from 'libpg-query';
import { LRUCache } from 'lru-cache';

export type Origin = { schema: string | null; relation: string; column: string };
/** `isUnknown`: it could be a plain reference to something that was not found out. */
export type ViewColumn = { name: string; origins: readonly Origin[]; isUnknown: boolean };

await loadModule();

/** A parser for people's SQL is not asked about megabytes. */
const MAX_SQL = 200_000;
const parsed = new LRUCache<string, { columns: readonly ViewColumn[] | null }>({ max: 200 });

/** The output columns in their order; null where the SQL (PostgreSQL's, as pg_get_viewdef writes it) cannot be understood. */
export function readViewColumns(definition: string): readonly ViewColumn[] | null {
  let known = parsed.get(definition);
  if (!known) parsed.set(definition, (known = { columns: read(definition) }));
  return known.columns;
}

function read(definition: string): readonly ViewColumn[] | null {
  if (definition.length > MAX_SQL) return null;
  try {
    const { stmts } = parseSync(definition) as { stmts?: { stmt?: Node }[] };
    const select = stmts?.[0]?.stmt?.SelectStmt;
    return select ? outputsOf(select, { items: [], queries: new Map(), outer: null }) : null;
  } catch {
    return null; // another dialect, or more than the parser bears: who asks takes the careful side
  }
}

// The parser's trees, as much of them as is looked at (a node is an object with one member, its type).
type Name = { String?: { sval?: string }; A_Star?: object };
type Alias = { aliasname: string; colnames?: Name[] };
type Select = {
  targetList?: { ResTarget: { name?: string; val?: Node } }[];
  fromClause?: Node[];
  withClause?: { recursive?: boolean; ctes: { CommonTableExpr: { ctename: string; aliascolnames?: Name[]; ctequery: Node } }[] };
  valuesLists?: { List: { items: Node[] } }[];
  op?: string;
  larg?: Select;
  rarg?: Select;
};
type Range = { schemaname?: string; relname: string; alias?: Alias };
type Node = {
  SelectStmt?: Select;
  ColumnRef?: { fields: Name[] };
  TypeCast?: { arg: Node };
  CollateClause?: { arg: Node };
  A_Indirection?: { arg: Node; indirection: Name[] };
  SubLink?: { subLinkType: string; subselect: Node };
  RangeVar?: Range;
  RangeSubselect?: { subquery: Node; alias?: Alias };
  RangeTableSample?: { relation: Node };
  JoinExpr?: { larg: Node; rarg: Node; alias?: Alias; join_using_alias?: Alias };
  RangeFunction?: { alias?: Alias };
  RangeTableFunc?: { alias?: Alias };
  JsonTable?: { alias?: Alias };
};

/** What a name in FROM stands for; gives undefined for a column that it does not have. */
type Item = { alias: string | null; schema: string | null; find: (column: string) => Found | undefined; all: readonly ViewColumn[] | null };
type Found = Omit<ViewColumn, 'name'>;
type Scope = { items: readonly Item[]; queries: ReadonlyMap<string, readonly ViewColumn[]>; outer: Scope | null };

const MADE: Found = { origins: [], isUnknown: false };
const UNKNOWN: Found = { origins: [], isUnknown: true };
const textOf = (name: Name | undefined): string | null => name?.String?.sval ?? null;

function outputsOf(select: Select, scope: Scope): readonly ViewColumn[] {
  const within: Scope = { ...scope, queries: withQueries(select, scope) };
  if (select.larg && select.rarg) {
    const [left, right] = [outputsOf(select.larg, within), outputsOf(select.rarg, within)];
    return left.map((column, index) => merge(column, right[index] ?? { name: column.name, ...UNKNOWN }));
  }
  if (select.valuesLists) {
    return (select.valuesLists[0]?.List.items ?? []).map((_, index) => ({ name: `column${index + 1}`, ...MADE }));
  }
  const items: Item[] = [];
  // A lateral one sees those before it.
  for (const node of select.fromClause ?? []) items.push(...itemsOf(node, { ...within, items: [...within.items, ...items] }));
  const inner: Scope = { items, queries: within.queries, outer: within };
  return (select.targetList ?? []).flatMap(({ ResTarget: { name, val } }) => {
    const fields = val?.ColumnRef?.fields;
    if (fields && fields.at(-1)?.A_Star) return starOf(inner, fields.length > 1 ? textOf(fields.at(-2)) : null);
    return [{ name: name ?? textOf(fields?.at(-1)) ?? '', ...(val ? valueOf(val, inner) : UNKNOWN) }];
  });
}

const merge = ({ name, origins, isUnknown }: ViewColumn, other: Found): ViewColumn => ({
  name,
  origins: [...origins, ...other.origins],
  isUnknown: isUnknown || other.isUnknown,
});

function withQueries({ withClause }: Select, scope: Scope): Scope['queries'] {
  if (!withClause) return scope.queries;
  const queries = new Map(scope.queries);
  for (const { CommonTableExpr: query } of withClause.ctes) {
    const select = query.ctequery.SelectStmt;
    const rename = (columns: readonly ViewColumn[]) => renamed(columns, query.aliascolnames);
    if (!select) {
      queries.set(query.ctename, []);
      continue;
    }
    // What a recursive one says of itself comes from where its first branch says.
    if (withClause.recursive && select.larg) queries.set(query.ctename, rename(outputsOf(select.larg, { ...scope, queries })));
    queries.set(query.ctename, rename(outputsOf(select, { ...scope, queries })));
  }
  return queries;
}

const renamed = (columns: readonly ViewColumn[], names: readonly Name[] | undefined): readonly ViewColumn[] =>
  names ? columns.map((column, index) => ({ ...column, name: textOf(names[index]) ?? column.name })) : columns;

function itemsOf(node: Node, scope: Scope): Item[] {
  const { RangeVar: table, RangeSubselect: subselect, JoinExpr: join, RangeTableSample: sample } = node;
  if (sample) return itemsOf(sample.relation, scope);
  if (join) return itemsOfJoin(join, scope);
  if (subselect?.subquery.SelectStmt) {
    return [
      listItem(subselect.alias, outputsOf(subselect.subquery.SelectStmt, { items: scope.items, queries: scope.queries, outer: scope })),
    ];
  }
  if (table) {
    const query = table.schemaname ? undefined : scope.queries.get(table.relname);
    return [query ? listItem(table.alias ?? { aliasname: table.relname }, query) : tableItem(table)];
  }
  const made = node.RangeFunction ?? node.RangeTableFunc ?? node.JsonTable;
  return [{ alias: made?.alias?.aliasname ?? null, schema: null, find: () => MADE, all: null }];
}

function listItem(alias: Alias | undefined, columns: readonly ViewColumn[]): Item {
  const all = renamed(columns, alias?.colnames);
  return { alias: alias?.aliasname ?? null, schema: null, all, find: (name) => all.find((column) => column.name === name) };
}

/** Of a table only what is read of it is known, and not in which order its columns are. */
function tableItem({ schemaname, relname: relation, alias }: Range): Item {
  const schema = schemaname ?? null;
  const isRenamed = new Set((alias?.colnames ?? []).map(textOf));
  return {
    alias: alias?.aliasname ?? relation,
    schema: alias ? null : schema,
    all: null,
    find: (column) => (isRenamed.has(column) ? UNKNOWN : { origins: [{ schema, relation, column }], isUnknown: false }),
  };
}

function itemsOfJoin({ larg, rarg, alias, join_using_alias: using }: NonNullable<Node['JoinExpr']>, scope: Scope): Item[] {
  const left = itemsOf(larg, scope);
  const items = [...left, ...itemsOf(rarg, { ...scope, items: [...scope.items, ...left] })];
  const name = alias ?? using;
  if (!name) return items;
  const find = (column: string): Found => (name.colnames ? UNKNOWN : findAmong(items, column));
  return [...items, { alias: name.aliasname, schema: null, all: null, find }];
}

/** A name without its table: of several tables that could have it, all. */
function findAmong(items: readonly Item[], column: string): Found {
  const listed = items.filter((item) => item.all).flatMap((item) => item.find(column) ?? []);
  if (listed.length > 0) return combine(listed);
  return combine(items.filter((item) => !item.all).flatMap((item) => item.find(column) ?? []));
}

/** None of them: it was not found out. */
const combine = (found: readonly Found[]): Found =>
  found.length === 0 ? UNKNOWN : { origins: found.flatMap(({ origins }) => origins), isUnknown: found.some(({ isUnknown }) => isUnknown) };

function starOf({ items, outer }: Scope, alias: string | null): readonly ViewColumn[] {
  const meant = alias === null ? items : items.filter((item) => item.alias === alias);
  if (meant.length === 0 && outer) return starOf(outer, alias);
  // How many columns a table has is not known, so what comes after them has no place.
  if (meant.length === 0 || meant.some((item) => !item.all)) throw new Error('A star over a table');
  return meant.flatMap((item) => item.all!);
}

function valueOf(node: Node, scope: Scope): Found {
  if (node.ColumnRef) return referenceOf(node.ColumnRef.fields, scope);
  if (node.TypeCast) return valueOf(node.TypeCast.arg, scope);
  if (node.CollateClause) return valueOf(node.CollateClause.arg, scope);
  if (node.A_Indirection) {
    const { arg, indirection } = node.A_Indirection;
    // `(u.*).email` and `(u).email`: a column of a row.
    const fields = arg.ColumnRef?.fields.filter((field) => !field.A_Star);
    const found = fields && textOf(indirection[0]) ? referenceOf([...fields, indirection[0]!], scope) : UNKNOWN;
    // An element or a field of a column shows a part of it.
    return found.isUnknown ? valueOf(arg, scope) : found;
  }
  if (node.SubLink?.subLinkType === 'EXPR_SUBLINK' && node.SubLink.subselect.SelectStmt) {
    return combine(outputsOf(node.SubLink.subselect.SelectStmt, scope).slice(0, 1));
  }
  return MADE;
}

function referenceOf(fields: readonly Name[], scope: Scope): Found {
  const [column, table, schema] = fields.toReversed().map(textOf);
  if (!column) return UNKNOWN;
  for (let current: Scope | null = scope; current; current = current.outer) {
    const items = current.items.filter(
      (item) => !table || (item.alias === table && (!schema || item.schema === null || item.schema === schema)),
    );
    if (items.length === 0) continue;
    const found = table ? combine(items.slice(0, 1).flatMap((item) => item.find(column) ?? [])) : findAmong(items, column);
    // A name without its table may belong to a query around this one.
    if (table || !found.isUnknown || found.origins.length > 0) return found;
  }
  return UNKNOWN;
}
