/**
 * A snapshot: all that an asset's version says, as one JSON value, and the changes between two of them. Things with a
 * name (columns, keys, checks, indexes) are members by name, so that a change's path says which one it was.
 */
import type { Change, Dependency } from '#platform/events/types.ts';
import type { AssetKind, ScannedAsset, ScannedColumn, TableFacet } from '../connectors/types.ts';

export type OwnerWords = { userId: string | null; teamId: string | null; role: string };
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type ColumnSnapshot = Omit<ScannedColumn, 'name' | 'comment'> & { sourceDescription: string | null; description: string | null };

export type Snapshot = {
  kind: AssetKind;
  name: string;
  path: string[];
  sourceDescription: string | null;
  sourceOwner: string | null;
  table: Record<string, Json> | null;
  dependsOn: Dependency[] | null;
  columns: Record<string, ColumnSnapshot>;
  description: string | null;
  owners: OwnerWords[];
  tags: string[];
  domainId: string | null;
  /** Sorted. */
  termIds: string[];
  deletedAt: string | null;
};

/** The part of a snapshot that a scan tells. */
export type ScannedSnapshot = Omit<Snapshot, 'description' | 'owners' | 'tags' | 'domainId' | 'termIds' | 'deletedAt' | 'columns'> & {
  columns: Record<string, Omit<ColumnSnapshot, 'description'>>;
};

const byName = <Item extends { name: string }>(items: readonly Item[]): Record<string, Json> =>
  Object.fromEntries(items.map(({ name, ...rest }) => [name, rest as unknown as Json]));

export function tableSnapshot(table: TableFacet): Record<string, Json> {
  return {
    definition: table.definition,
    primaryKey: table.primaryKey,
    partitioned: table.partitioned,
    foreignKeys: byName(table.foreignKeys),
    uniqueKeys: byName(table.uniqueKeys),
    checks: byName(table.checks),
    indexes: byName(table.indexes),
  };
}

export function scannedSnapshot(asset: Omit<ScannedAsset, 'nativeId' | 'rowEstimate'>, name: string): ScannedSnapshot {
  return {
    kind: asset.kind,
    name,
    path: asset.path,
    sourceDescription: asset.comment,
    sourceOwner: asset.sourceOwner,
    table: asset.table ? tableSnapshot(asset.table) : null,
    dependsOn: asset.dependsOn ?? null,
    columns: Object.fromEntries(
      asset.columns.map(({ name: column, comment, ...rest }) => [column, { ...rest, sourceDescription: comment }]),
    ),
  };
}

export const escapePointer = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');
const unescapePointer = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, index) => same(item, b[index]));
  if (isMap(a) && isMap(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
  }
  return false;
}

/**
 * What changed, as JSON Pointers (RFC 6901). A member that came or went is one change; `before` or `after` is undefined
 * where there was nothing, which is not the same as null. Arrays change as a whole.
 */
export function diff(before: unknown, after: unknown, path = ''): Change[] {
  if (isMap(before) && isMap(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) =>
      diff(
        Object.hasOwn(before, key) ? before[key] : undefined,
        Object.hasOwn(after, key) ? after[key] : undefined,
        `${path}/${escapePointer(key)}`,
      ),
    );
  }
  return same(before, after) ? [] : [{ path, before, after }];
}

/** The snapshot before these changes were made. Does not touch its argument. */
export function revert<Value>(snapshot: Value, changes: readonly Change[]): Value {
  const copy = structuredClone(snapshot);
  for (const { path, before } of changes) {
    const parts = path.split('/').slice(1).map(unescapePointer);
    const last = parts.pop();
    if (last === undefined) continue;
    let holder = copy as Record<string, unknown>;
    for (const part of parts) {
      if (!Object.hasOwn(holder, part) || !isMap(holder[part])) setMember(holder, part, {});
      holder = holder[part] as Record<string, unknown>;
    }
    if (before === undefined) delete holder[last];
    else setMember(holder, last, structuredClone(before));
  }
  return copy;
}

/** As a member of its own, also where a column is called `__proto__`. */
function setMember(holder: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true });
}
