/** Lists as connections with keyset cursors: `first` 1 to 200, default 50; a cursor belongs to one field, filter and order. */
import { createHash } from 'node:crypto';
import { InvalidInput } from '../errors.ts';

export const DEFAULT_PAGE = 50;
export const MAX_PAGE = 200;

export type PageArguments = { first?: number | null; after?: string | null };
/** What a store needs of a page: how many rows, and the key of the row before it. */
export type Page<Key extends readonly unknown[]> = { first: number; after: Key | null };

export type Connection<Node> = {
  edges: { cursor: string; node: Node }[];
  nodes: Node[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  /** Called only when the field is selected. */
  totalCount: () => Promise<number | null> | number | null;
};

/** `first` within its bounds, else BAD_USER_INPUT. */
export function pageSize(first: number | null | undefined): number {
  if (first == null) return DEFAULT_PAGE;
  if (!Number.isInteger(first) || first < 1 || first > MAX_PAGE) {
    throw new InvalidInput(`"first" must be from 1 to ${MAX_PAGE}, not ${first}.`, 'first');
  }
  return first;
}

/** Names a list: its field, filter and order. Two lists with one scope share their cursors. */
export function listScope(field: string, ...parts: unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify([field, ...parts]))
    .digest('base64url')
    .slice(0, 12);
}

export function encodeCursor(scope: string, key: readonly unknown[]): string {
  return Buffer.from(JSON.stringify([scope, ...key])).toString('base64url');
}

/** The key within a cursor of this list; BAD_USER_INPUT for any other cursor. */
export function decodeCursor<Key extends readonly unknown[]>(scope: string, cursor: string, length: number): Key {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    parts = null; // not one of our cursors: refused below
  }
  if (
    !Array.isArray(parts) ||
    parts[0] !== scope ||
    parts.length !== length + 1 ||
    !parts.every((part) => typeof part === 'string' || typeof part === 'number')
  ) {
    throw new InvalidInput('"after" is not a cursor of this list with this filter and order. Start again without it.', 'after');
  }
  return parts.slice(1) as unknown as Key;
}

/** Checks `first` and `after` together; `keyLength` is the number of columns in the list's order. */
export function readPage<Key extends readonly unknown[]>(scope: string, args: PageArguments, keyLength: number): Page<Key> {
  return { first: pageSize(args.first), after: args.after == null ? null : decodeCursor<Key>(scope, args.after, keyLength) };
}

/**
 * A connection from `first + 1` rows (the last one only tells that there is more). `keyOf` gives the columns of the
 * order; times must be given with the database's precision, or a page would repeat or miss its neighbours.
 */
export function toConnection<Row, Node = Row>(
  rows: readonly Row[],
  page: { first: number; after: unknown },
  cursorOf: (row: Row) => string,
  totalCount: Connection<Node>['totalCount'],
  toNode: (row: Row) => Node = (row) => row as unknown as Node,
): Connection<Node> {
  const edges = rows.slice(0, page.first).map((row) => ({ cursor: cursorOf(row), node: toNode(row) }));
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: rows.length > page.first,
      hasPreviousPage: page.after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount,
  };
}
