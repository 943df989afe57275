/** What the name rules find of an asset's columns, beside what people decided. */
import { newId } from '#platform/ids.ts';
import { classifyName, type FoundLabel } from '../classification/classify.ts';
import type { AssetFacts, ColumnFacts } from '../facts.ts';
import type { ColumnLabelRow } from '../store/tables/policy.ts';

/** A rule's evidence, and that of a person's decision beside it. */
export type Evidence = { rule?: string; words?: string[]; decision?: { state: 'CONFIRMED' | 'REJECTED'; by: string; at: string } };

/** The labels of an asset from now on: rows that stay as they are are the same objects. Decisions stay, whatever the rules find. */
export function suggestLabels(asset: AssetFacts, rows: readonly ColumnLabelRow[], now: Date): ColumnLabelRow[] {
  const columns = asset.deletedAt ? [] : asset.columns;
  const known = Map.groupBy(rows, (row) => row.columnId);
  const after: ColumnLabelRow[] = [];
  for (const column of columns) {
    const mine = known.get(column.id) ?? [];
    known.delete(column.id);
    const found = new Map(classifyName(column.name, column.dataType).map((each) => [each.label, each]));
    for (const row of mine) {
      const match = found.get(row.label);
      found.delete(row.label);
      if (match || row.decidedBy) after.push(changed(row, livingRow(row, match), now));
    }
    for (const match of found.values()) after.push(suggestion(asset, column, match, now));
  }
  // A decision comes back with its column, so it is kept; and a suggestion with it, for whoever looks at what was deleted.
  for (const row of [...known.values()].flat()) after.push(changed(row, { ...row, isLiving: false }, now));
  return after;
}

export function suggestion(asset: AssetFacts, column: ColumnFacts, found: FoundLabel, now: Date): ColumnLabelRow {
  return {
    id: newId(),
    columnId: column.id,
    assetId: asset.id,
    columnName: column.name,
    label: found.label,
    state: 'SUGGESTED',
    confidence: found.confidence,
    evidence: found.evidence,
    isFound: true,
    decidedBy: null,
    decidedAt: null,
    isLiving: true,
    updatedAt: now,
  };
}

function livingRow(row: ColumnLabelRow, found: FoundLabel | undefined): ColumnLabelRow {
  const { decision } = row.evidence as Evidence;
  return {
    ...row,
    isLiving: true,
    isFound: found !== undefined,
    confidence: row.decidedBy ? 1 : found!.confidence,
    evidence: { ...found?.evidence, ...(decision && { decision }) },
  };
}

/** The row as it was if nothing is new: then nothing is written. */
function changed(row: ColumnLabelRow, next: ColumnLabelRow, now: Date): ColumnLabelRow {
  const same =
    row.isLiving === next.isLiving &&
    row.isFound === next.isFound &&
    Math.fround(row.confidence) === Math.fround(next.confidence) &&
    JSON.stringify(ordered(row.evidence)) === JSON.stringify(ordered(next.evidence));
  return same ? row : { ...next, updatedAt: now };
}

/** In one order of members: PostgreSQL keeps jsonb in its own. */
const ordered = (evidence: unknown): unknown => {
  const { rule, words, decision } = evidence as Evidence;
  return [rule, words, decision?.state, decision?.by, decision?.at];
};
