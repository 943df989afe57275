/** Which columns the names in a query stand for. */
import { textOf, type Alias, type Name, type Range, type RangeFunction, type Select } from './tree.ts';
import { GUESSED, MADE, UNKNOWN, type Found, type ViewColumn, type Work } from './work.ts';

/** What a name in FROM stands for; gives undefined for a column that it does not have. `all`: null where they are not known. */
export type Item = {
  alias: string | null;
  schema: string | null;
  find: (column: string) => Found | undefined;
  all: readonly ViewColumn[] | null;
  /** A row of it as one value. */
  row: () => Found;
  /** Of a join: names that stand for columns of both sides. */
  merged?: ReadonlySet<string>;
};
export type Scope = {
  work: Work;
  items: readonly Item[];
  queries: ReadonlyMap<string, readonly ViewColumn[]>;
  windows: ReadonlyMap<string, Found>;
  outer: Scope | null;
  /** Reads a query within a value. */
  read: { outputs: (select: Select, scope: Scope) => readonly ViewColumn[]; condition: (select: Select, scope: Scope) => Found };
};

export const renamed = (columns: readonly ViewColumn[], names: readonly Name[] | undefined): readonly ViewColumn[] =>
  names ? columns.map((column, index) => ({ ...column, name: textOf(names[index]) ?? column.name })) : columns;

/** A subquery, or one by its name. */
export function listItem(alias: Alias | undefined, columns: readonly ViewColumn[], { take, combine }: Work): Item {
  take(columns.length);
  const all = renamed(columns, alias?.colnames);
  // Of columns with one name the first.
  const byName = new Map(all.toReversed().map((column) => [column.name, column]));
  return { alias: alias?.aliasname ?? null, schema: null, all, find: (name) => byName.get(name), row: () => combine(all) };
}

/** Of a table only what is read of it is known, and not in which order its columns are. */
export function tableItem({ schemaname, relname, alias }: Range, work: Work): Item {
  const schema = schemaname ?? null;
  const isRenamed = new Set((alias?.colnames ?? []).map(textOf));
  const tables = work.tablesOf(schema, relname);
  const oneOf = (column: string): Found | undefined => {
    const having = tables.filter(({ columns }) => columns?.has(column) ?? true);
    if (having.length === 0) return undefined;
    return work.oneOf(having.map((table) => ({ origins: [work.originOf(table, column)], isUnknown: false })));
  };
  return {
    alias: alias?.aliasname ?? relname,
    schema: alias ? null : schema,
    all: null,
    row: () => UNKNOWN,
    find(column) {
      if (tables.length === 0 || (isRenamed.has(column) && !work.isLineage)) return UNKNOWN;
      if (!isRenamed.has(column)) return oneOf(column);
      // Most names of such a list are the table's own: PostgreSQL adds a list, and a number to a name, where two would be the same.
      const guessed = oneOf(column) ?? oneOf(column.replace(/_\d+$/, ''));
      return guessed ? work.doubted(guessed, GUESSED) : UNKNOWN;
    },
  };
}

/** Rows that are made of `found`: of XML, of JSON. */
export const madeItem = (alias: Alias | undefined, found: Found): Item => ({
  alias: alias?.aliasname ?? null,
  schema: null,
  find: () => found,
  all: null,
  row: () => found,
});

/** A function's rows. `found`: what each of its functions, or of the lists that `unnest` is given, is made of. */
export function functionItem({ alias, ordinality, coldeflist, is }: RangeFunction & { is: readonly Found[] }, work: Work): Item {
  const item = madeItem(alias, work.isLineage ? work.combine(is) : MADE);
  if (!work.isLineage) return item;
  const names = (alias?.colnames ?? []).map(textOf);
  if (coldeflist) names.push(...coldeflist.map(({ ColumnDef }) => ColumnDef.colname));
  if (names.length === 0) return item;
  const numbers = ordinality ? names.length - 1 : names.length;
  return {
    ...item,
    find(column) {
      const index = names.indexOf(column);
      if (index === -1) return undefined;
      if (index >= numbers) return MADE;
      return numbers === is.length ? is[index] : item.find(column);
    },
  };
}

/** A join with a name of its own. */
export const joinItem = (alias: Alias, items: readonly Item[], work: Work): Item => ({
  alias: alias.aliasname,
  schema: null,
  all: null,
  row: () => UNKNOWN,
  find(column) {
    if (!alias.colnames) return findAmong(items, column, work);
    return work.isLineage ? work.doubted(findAmong(items, column, work), GUESSED) : UNKNOWN;
  },
});

/** What a join's USING makes of two columns. */
export const mergedItem = (names: readonly Name[], left: readonly Item[], right: readonly Item[], work: Work): Item => ({
  alias: null,
  schema: null,
  all: null,
  row: () => UNKNOWN,
  merged: new Set(names.flatMap((name) => textOf(name) ?? [])),
  find: (column) => work.combine([findAmong(left, column, work), findAmong(right, column, work)]),
});

/** A name without its table: of several tables that could have it, all. */
function findAmong(items: readonly Item[], column: string, { take, oneOf }: Work): Found {
  take(items.length);
  const join = items.findLast(({ merged }) => merged?.has(column));
  if (join) return join.find(column)!;
  const own = items.filter(({ merged }) => !merged);
  const listed = own.filter((item) => item.all).flatMap((item) => item.find(column) ?? []);
  if (listed.length > 0) return oneOf(listed);
  return oneOf(own.filter((item) => !item.all).flatMap((item) => item.find(column) ?? []));
}

export function starOf({ work, items, outer }: Scope, alias: string | null): readonly ViewColumn[] {
  work.take(1 + items.length);
  const meant = alias === null ? items : items.filter((item) => item.alias === alias);
  if (meant.length === 0 && outer) return starOf(outer, alias);
  // How many columns a table has is not known, so what comes after them has no place.
  if (meant.length === 0 || meant.some((item) => !item.all)) throw new Error('A star over a table');
  for (const item of meant) work.take(item.all!.length);
  return meant.flatMap((item) => item.all!);
}

/** A row as a value. */
export function rowOf(alias: string | null, scope: Scope): Found {
  for (let current: Scope | null = scope; current; current = current.outer) {
    current.work.take(1 + current.items.length);
    const item = current.items.find((each) => each.alias === alias);
    if (item) return item.row();
  }
  return UNKNOWN;
}

export function referenceOf(fields: readonly Name[], scope: Scope): Found {
  const [column, table, schema] = fields.toReversed().map(textOf);
  if (!column) return UNKNOWN;
  const { work } = scope;
  for (let current: Scope | null = scope; current; current = current.outer) {
    work.take(1 + current.items.length);
    const items = current.items.filter(
      (item) => !table || (item.alias === table && (!schema || item.schema === null || item.schema === schema)),
    );
    if (items.length === 0) continue;
    const found = table ? (items[0]!.find(column) ?? UNKNOWN) : findAmong(items, column, work);
    // A name without its table may belong to a query around this one.
    if (table || !found.isUnknown || found.origins.length > 0) return found;
  }
  return UNKNOWN;
}
