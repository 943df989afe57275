/** Keeps the numbers of assets by label. When assets themselves move, die or come back, a trigger does (`move_label_counts`). */
import type { Transaction } from '#platform/database/index.ts';

/** Names of an asset's confirmed labels as one text, with commas between; absent without any. */
type Confirmed = ReadonlyMap<string, string>;

/** Under a lock of the assets: who moves or deletes one meanwhile waits, and then takes along what this has counted. */
export async function countLabels(tx: Transaction, assetIds: readonly string[], before: Confirmed, after: Confirmed): Promise<void> {
  if (assetIds.length === 0) return;
  const rows = { ids: [] as string[], labels: [] as string[], changes: [] as number[] };
  for (const id of assetIds) {
    const [old, now] = [labelsOf(before.get(id)), labelsOf(after.get(id))];
    const add = (label: string, change: 1 | -1): void => {
      rows.ids.push(id);
      rows.labels.push(label);
      rows.changes.push(change);
    };
    for (const label of old) if (!now.has(label)) add(label, -1);
    for (const label of now) if (!old.has(label)) add(label, 1);
  }
  await tx`select from catalog.assets where id = any(${assetIds as string[]}::uuid[]) order by id for share`;
  await tx`
    insert into catalog.label_counts (access_class, label, count)
    select a.access_class, d.label, sum(d.change)
    from unnest(${rows.ids}::uuid[], ${rows.labels}::text[], ${rows.changes}::int[]) as d (id, label, change)
    join catalog.assets a on a.id = d.id where a.deleted_at is null group by 1, 2 having sum(d.change) <> 0`;
  await tx`select catalog.add_up_label_counts()`;
}

/** With '', which stands for any label at all. */
const labelsOf = (confirmed = ''): ReadonlySet<string> => new Set(confirmed === '' ? [] : ['', ...confirmed.split(',')]);
