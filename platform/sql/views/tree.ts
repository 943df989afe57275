/** The parser's trees, as much of them as is looked at: a node is an object with one member, its type. */
export type Name = { String?: { sval?: string }; A_Star?: object };
export type Alias = { aliasname: string; colnames?: Name[] };
export type Select = {
  targetList?: { ResTarget: { name?: string; val?: Node } }[];
  fromClause?: Node[];
  withClause?: { recursive?: boolean; ctes: { CommonTableExpr: { ctename: string; aliascolnames?: Name[]; ctequery: Node } }[] };
  valuesLists?: { List: { items: Node[] } }[];
  op?: string;
  larg?: Select;
  rarg?: Select;
};
export type Range = { schemaname?: string; relname: string; alias?: Alias };
export type Node = {
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

export const textOf = (name: Name | undefined): string | null => name?.String?.sval ?? null;
