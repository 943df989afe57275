/** From the tree of a query to its columns. Its parts are queries again: FROM, WITH, unions, and single values. */
import { joinItem, listItem, madeItem, referenceOf, renamed, starOf, tableItem, type Item, type Scope } from './scope.ts';
import { textOf, type Node, type Select } from './tree.ts';
import { createWork, MADE, UNKNOWN, type Found, type ViewColumn, type Work } from './work.ts';

/** In their order. Throws where they cannot be told, or take too much. */
export const columnsOf = (select: Select): readonly ViewColumn[] =>
  outputsOf(select, { work: createWork(), items: [], queries: new Map(), outer: null });

/** `onFirst`: is told what the branches of a union before the last one give, before that is read. */
function outputsOf(select: Select, scope: Scope, onFirst?: (columns: readonly ViewColumn[]) => void): readonly ViewColumn[] {
  const { work } = scope;
  work.take(1);
  const within: Scope = { ...scope, queries: withQueries(select, scope) };
  if (select.larg && select.rarg) {
    const branches = branchesOf(select);
    const last = branches.pop()!;
    const found = branches.map((branch) => outputsOf(branch, within));
    onFirst?.(united(found, work));
    return united([...found, outputsOf(last, within)], work);
  }
  if (select.valuesLists) {
    const values = select.valuesLists[0]?.List.items ?? [];
    work.take(values.length);
    return values.map((_, index) => ({ name: `column${index + 1}`, ...MADE }));
  }
  const inner: Scope = { ...within, items: itemsOf(select.fromClause ?? [], within), outer: within };
  return (select.targetList ?? []).flatMap(({ ResTarget: { name, val } }) => {
    const fields = val?.ColumnRef?.fields;
    if (fields && fields.at(-1)?.A_Star) return starOf(inner, fields.length > 1 ? textOf(fields.at(-2)) : null);
    return [{ name: name ?? textOf(fields?.at(-1)) ?? '', ...foundOf(val ? valueOf(val, inner) : UNKNOWN) }];
  });
}

/** Of `a union b union c`, which is written `(a union b) union c`, each. */
function branchesOf(select: Select): Select[] {
  const branches: Select[] = [];
  let first = select;
  while (first.larg && first.rarg && (first === select || !first.withClause)) {
    branches.push(first.rarg);
    first = first.larg;
  }
  return [...branches, first].reverse();
}

/** Names are those of the first. */
const united = (branches: readonly (readonly ViewColumn[])[], { combine }: Work): readonly ViewColumn[] =>
  branches[0]!.map(({ name }, index) => ({ name, ...foundOf(combine(branches.map((columns) => columns[index] ?? UNKNOWN))) }));

const foundOf = ({ origins, isUnknown }: Found): Found => ({ origins, isUnknown });

function withQueries({ withClause }: Select, scope: Scope): Scope['queries'] {
  if (!withClause) return scope.queries;
  scope.work.take(scope.queries.size + withClause.ctes.length);
  const queries = new Map(scope.queries);
  for (const { CommonTableExpr: query } of withClause.ctes) {
    const select = query.ctequery.SelectStmt;
    const name = (columns: readonly ViewColumn[]): void => {
      scope.work.take(columns.length);
      queries.set(query.ctename, renamed(columns, query.aliascolnames));
    };
    // What a recursive one says of itself comes from where its first branch says.
    name(select ? outputsOf(select, { ...scope, queries }, withClause.recursive ? name : undefined) : []);
  }
  return queries;
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
  const { work, items, queries } = scope;
  work.take(1);
  const { RangeVar: table, RangeSubselect: subselect, JoinExpr: join, RangeTableSample: sample } = node;
  if (sample) return itemsOfNode(sample.relation, scope);
  if (join) return itemsOfJoin(join, scope);
  const select = subselect?.subquery.SelectStmt;
  if (select) return [listItem(subselect.alias, outputsOf(select, { work, items, queries, outer: scope }), work)];
  if (table) {
    const query = table.schemaname ? undefined : queries.get(table.relname);
    return [query ? listItem(table.alias ?? { aliasname: table.relname }, query, work) : tableItem(table, work)];
  }
  return [madeItem((node.RangeFunction ?? node.RangeTableFunc ?? node.JsonTable)?.alias)];
}

function itemsOfJoin({ larg, rarg, alias, join_using_alias: using }: NonNullable<Node['JoinExpr']>, scope: Scope): readonly Item[] {
  const left = itemsOfNode(larg, scope);
  scope.work.take(scope.items.length + left.length);
  const items = [...left, ...itemsOfNode(rarg, { ...scope, items: [...scope.items, ...left] })];
  const named = alias ?? using;
  return named ? [...items, joinItem(named, items, scope.work)] : items;
}

function valueOf(node: Node, scope: Scope): Found {
  scope.work.take(1);
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
    return scope.work.combine(outputsOf(node.SubLink.subselect.SelectStmt, scope).slice(0, 1));
  }
  return MADE;
}
