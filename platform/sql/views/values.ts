/** What the value of an expression is made of. */
import { referenceOf, rowOf, type Scope } from './scope.ts';
import { textOf, type Node, type Window } from './tree.ts';
import { MADE, UNKNOWN, type Found } from './work.ts';

export function valueOf(node: Node, scope: Scope): Found {
  const { work, read } = scope;
  work.take(1);
  if (node.ColumnRef) return columnOf(node.ColumnRef.fields, scope);
  if (node.TypeCast) return valueOf(node.TypeCast.arg, scope);
  if (node.CollateClause) return valueOf(node.CollateClause.arg, scope);
  if (node.A_Indirection) {
    const { arg, indirection } = node.A_Indirection;
    // `(u.*).email` and `(u).email`: a column of a row.
    const fields = arg.ColumnRef?.fields.filter((field) => !field.A_Star);
    const found = fields && textOf(indirection[0]) ? referenceOf([...fields, indirection[0]!], scope) : UNKNOWN;
    // An element or a field of a column shows a part of it.
    const part = found.isUnknown ? valueOf(arg, scope) : found;
    return work.isLineage ? work.combine([part, ...partsOf({ agg_filter: indirection }, scope)]) : part;
  }
  const query = node.SubLink?.subselect.SelectStmt;
  if (query && node.SubLink!.subLinkType === 'EXPR_SUBLINK') return work.combine(read.outputs(query, scope).slice(0, 1));
  return work.isLineage ? madeOf(node, scope) : MADE;
}

function columnOf(fields: NonNullable<Node['ColumnRef']>['fields'], scope: Scope): Found {
  const found = referenceOf(fields, scope);
  if (!scope.work.isLineage || !found.isUnknown || found.origins.length > 0) return found;
  // `u.*` as one value, or `u`.
  const name = fields.at(-1)?.A_Star ? fields.at(-2) : fields.length === 1 ? fields[0] : undefined;
  return name ? scope.work.made(rowOf(textOf(name), scope), 'DIRECT') : found;
}

/** Of what is neither a column nor a part of one. */
function madeOf(node: Node, scope: Scope): Found {
  const { work, read } = scope;
  const from = (manner: 'DIRECT' | 'CONDITIONAL', nodes: readonly (Node | undefined)[]): Found[] =>
    nodes.flatMap((each) => (each ? work.made(valueOf(each, scope), manner) : []));
  const all = (...found: Found[]): Found => (found.length === 0 ? MADE : work.combine(found));

  if (node.CaseExpr) {
    const { arg, args, defresult } = node.CaseExpr;
    const branches = args.map(({ CaseWhen }) => CaseWhen);
    return all(
      ...from('DIRECT', [...branches.map(({ result }) => result), defresult]),
      ...from('CONDITIONAL', [arg, ...branches.map(({ expr }) => expr)]),
    );
  }
  if (node.A_Expr?.kind === 'AEXPR_NULLIF') {
    return all(...from('DIRECT', [node.A_Expr.lexpr]), ...from('CONDITIONAL', [node.A_Expr.rexpr]));
  }
  if (node.SubLink) {
    const { subLinkType, testexpr, subselect } = node.SubLink;
    // Whether there is a row is what its condition says.
    if (subLinkType === 'EXISTS_SUBLINK') {
      return subselect.SelectStmt ? work.made(read.condition(subselect.SelectStmt, scope), 'CONDITIONAL') : MADE;
    }
    return all(...from('DIRECT', [testexpr, subselect]));
  }
  if (node.SelectStmt) return all(...read.outputs(node.SelectStmt, scope));
  // It tells of the query, not of the column.
  if (node.GroupingFunc) return MADE;
  return all(...partsOf(node, scope));
}

/** Of functions, operators and all that only holds others: the parser has some hundred types of nodes. */
function partsOf(node: object, scope: Scope): Found[] {
  const { work } = scope;
  const isOrdered = 'agg_within_group' in node;
  return Object.entries(node).flatMap(([member, part]: [string, unknown]): Found[] => {
    if (typeof part !== 'object' || part === null) return [];
    if (member === 'over') return [work.made(windowOf(part, scope), 'CONDITIONAL')];
    const isDeciding = member === 'agg_filter' || (member === 'agg_order' && !isOrdered);
    const parts = Array.isArray(part) ? (part as Node[]) : [part as Node];
    return parts.map((each) => work.made(valueOf(each, scope), isDeciding ? 'CONDITIONAL' : 'DIRECT'));
  });
}

/** What decides which rows a window function looks at, and in which order. */
export function windowOf({ name, refname, ...window }: Window, scope: Scope): Found {
  const known = [name, refname].flatMap((each) => (each === undefined ? [] : (scope.windows.get(each) ?? [])));
  return scope.work.combine([MADE, ...known, ...partsOf(window, scope)]);
}
