/** What a person's decision makes of an asset's labels. */
import type { LabelState } from '#platform/events/types.ts';
import { newId } from '#platform/ids.ts';
import { classifyName } from '../classification/classify.ts';
import type { AssetFacts, ColumnFacts } from '../facts.ts';
import type { ColumnLabelRow } from '../store/tables/policy.ts';
import type { Evidence } from './suggestions.ts';

/** `field`: the item's path in the operation. */
export type Decision = { columnId: string; label: string; state: LabelState; field: string };

/** The same list when nothing changes. */
export function decide(
  rows: readonly ColumnLabelRow[],
  asset: AssetFacts,
  column: ColumnFacts,
  { label, state }: Decision,
  userId: string,
  now: Date,
): readonly ColumnLabelRow[] {
  const row = rows.find((each) => each.columnId === column.id && each.label === label);
  const found = classifyName(column.name, column.dataType).find((each) => each.label === label);
  const others = rows.filter((each) => each !== row);
  if (state === 'SUGGESTED') {
    if (!row?.decidedBy) return rows;
    if (!found) return others;
    const { confidence, evidence } = found;
    return [
      ...others,
      { ...row, state, confidence, evidence, isFound: true, isLiving: true, decidedBy: null, decidedAt: null, updatedAt: now },
    ];
  }
  if (row?.decidedBy && row.state === state) return rows;
  const evidence: Evidence = { ...found?.evidence, decision: { state, by: userId, at: now.toISOString() } };
  const base = row ?? { id: newId(), columnId: column.id, assetId: asset.id, columnName: column.name, label };
  const decided = {
    state,
    confidence: 1,
    evidence,
    isFound: found !== undefined,
    decidedBy: userId,
    decidedAt: now,
    isLiving: true,
    updatedAt: now,
  };
  return [...others, { ...base, ...decided }];
}
