/** From the tree of a query to its columns. Its parts are queries again: FROM, WITH, unions, and single values. */
import { functionItem, joinItem, listItem, madeItem, mergedItem, renamed, starOf, tableItem, type Item, type Scope } from './scope.ts';
import { textOf, type Node, type Query, type RangeFunction, type Select } from './tree.ts';
import { valueOf, windowOf } from './values.ts';
import { createWork, MADE, UNKNOWN, type Dependency, type Found, type ViewColumn, type Work } from './work.ts';

/** A recursive query is read again until nothing new comes from it. */
const MAX_ROUNDS = 50;

/** In their order. Throws where they cannot be told, or take too much. `dependsOn` as for `createWork`. */
export const columnsOf = (select: Select, dependsOn?: readonly Dependency[]): readonly ViewColumn[] =>
  outputsOf(select, {
    work: createWork(select, dependsOn),
    items: [],
    queries: new Map(),
    windows: new Map(),
    outer: null,
    read: { outputs: outputsOf, condition: conditionOf },
  });

/** `onFirst`: is told what the branches of a union before the last one give, before that is read. */
function outputsOf(select: Select, scope: Scope, onFirst?: (columns: readonly ViewColumn[]) => void): readonly ViewColumn[] {
  const { work } = scope;
  work.take(1);
  const within: Scope = { ...scope, queries: withQueries(select, scope) };
  if (select.larg && select.rarg) {
    const branches = branchesOf(select, work);
    const last = branches.pop()!;
    const found = branches.map((branch) => outputsOf(branch, within));
    if (found.length > 0) onFirst?.(united(found, work));
    return united([...found, outputsOf(last, within)], work);
  }
  if (select.valuesLists) return valuesOf(select.valuesLists, within);
  const inner = innerOf(select, within);
  return (select.targetList ?? []).flatMap(({ ResTarget: { name, val } }) => {
    const fields = val?.ColumnRef?.fields;
    if (fields && fields.at(-1)?.A_Star) return starOf(inner, fields.length > 1 ? textOf(fields.at(-2)) : null);
    return [{ name: name ?? textOf(fields?.at(-1)) ?? '', ...foundOf(val ? valueOf(val, inner) : UNKNOWN) }];
  });
}

/** What the columns of a condition are made of. */
function conditionOf(select: Select, scope: Scope): Found {
  if (!select.whereClause) return MADE;
  return valueOf(select.whereClause, innerOf(select, { ...scope, queries: withQueries(select, scope) }));
}

/** Where a query's own values are read. */
function innerOf({ fromClause, windowClause }: Select, scope: Scope): Scope {
  const windows = new Map<string, Found>();
  const inner: Scope = { ...scope, items: itemsOf(fromClause ?? [], scope), windows, outer: scope };
  if (!scope.work.isLineage) return inner;
  for (const { WindowDef } of windowClause ?? []) windows.set(WindowDef.name ?? '', windowOf({ ...WindowDef, name: undefined }, inner));
  return inner;
}

/** Of `a union b union c`, which is written `(a union b) union c`, each. */
function branchesOf(select: Select, { isLineage }: Work): Select[] {
  const branches: Select[] = [];
  let first = select;
  while (first.larg && first.rarg && (first === select || !first.withClause)) {
    // Of what it takes away it shows nothing.
    if (!isLineage || first.op !== 'SETOP_EXCEPT') branches.push(first.rarg);
    first = first.larg;
  }
  return [...branches, first].reverse();
}

/** Names are those of the first. */
const united = (branches: readonly (readonly ViewColumn[])[], { combine }: Work): readonly ViewColumn[] =>
  branches[0]!.map(({ name }, index) => ({ name, ...foundOf(combine(branches.map((columns) => columns[index] ?? UNKNOWN))) }));

const foundOf = ({ origins, isUnknown }: Found): Found => ({ origins, isUnknown });

function valuesOf(lists: NonNullable<Select['valuesLists']>, scope: Scope): readonly ViewColumn[] {
  const { work } = scope;
  const rows = lists.map(({ List }) => List.items ?? []);
  const first = rows[0] ?? [];
  work.take(first.length);
  return first.map((_, index) => ({
    name: `column${index + 1}`,
    ...foundOf(work.isLineage ? work.combine(rows.flatMap((row) => (row[index] ? valueOf(row[index], scope) : []))) : MADE),
  }));
}

function withQueries({ withClause }: Select, scope: Scope): Scope['queries'] {
  if (!withClause) return scope.queries;
  const { work } = scope;
  const { ctes, recursive } = withClause;
  work.take(scope.queries.size + ctes.length);
  const queries = new Map(scope.queries);
  // What a recursive one says of itself comes from where its first branch says; for lineage, and from what comes round again.
  for (let round = 1, changed = true; changed && round <= MAX_ROUNDS; round++) {
    changed = false;
    for (const { CommonTableExpr: query } of ctes) {
      const before = queries.get(query.ctename);
      const select = query.ctequery.SelectStmt;
      const name = (columns: readonly ViewColumn[]): void => {
        work.take(columns.length);
        queries.set(query.ctename, renamed(columns, query.aliascolnames));
      };
      name(select ? outputsOf(select, { ...scope, queries }, recursive && round === 1 ? name : undefined) : []);
      if (!work.isLineage) continue;
      queries.set(query.ctename, [...queries.get(query.ctename)!, ...searched(query, queries.get(query.ctename)!, work)]);
      if (recursive) changed ||= !isSame(before, queries.get(query.ctename)!, work);
    }
  }
  return queries;
}

/** The columns that SEARCH and CYCLE add. */
function searched({ search_clause: search, cycle_clause: cycle }: Query, columns: readonly ViewColumn[], work: Work): ViewColumn[] {
  const of = (names: readonly { String?: { sval?: string } }[]): Found =>
    work.made(work.combine([MADE, ...columns.filter(({ name }) => names.some((each) => textOf(each) === name))]), 'DIRECT');
  return [
    ...(search ? [{ name: search.search_seq_column, ...of(search.search_col_list) }] : []),
    ...(cycle
      ? [
          { name: cycle.cycle_mark_column, ...work.made(of(cycle.cycle_col_list), 'CONDITIONAL') },
          { name: cycle.cycle_path_column, ...of(cycle.cycle_col_list) },
        ]
      : []),
  ];
}

function isSame(before: readonly ViewColumn[] | undefined, after: readonly ViewColumn[], { take }: Work): boolean {
  return after.every(({ origins }, index) => {
    take(1 + origins.length);
    const had = new Set(before?.[index]?.origins);
    return had.size === origins.length && origins.every((origin) => had.has(origin));
  });
}

/** A lateral one sees those before it. */
function itemsOf(nodes: readonly Node[], scope: Scope): readonly Item[] {
  const items: Item[] = [];
  const seen = [...scope.items];
  for (const node of nodes) {
    const found = itemsOfNode(node, { ...scope, items: seen });
    items.push(...found);
    seen.push(...found);
  }
  return items;
}

function itemsOfNode(node: Node, scope: Scope): readonly Item[] {
  const { work, queries } = scope;
  work.take(1);
  const { RangeVar: table, RangeSubselect: subselect, JoinExpr: join, RangeTableSample: sample } = node;
  if (sample) return itemsOfNode(sample.relation, scope);
  if (join) return itemsOfJoin(join, scope);
  const select = subselect?.subquery.SelectStmt;
  if (select) return [listItem(subselect.alias, outputsOf(select, { ...scope, outer: scope }), work)];
  if (table) {
    const query = table.schemaname ? undefined : queries.get(table.relname);
    return [query ? listItem(table.alias ?? { aliasname: table.relname }, query, work) : tableItem(table, work)];
  }
  if (node.RangeFunction)
    return [functionItem({ ...node.RangeFunction, is: work.isLineage ? rowsOf(node.RangeFunction, scope) : [] }, work)];
  return [madeItem((node.RangeTableFunc ?? node.JsonTable)?.alias, work.isLineage ? valueOf(node, scope) : MADE)];
}

/** Of a function each list of values that it gives; `unnest` gives one for each argument. */
function rowsOf({ functions }: RangeFunction, scope: Scope): Found[] {
  const calls = functions.map(({ List }) => List.items[0]!);
  const call = calls.length === 1 ? calls[0]!.FuncCall : undefined;
  const lists = textOf(call?.funcname.at(-1)) === 'unnest' ? (call?.args ?? []) : calls;
  return lists.map((each) => scope.work.made(valueOf(each, scope), 'DIRECT'));
}

function itemsOfJoin(
  { larg, rarg, usingClause, alias, join_using_alias: using }: NonNullable<Node['JoinExpr']>,
  scope: Scope,
): readonly Item[] {
  const { work } = scope;
  const left = itemsOfNode(larg, scope);
  work.take(scope.items.length + left.length);
  const right = itemsOfNode(rarg, { ...scope, items: [...scope.items, ...left] });
  const items = [...left, ...right];
  if (usingClause && work.isLineage) items.push(mergedItem(usingClause, left, right, work));
  const named = alias ?? using;
  return named ? [...items, joinItem(named, items, work)] : items;
}
