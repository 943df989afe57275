/** The replica of labels: what policy's events say that the living columns of assets have. */
import type { Transaction } from '#platform/database/index.ts';
import type { LabelState } from '#platform/events/types.ts';
import { countLabels } from './labelCounts.ts';

export type ToldLabels = { assetId: string; seq: number; labels: readonly { columnId: string; label: string; state: LabelState }[] };

/** Replaces the labels of each asset, given once, unless a later event has told them. Gives the assets whose confirmed labels are others now. */
export async function replaceLabels(tx: Transaction, all: readonly ToldLabels[]): Promise<string[]> {
  const taken = await tx<{ assetId: string }[]>`
    insert into catalog.labelled_assets as k (asset_id, seq)
    select * from unnest(${all.map(({ assetId }) => assetId)}::uuid[], ${all.map(({ seq }) => seq)}::bigint[]) as t (asset_id, seq) order by t.asset_id
    on conflict (asset_id) do update set seq = excluded.seq where k.seq < excluded.seq returning k.asset_id`;
  const ids = new Set(taken.map(({ assetId }) => assetId));
  const before = await listConfirmed(tx, [...ids]);
  await tx`delete from catalog.column_labels where asset_id = any(${[...ids]}::uuid[])`;
  const rows = all.filter(({ assetId }) => ids.has(assetId)).flatMap(({ assetId, labels }) => labels.map((each) => ({ ...each, assetId })));
  await tx`
    insert into catalog.column_labels (column_id, asset_id, label, state)
    select * from unnest(${rows.map(({ columnId }) => columnId)}::uuid[], ${rows.map(({ assetId }) => assetId)}::uuid[],
      ${rows.map(({ label }) => label)}::text[], ${rows.map(({ state }) => state)}::text[])`;
  const after = await listConfirmed(tx, [...ids]);
  const changed = [...ids].filter((id) => before.get(id) !== after.get(id));
  await countLabels(tx, changed, before, after);
  return changed;
}

/** As one text for each asset that has any. */
async function listConfirmed(tx: Transaction, assetIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx<{ assetId: string; labels: string }[]>`
    select asset_id, string_agg(distinct label, ',' order by label) as labels from catalog.column_labels
    where asset_id = any(${assetIds as string[]}::uuid[]) and state = 'CONFIRMED' group by asset_id`;
  return new Map(rows.map((row) => [row.assetId, row.labels]));
}
