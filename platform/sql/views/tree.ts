/** The parser's trees, as much of them as is looked at: a node is an object with one member, its type. */
export type Name = { String?: { sval?: string }; A_Star?: object };
export type Alias = { aliasname: string; colnames?: Name[] };
export type Select = {
  targetList?: { ResTarget: { name?: string; val?: Node } }[];
  fromClause?: Node[];
  whereClause?: Node;
  windowClause?: { WindowDef: Window }[];
  withClause?: { recursive?: boolean; ctes: { CommonTableExpr: Query }[] };
  valuesLists?: { List: { items: Node[] } }[];
  op?: string;
  larg?: Select;
  rarg?: Select;
};
export type Query = {
  ctename: string;
  aliascolnames?: Name[];
  ctequery: Node;
  search_clause?: { search_col_list: Name[]; search_seq_column: string };
  cycle_clause?: { cycle_col_list: Name[]; cycle_mark_column: string; cycle_path_column: string };
};
/** `name`: of one that others refer to; of a function's `OVER name`, too. */
export type Window = { name?: string; refname?: string };
export type Range = { schemaname?: string; relname: string; alias?: Alias };
export type RangeFunction = {
  alias?: Alias;
  ordinality?: boolean;
  functions: { List: { items: Node[] } }[];
  coldeflist?: { ColumnDef: { colname: string } }[];
};
export type Node = {
  SelectStmt?: Select;
  ColumnRef?: { fields: Name[] };
  TypeCast?: { arg: Node };
  CollateClause?: { arg: Node };
  A_Indirection?: { arg: Node; indirection: Name[] };
  SubLink?: { subLinkType: string; testexpr?: Node; subselect: Node };
  CaseExpr?: { arg?: Node; args: { CaseWhen: { expr: Node; result: Node } }[]; defresult?: Node };
  FuncCall?: { funcname: Name[]; args?: Node[] };
  A_Expr?: { kind: string; lexpr?: Node; rexpr?: Node };
  GroupingFunc?: object;
  RangeVar?: Range;
  RangeSubselect?: { subquery: Node; alias?: Alias };
  RangeTableSample?: { relation: Node };
  JoinExpr?: { larg: Node; rarg: Node; usingClause?: Name[]; alias?: Alias; join_using_alias?: Alias };
  RangeFunction?: RangeFunction;
  RangeTableFunc?: { alias?: Alias };
  JsonTable?: { alias?: Alias };
};

export const textOf = (name: Name | undefined): string | null => name?.String?.sval ?? null;

/** Every relation that a query names, wherever. */
export function relationsIn(select: Select, take: (steps: number) => void): Range[] {
  const found: Range[] = [];
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    take(1);
    if ('RangeVar' in value) found.push(value.RangeVar as Range);
    for (const part of Object.values(value)) look(part);
  };
  look(select);
  return found;
}
