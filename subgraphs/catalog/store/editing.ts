/** Rows under an edit: locked until its transaction ends, so that a scan and a person never write one version twice. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import { isNobody, visible } from '#platform/auth/classes.ts';
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { AssetRow, ColumnRow } from './tables/asset.ts';

export type LockedAsset = Pick<
  AssetRow,
  'id' | 'sourceId' | 'accessClass' | 'kind' | 'namespace' | 'name' | 'dependsOn' | 'version' | 'updatedAt' | 'deletedAt'
>;
export type LockedColumn = Pick<ColumnRow, 'id' | 'name' | 'version' | 'deletedAt'> & { description: string | null };

/**
 * Those of the assets that the viewer may see, tombstones too, locked in the order of their ids. No join here: a row that
 * another edit changes meanwhile is looked at again, but what it was joined with is not.
 */
export async function lockAssetsToEdit(tx: Transaction, classes: VisibleClasses, ids: readonly string[]): Promise<LockedAsset[]> {
  if (isNobody(classes)) return [];
  return tx<LockedAsset[]>`
    select a.id, a.source_id, a.access_class, a.kind, a.namespace, a.name, a.depends_on, a.version, a.updated_at, a.deleted_at
    from catalog.assets a where a.id = any(${ids as string[]}::uuid[]) ${visible(tx, 'a', classes)} order by a.id for no key update`;
}

/** The asset of each column that the viewer may see. */
export async function findAssetIdsOfColumns(
  sql: Queryable,
  classes: VisibleClasses,
  columnIds: readonly string[],
): Promise<Map<string, string>> {
  if (isNobody(classes)) return new Map();
  const rows = await sql<{ id: string; assetId: string }[]>`
    select c.id, c.asset_id from catalog.columns c where c.id = any(${columnIds as string[]}::uuid[]) ${visible(sql, 'c', classes)}`;
  return new Map(rows.map((row) => [row.id, row.assetId]));
}

/** Only under its asset's lock: whoever writes columns has that first. */
export async function lockColumns(tx: Transaction, assetId: string, columnIds: readonly string[]): Promise<LockedColumn[]> {
  return tx<LockedColumn[]>`
    select c.id, c.name, c.version, c.deleted_at, e.description
    from catalog.columns c left join catalog.column_edits e on e.column_id = c.id
    where c.asset_id = ${assetId} and c.id = any(${columnIds as string[]}::uuid[]) order by c.id for no key update of c`;
}

/** One statement for all: the counters of classes are brought up to date once. */
export async function touchAssets(
  tx: Transaction,
  rows: readonly Pick<AssetRow, 'id' | 'version' | 'accessClass'>[],
  at: Date,
): Promise<void> {
  await tx`
    update catalog.assets a set version = n.version, access_class = n.access_class, updated_at = ${at}
    from unnest(${rows.map((row) => row.id)}::uuid[], ${rows.map((row) => row.version)}::int[], ${rows.map((row) => row.accessClass)}::int[])
      as n(id, version, access_class)
    where a.id = n.id`;
}

/** Columns carry their asset's class, tombstones too; and so does what search counts, which would else follow only when the log is read. */
export async function moveWhatCarriesTheClass(tx: Transaction, rows: readonly { assetId: string; accessClass: number }[]): Promise<void> {
  if (rows.length === 0) return;
  await tx`
    update catalog.columns c set access_class = n.access_class
    from unnest(${rows.map((row) => row.assetId)}::uuid[], ${rows.map((row) => row.accessClass)}::int[]) as n(asset_id, access_class)
    where c.asset_id = n.asset_id and c.access_class <> n.access_class`;
  await tx`
    update catalog.search_documents d set access_class = n.access_class
    from unnest(${rows.map((row) => row.assetId)}::uuid[], ${rows.map((row) => row.accessClass)}::int[]) as n(asset_id, access_class)
    where d.asset_id = n.asset_id and d.access_class <> n.access_class`;
}

export async function touchColumns(tx: Transaction, ids: readonly string[], at: Date): Promise<void> {
  await tx`update catalog.columns set version = version + 1, updated_at = ${at} where id = any(${ids as string[]}::uuid[])`;
}
