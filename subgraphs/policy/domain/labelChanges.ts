/** Writes what became of the labels of assets, with one event for each asset that has changed. */
import type { Transaction } from '#platform/database/index.ts';
import { append } from '#platform/events/append.ts';
import type { EventAttributes, LabelChange, NewEvent } from '#platform/events/types.ts';
import { ownerIdsOf, type AssetFacts } from '../facts.ts';
import { deleteLabels, upsertLabels } from '../store/labels.ts';
import type { ColumnLabelRow } from '../store/tables/policy.ts';

/** Labels of an asset before and after a change. */
export type LabelsOfAsset = {
  asset: AssetFacts;
  before: readonly ColumnLabelRow[];
  after: readonly ColumnLabelRow[];
  /** The user who decided; null for what the rules found. */
  actorId: string | null;
};

/** Within the turn of labels. An asset whose labels say what they said before has no event, though rows may be written. */
export async function commitLabels(tx: Transaction, assets: readonly LabelsOfAsset[], now = new Date()): Promise<void> {
  const deleted: string[] = [];
  const written: ColumnLabelRow[] = [];
  for (const { before, after } of assets) {
    const kept = new Set(after.map(({ id }) => id));
    const known = new Set(before);
    deleted.push(...before.filter(({ id }) => !kept.has(id)).map(({ id }) => id));
    written.push(...after.filter((row) => !known.has(row)));
  }
  await deleteLabels(tx, deleted);
  await upsertLabels(tx, written);
  await append(
    tx,
    'policy',
    assets.flatMap((each) => eventOf(each) ?? []),
    now,
  );
}

function eventOf({ asset, before, after, actorId }: LabelsOfAsset): NewEvent | null {
  const changes = changesOf(before, after);
  if (changes.length === 0) return null;
  const { id, kind, namespace, name } = asset;
  return {
    type: typeOf(changes, actorId),
    subject: id,
    actorId,
    data: { kind, namespace, name, changes },
    attributes: attributesOf(asset, after),
  };
}

/** What is not on a living column counts as absent. */
export function changesOf(before: readonly ColumnLabelRow[], after: readonly ColumnLabelRow[]): LabelChange[] {
  const old = new Map(before.map((row) => [row.id, row]));
  const changes: LabelChange[] = [];
  const add = (row: ColumnLabelRow, was: ColumnLabelRow | undefined, is: ColumnLabelRow | undefined): void => {
    const change = { before: was?.isLiving ? was.state : null, after: is?.isLiving ? is.state : null };
    if (change.before !== change.after) changes.push({ columnId: row.columnId, column: row.columnName, label: row.label, ...change });
  };
  for (const row of after) {
    add(row, old.get(row.id), row);
    old.delete(row.id);
  }
  for (const row of old.values()) add(row, row, undefined);
  return changes;
}

/** A batch may decide one thing and another of an asset: the event tells all of it, and is called by the weightiest. */
function typeOf(
  changes: readonly LabelChange[],
  actorId: string | null,
): 'classification.suggested' | 'classification.confirmed' | 'classification.rejected' {
  if (actorId === null) return 'classification.suggested';
  if (changes.some(({ after }) => after === 'CONFIRMED')) return 'classification.confirmed';
  return changes.some(({ after }) => after === 'REJECTED') ? 'classification.rejected' : 'classification.suggested';
}

function attributesOf(asset: AssetFacts, rows: readonly ColumnLabelRow[]): EventAttributes {
  const living = rows.filter(({ isLiving }) => isLiving);
  const confirmed = living.filter(({ state }) => state === 'CONFIRMED').map(({ label }) => label);
  return {
    accessBefore: asset.accessClass,
    accessAfter: asset.accessClass,
    sourceId: asset.sourceId,
    ...(asset.domainId && { domainId: asset.domainId }),
    kind: asset.kind,
    namespace: asset.namespace,
    name: asset.name,
    tags: [...asset.tags],
    ownerIds: ownerIdsOf(asset),
    labels: [...new Set(confirmed)].toSorted(),
    columnLabels: living.map(({ columnId, label, state }) => ({ columnId, label, state })),
  };
}
