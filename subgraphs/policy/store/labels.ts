/** Labels of columns: what a viewer may read of them, and what is written of whole assets at once. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import { isNobody, visible } from '#platform/auth/classes.ts';
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { ColumnLabelRow } from './tables/policy.ts';

/** In every state, by name. Deleted columns still have theirs. */
export async function listLabelsOfColumns(
  sql: Queryable,
  classes: VisibleClasses,
  columnIds: readonly string[],
): Promise<ColumnLabelRow[]> {
  if (isNobody(classes)) return [];
  return sql<ColumnLabelRow[]>`
    select l.* from policy.column_labels l join policy.assets a on a.asset_id = l.asset_id
    where l.column_id = any(${columnIds as string[]}::uuid[]) ${visible(sql, 'a', classes)} order by l.column_id, l.label`;
}

/** Names of confirmed ones of the living columns of each asset, in their order. */
export async function listLabelsOfAssets(
  sql: Queryable,
  classes: VisibleClasses,
  assetIds: readonly string[],
): Promise<{ assetId: string; label: string }[]> {
  if (isNobody(classes)) return [];
  return sql<{ assetId: string; label: string }[]>`
    select distinct l.asset_id, l.label from policy.column_labels l join policy.assets a on a.asset_id = l.asset_id
    where l.asset_id = any(${assetIds as string[]}::uuid[]) and l.state = 'CONFIRMED' and l.is_living ${visible(sql, 'a', classes)}
    order by l.asset_id, l.label`;
}

export async function findLabelsById(sql: Queryable, classes: VisibleClasses, ids: readonly string[]): Promise<ColumnLabelRow[]> {
  if (isNobody(classes)) return [];
  return sql<ColumnLabelRow[]>`
    select l.* from policy.column_labels l join policy.assets a on a.asset_id = l.asset_id
    where l.id = any(${ids as string[]}::uuid[]) ${visible(sql, 'a', classes)}`;
}

/** Every row of the assets, of deleted columns too. */
export async function listAllLabels(tx: Transaction, assetIds: readonly string[]): Promise<ColumnLabelRow[]> {
  return tx<ColumnLabelRow[]>`
    select * from policy.column_labels where asset_id = any(${assetIds as string[]}::uuid[]) order by asset_id, column_id, label`;
}

/** Inserts them, or replaces those of the same ids. */
export async function upsertLabels(tx: Transaction, rows: readonly ColumnLabelRow[]): Promise<void> {
  if (rows.length === 0) return;
  const values = rows.map((row) => ({
    id: row.id,
    column_id: row.columnId,
    asset_id: row.assetId,
    column_name: row.columnName,
    label: row.label,
    state: row.state,
    confidence: row.confidence,
    evidence: row.evidence,
    is_found: row.isFound,
    decided_by: row.decidedBy,
    decided_at: row.decidedAt,
    is_living: row.isLiving,
    updated_at: row.updatedAt,
  }));
  await tx`
    insert into policy.column_labels
      (id, column_id, asset_id, column_name, label, state, confidence, evidence, is_found, decided_by, decided_at, is_living, updated_at)
    select id, column_id, asset_id, column_name, label, state, confidence, evidence, is_found, decided_by, decided_at, is_living, updated_at
    from jsonb_to_recordset(${JSON.stringify(values)}::text::jsonb) as r (id uuid, column_id uuid, asset_id uuid, column_name text, label text, state text,
      confidence real, evidence jsonb, is_found boolean, decided_by uuid, decided_at timestamptz, is_living boolean, updated_at timestamptz)
    on conflict (id) do update set state = excluded.state, confidence = excluded.confidence, evidence = excluded.evidence, is_found = excluded.is_found,
      decided_by = excluded.decided_by, decided_at = excluded.decided_at, is_living = excluded.is_living, updated_at = excluded.updated_at`;
}

export async function deleteLabels(tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx`delete from policy.column_labels where id = any(${ids as string[]}::uuid[])`;
}
