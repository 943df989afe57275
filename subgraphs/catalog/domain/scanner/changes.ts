/** What a scan makes of an asset that it knew, or did not: rows, pure of any database. */
import { createHash } from 'node:crypto';
import type { Change } from '#platform/events/types.ts';
import { newId } from '#platform/ids.ts';
import type { ScannedAsset, ScannedColumn } from '../../connectors/types.ts';
import type { DescribedColumn } from '../../store/scannedAssets.ts';
import type { AssetRow, ColumnRow } from '../../store/tables/asset.ts';
import { diff, scannedSnapshot, type ScannedSnapshot } from '../snapshot.ts';

/** sha256 of all that the source told, but for estimates, sizes and its own ids. Connectors give lists in a fixed order. */
export const contentHash = (asset: ScannedAsset, name: string): Buffer =>
  createHash('sha256')
    .update(JSON.stringify(scannedSnapshot(asset, name)))
    .digest();

export type Target = {
  asset: ScannedAsset;
  name: string;
  hash: Buffer;
  parentId: string | null;
  sourceId: string;
  accessClass: number;
  namespace: string;
  runId: string;
  at: Date;
};

function scannedFields({ asset, name, hash, parentId, sourceId, accessClass, runId, at }: Target) {
  return {
    sourceId,
    accessClass,
    kind: asset.kind,
    name,
    path: asset.path,
    container: asset.path[0]!,
    parentId,
    nativeId: asset.nativeId,
    hash,
    sourceDescription: asset.comment,
    sourceOwner: asset.sourceOwner,
    tableFacet: asset.table,
    dependsOn: asset.dependsOn ?? null,
    rowEstimate: asset.rowEstimate,
    runId,
    updatedAt: at,
    deletedAt: null,
  };
}

const columnFields = (column: ScannedColumn) => ({
  ordinal: column.ordinal,
  dataType: column.dataType,
  nativeType: column.nativeType,
  nullable: column.nullable,
  defaultValue: column.default,
  generated: column.generated,
  sourceDescription: column.comment,
});

const newColumn = (column: ScannedColumn, assetId: string, { sourceId, accessClass, at }: Target): ColumnRow => ({
  id: newId(),
  assetId,
  sourceId,
  accessClass,
  name: column.name,
  ...columnFields(column),
  version: 1,
  updatedAt: at,
  deletedAt: null,
});

export function createRows(target: Target): { asset: AssetRow; columns: ColumnRow[] } {
  const id = newId();
  return {
    asset: { id, namespace: target.namespace, ...scannedFields(target), sizeBytes: null, version: 1, createdAt: target.at },
    columns: target.asset.columns.map((column) => newColumn(column, id, target)),
  };
}

export type AssetChange = { asset: AssetRow; before: AssetRow; changes: Change[]; newColumns: ColumnRow[]; changedColumns: ColumnRow[] };

/** The rows of a known asset as the scan now tells it: changed, renamed, moved from a removed source, or revived. */
export function changeRows(before: AssetRow, columns: readonly DescribedColumn[], target: Target): AssetChange {
  // A tombstone's columns went with it, at the same moment: before the revival they are what it had.
  const had = columns.filter((column) => column.deletedAt === null || column.deletedAt.getTime() === before.deletedAt?.getTime());
  const descriptions = new Map(columns.map((column) => [column.name, column.description]));
  const changes = diff(
    describe(scannedSnapshot(rowsToScanned(before, had), before.name), descriptions),
    describe(scannedSnapshot(target.asset, target.name), descriptions),
  );
  if (before.deletedAt) changes.unshift({ path: '/deletedAt', before: before.deletedAt.toISOString(), after: null });
  const moved = before.sourceId !== target.sourceId || before.accessClass !== target.accessClass;
  if (moved && changes.length === 0) changes.push({ path: '/sourceId', before: before.sourceId, after: target.sourceId });

  const byName = new Map(columns.map((column) => [column.name, column]));
  const newColumns: ColumnRow[] = [];
  const changedColumns: ColumnRow[] = [];
  for (const column of target.asset.columns) {
    const known = byName.get(column.name);
    byName.delete(column.name);
    if (!known) {
      newColumns.push(newColumn(column, before.id, target));
      continue;
    }
    const fields = columnFields(column);
    const same = known.deletedAt === null && (Object.keys(fields) as (keyof typeof fields)[]).every((key) => known[key] === fields[key]);
    if (same && !moved) continue;
    changedColumns.push({
      ...known,
      ...fields,
      sourceId: target.sourceId,
      accessClass: target.accessClass,
      deletedAt: null,
      ...(same ? {} : { version: known.version + 1, updatedAt: target.at }),
    });
  }
  for (const known of byName.values()) {
    // Tombstones move along: who sees the asset sees them, and nobody else.
    const gone = { ...known, sourceId: target.sourceId, accessClass: target.accessClass };
    if (gone.deletedAt === null) changedColumns.push({ ...gone, deletedAt: target.at, updatedAt: target.at, version: gone.version + 1 });
    else if (moved) changedColumns.push(gone);
  }
  return {
    asset: { ...before, ...scannedFields(target), version: before.version + 1 },
    before,
    changes,
    newColumns,
    changedColumns,
  };
}

/** A column that comes or goes brings or takes what a person said of it: the change must hold that, or it could not be reverted. */
function describe(snapshot: ScannedSnapshot, descriptions: ReadonlyMap<string, string | null>): unknown {
  const columns = Object.entries(snapshot.columns).map(([name, column]) => [
    name,
    { ...column, description: descriptions.get(name) ?? null },
  ]);
  return { ...snapshot, columns: Object.fromEntries(columns) };
}

function rowsToScanned(row: AssetRow, columns: readonly ColumnRow[]): Omit<ScannedAsset, 'nativeId' | 'rowEstimate'> {
  return {
    kind: row.kind,
    path: row.path,
    comment: row.sourceDescription,
    sourceOwner: row.sourceOwner,
    table: row.tableFacet,
    ...(row.dependsOn ? { dependsOn: row.dependsOn } : {}),
    columns: columns.map((column) => ({
      name: column.name,
      ordinal: column.ordinal,
      dataType: column.dataType,
      nativeType: column.nativeType,
      nullable: column.nullable,
      default: column.defaultValue,
      generated: column.generated,
      comment: column.sourceDescription,
    })),
  };
}
