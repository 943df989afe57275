/** The columns of an asset as the schema shows them, and which of them a filter leaves. */
import { graphql } from '@/gql';
import type { SchemaColumnFragment } from '@/gql/graphql';
import type { Table } from './asset-query';

graphql(`
  fragment SchemaColumn on Column {
    ordinal
    name
    dataType
    nativeType
    nullable
    default
    generated
    description
    sourceDescription
    deletedAt
    updatedAt
    ...ColumnLabels
  }
`);
export const SCHEMA_TAB = graphql(`
  query SchemaTab($id: ID!, $after: String) {
    columns(
      filter: { assetIds: [$id], includeDeleted: true }
      first: 200
      after: $after
      orderBy: { field: ASSET_AND_ORDINAL, direction: ASC }
    ) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        ...SchemaColumn
      }
    }
  }
`);

export type Column = SchemaColumnFragment;
export type ColumnLabel = NonNullable<Column['labels']>[number];

/** Of a table's primary key, unique keys and foreign keys, by the column's name. */
export type Keys = ReadonlyMap<string, { isPrimary: boolean; isUnique: boolean; foreign?: Table['foreignKeys'][number] }>;

export function keysOf(table: Table | null | undefined): Keys {
  const keys = new Map<string, { isPrimary: boolean; isUnique: boolean; foreign?: Table['foreignKeys'][number] }>();
  const of = (name: string) => keys.get(name) ?? { isPrimary: false, isUnique: false };
  for (const name of table?.primaryKey ?? []) keys.set(name, { ...of(name), isPrimary: true });
  // A key of several columns does not make any of them unique.
  for (const { columns } of table?.uniqueKeys ?? [])
    if (columns.length === 1) keys.set(columns[0]!, { ...of(columns[0]!), isUnique: true });
  for (const foreign of table?.foreignKeys ?? []) for (const name of foreign.columns) keys.set(name, { ...of(name), foreign });
  return keys;
}

export const isUndecided = ({ labels }: Pick<Column, 'labels'>): boolean => labels?.some(({ state }) => state === 'SUGGESTED') ?? false;
export const suggestionsOf = ({ labels }: Pick<Column, 'labels'>): ColumnLabel[] =>
  (labels ?? []).filter(({ state }) => state === 'SUGGESTED').toSorted((a, b) => b.confidence - a.confidence);
/** What a person says of it, else what the source says. */
export const descriptionOf = ({ description, sourceDescription }: Pick<Column, 'description' | 'sourceDescription'>): string =>
  description ?? sourceDescription ?? '';

export type SchemaFilter = { text: string; labels: readonly string[]; undecided: boolean; removed: boolean };

/** Removed columns are a list of their own. */
export function filterColumns(columns: readonly Column[], { text, labels, undecided, removed }: SchemaFilter): Column[] {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  return columns.filter((column) => {
    if (Boolean(column.deletedAt) !== removed) return false;
    if (undecided && !isUndecided(column)) return false;
    const states = (column.labels ?? []).filter(({ state }) => state !== 'REJECTED').map(({ label }) => label.name);
    if (labels.length > 0 && !labels.some((label) => states.includes(label))) return false;
    const where = `${column.name} ${column.dataType} ${column.nativeType} ${descriptionOf(column)}`.toLowerCase();
    return words.every((word) => where.includes(word));
  });
}
