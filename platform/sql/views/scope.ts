/** Which columns the names in a query stand for. */
import { textOf, type Alias, type Name, type Range } from './tree.ts';
import { MADE, UNKNOWN, type Found, type ViewColumn, type Work } from './work.ts';

/** What a name in FROM stands for; gives undefined for a column that it does not have. `all`: null where they are not known. */
export type Item = {
  alias: string | null;
  schema: string | null;
  find: (column: string) => Found | undefined;
  all: readonly ViewColumn[] | null;
};
export type Scope = { work: Work; items: readonly Item[]; queries: ReadonlyMap<string, readonly ViewColumn[]>; outer: Scope | null };

export const renamed = (columns: readonly ViewColumn[], names: readonly Name[] | undefined): readonly ViewColumn[] =>
  names ? columns.map((column, index) => ({ ...column, name: textOf(names[index]) ?? column.name })) : columns;

/** A subquery, or one by its name. */
export function listItem(alias: Alias | undefined, columns: readonly ViewColumn[], { take }: Work): Item {
  take(columns.length);
  const all = renamed(columns, alias?.colnames);
  // Of columns with one name the first.
  const byName = new Map(all.toReversed().map((column) => [column.name, column]));
  return { alias: alias?.aliasname ?? null, schema: null, all, find: (name) => byName.get(name) };
}

/** Of a table only what is read of it is known, and not in which order its columns are. */
export function tableItem({ schemaname, relname: relation, alias }: Range, { originOf }: Work): Item {
  const schema = schemaname ?? null;
  const isRenamed = new Set((alias?.colnames ?? []).map(textOf));
  return {
    alias: alias?.aliasname ?? relation,
    schema: alias ? null : schema,
    all: null,
    find: (column) => (isRenamed.has(column) ? UNKNOWN : { origins: [originOf(schema, relation, column)], isUnknown: false }),
  };
}

/** A function's rows, and the like. */
export const madeItem = (alias: Alias | undefined): Item => ({
  alias: alias?.aliasname ?? null,
  schema: null,
  find: () => MADE,
  all: null,
});

/** A join with a name of its own. */
export const joinItem = (alias: Alias, items: readonly Item[], work: Work): Item => ({
  alias: alias.aliasname,
  schema: null,
  all: null,
  find: (column) => (alias.colnames ? UNKNOWN : findAmong(items, column, work)),
});

/** A name without its table: of several tables that could have it, all. */
function findAmong(items: readonly Item[], column: string, { take, combine }: Work): Found {
  take(items.length);
  const listed = items.filter((item) => item.all).flatMap((item) => item.find(column) ?? []);
  if (listed.length > 0) return combine(listed);
  return combine(items.filter((item) => !item.all).flatMap((item) => item.find(column) ?? []));
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
