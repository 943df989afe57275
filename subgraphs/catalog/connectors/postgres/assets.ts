/** Rows of the catalog as assets of the connector contract. */
import type { Dependency } from '#platform/events/types.ts';
import { qualifiedName, type AssetKind, type ForeignKeyFacet, type ScannedAsset, type ScannedColumn, type TableFacet } from '../types.ts';
import type {
  ColumnsRow,
  ConstraintRow,
  DatabaseRow,
  DependencyRow,
  IndexRow,
  RelationKind,
  RelationRow,
  SchemaRow,
  TypeRow,
} from './queries.ts';

const KINDS: Record<RelationKind, AssetKind> = { r: 'TABLE', p: 'TABLE', v: 'VIEW', m: 'MATERIALIZED_VIEW', f: 'EXTERNAL_TABLE' };

/** `<database oid>/<oid>`. A schema's oid is of another catalog and could equal a relation's, so it is marked. */
export const relationId = (database: DatabaseRow, oid: number): string => `${database[0]}/${oid}`;
export const schemaId = (database: DatabaseRow, oid: number): string => `${database[0]}/n${oid}`;

const container = (kind: AssetKind, path: string[], nativeId: string, owner: string, comment: string | null): ScannedAsset => ({
  kind,
  path,
  nativeId,
  comment,
  sourceOwner: owner,
  columns: [],
  table: null,
  rowEstimate: null,
});

export const databaseAsset = ([oid, name, owner, comment]: DatabaseRow): ScannedAsset =>
  container('DATABASE', [name], String(oid), owner, comment);

export const schemaAsset = (database: DatabaseRow, [oid, name, owner, comment]: SchemaRow): ScannedAsset =>
  container('SCHEMA', [database[1], name], schemaId(database, oid), owner, comment);

/** The names of the types met so far: `format_type` with and without its modifier. */
export type TypeNames = {
  /** The pairs of these columns that are not known yet. */
  missing(rows: readonly ColumnsRow[]): [type: number, modifier: number][];
  learn(types: readonly TypeRow[]): void;
  get(type: number, modifier: number): { name: string; bareName: string };
};

export function createTypeNames(): TypeNames {
  const known = new Map<string, { name: string; bareName: string }>();
  const key = (type: number, modifier: number) => `${type}:${modifier}`;
  return {
    missing: (rows) => {
      const pairs = new Map<string, [number, number]>();
      for (const [, , , types, modifiers] of rows) {
        for (const [position, type] of types.entries()) {
          const modifier = modifiers[position]!;
          const pair = key(type, modifier);
          if (!known.has(pair)) pairs.set(pair, [type, modifier]);
        }
      }
      return [...pairs.values()];
    },
    learn: (types) => {
      for (const [type, modifier, name, bareName] of types) known.set(key(type, modifier), { name, bareName });
    },
    get: (type, modifier) => known.get(key(type, modifier))!,
  };
}

export const isView = ([, , , kind]: RelationRow): boolean => kind === 'v' || kind === 'm';

export type RelationRows = {
  relation: RelationRow;
  /** Absent for a relation without columns. */
  columns: ColumnsRow | undefined;
  constraints: ConstraintRow[];
  indexes: IndexRow[];
  definition: string | null;
  dependencies: DependencyRow[];
};

export function relationAsset(database: DatabaseRow, rows: RelationRows, types: TypeNames): ScannedAsset {
  const [oid, schema, name, kind, owner, comment, estimate] = rows.relation;
  const columnNames = new Map(rows.columns?.[1].map((number, position) => [number, rows.columns![2][position]!]));
  const named = (numbers: readonly number[]): string[] => numbers.map((number) => columnNames.get(number) ?? String(number));
  const asset: ScannedAsset = {
    kind: KINDS[kind],
    path: [database[1], schema, name],
    nativeId: relationId(database, oid),
    comment,
    sourceOwner: owner,
    columns: rows.columns ? scannedColumns(rows.columns, types) : [],
    table: {
      definition: rows.definition,
      ...keys(database, rows.constraints, named),
      indexes: rows.indexes.map((index) => scannedIndex(index, named)).sort(byName),
      partitioned: kind === 'p',
    },
    rowEstimate: estimate,
  };
  if (rows.dependencies.length > 0) asset.dependsOn = dependsOn(database, rows.dependencies);
  return asset;
}

function scannedColumns(
  [, numbers, names, columnTypes, modifiers, notNull, generated, expressions, comments]: ColumnsRow,
  types: TypeNames,
): ScannedColumn[] {
  return numbers.map((ordinal, position) => {
    const { name: nativeType, bareName: dataType } = types.get(columnTypes[position]!, modifiers[position]!);
    return {
      name: names[position]!,
      ordinal,
      dataType,
      nativeType,
      nullable: !notNull[position],
      default: expressions?.[ordinal] ?? null,
      generated: generated?.[ordinal] !== undefined,
      comment: comments?.[ordinal] ?? null,
    };
  });
}

type Named = (numbers: readonly number[]) => string[];

function keys(
  database: DatabaseRow,
  rows: readonly ConstraintRow[],
  named: Named,
): Omit<TableFacet, 'definition' | 'indexes' | 'partitioned'> {
  const primaryKey: string[] = [];
  const foreignKeys: ForeignKeyFacet[] = [];
  const uniqueKeys: TableFacet['uniqueKeys'] = [];
  const checks: TableFacet['checks'] = [];
  for (const [, name, kind, numbers, expression, schema, relation, referencesColumns] of rows) {
    const columns = named(int2Array(numbers));
    if (kind === 'p') primaryKey.push(...columns);
    else if (kind === 'u') uniqueKeys.push({ name, columns });
    else if (kind === 'c') checks.push({ name, expression: expression ?? '' });
    else {
      const referencesName = qualifiedName([database[1], schema ?? '', relation ?? '']);
      foreignKeys.push({ name, columns, referencesName, referencesColumns: referencesColumns ?? [] });
    }
  }
  return { primaryKey, foreignKeys: foreignKeys.sort(byName), uniqueKeys: uniqueKeys.sort(byName), checks: checks.sort(byName) };
}

function scannedIndex([, name, unique, keyCount, keyText, expressions, definition]: IndexRow, named: Named): TableFacet['indexes'][number] {
  const numbers = keyText.split(' ').slice(0, keyCount).map(Number);
  const columns = named(numbers).map((column, position) => (numbers[position] === 0 ? (expressions?.[position] ?? '') : column));
  return { name, columns, unique, definition: definition ?? '' };
}

/** `{1,2}` → [1, 2] */
const int2Array = (text: string | null): number[] => (text === null || text === '{}' ? [] : text.slice(1, -1).split(',').map(Number));

function dependsOn(database: DatabaseRow, rows: readonly DependencyRow[]): Dependency[] {
  const columns = new Map<string, Set<string>>();
  for (const [, schema, relation, column] of rows) {
    const name = qualifiedName([database[1], schema, relation]);
    const used = columns.get(name) ?? new Set<string>();
    if (column !== null) used.add(column);
    columns.set(name, used);
  }
  return [...columns].map(([name, used]) => ({ name, columns: [...used].sort() })).sort(byName);
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/**
 * Whether all that the server prints by opening the relation was printed: it is not while the relation is locked, and not
 * when the relation was dropped meanwhile.
 */
export function isComplete({ relation, columns, constraints, indexes, definition }: RelationRows): boolean {
  return (
    (definition !== null || !isView(relation)) &&
    Object.entries(columns?.[6] ?? {}).every(([number, kind]) => kind !== 'c' || columns?.[7]?.[Number(number)] != null) &&
    constraints.every((constraint) => constraint[2] !== 'c' || constraint[4] !== null) &&
    indexes.every((index) => index[6] !== null)
  );
}
