/** Rows under an edit: locked until its transaction ends, so that a scan and a person never write one version twice. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { AssetRow, ColumnRow } from './tables/asset.ts';
import { isNobody, visible } from './visibility.ts';

export type LockedAsset = Pick<
  AssetRow,
  'id' | 'sourceId' | 'accessClass' | 'kind' | 'namespace' | 'name' | 'dependsOn' | 'version' | 'updatedAt' | 'deletedAt'
> & {
  domainId: string | null;
};
export type LockedColumn = Pick<ColumnRow, 'id' | 'name' | 'version' | 'deletedAt'> & { description: string | null };

/** The asset if the viewer may see it. A tombstone too. */
export async function lockAsset(tx: Transaction, classes: VisibleClasses, id: string): Promise<LockedAsset | undefined> {
  if (isNobody(classes)) return undefined;
  const [row] = await tx<LockedAsset[]>`
    select a.id, a.source_id, a.access_class, k.domain_id, a.kind, a.namespace, a.name, a.depends_on, a.version, a.updated_at, a.deleted_at
    from catalog.assets a join access.classes k on k.id = a.access_class
    where a.id = ${id} ${visible(tx, 'a', classes)} for no key update of a`;
  return row;
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

export async function touchAsset(tx: Transaction, id: string, version: number, at: Date): Promise<void> {
  await tx`update catalog.assets set version = ${version}, updated_at = ${at} where id = ${id}`;
}

export async function touchColumns(tx: Transaction, ids: readonly string[], at: Date): Promise<void> {
  await tx`update catalog.columns set version = version + 1, updated_at = ${at} where id = any(${ids as string[]}::uuid[])`;
}
