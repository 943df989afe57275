/** People's decisions on labels of columns. One outlives every scan: rules only suggest. */
import { includesClass, type VisibleClasses } from '#platform/auth/access.ts';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { Database, Transaction } from '#platform/database/index.ts';
import { Conflict, InvalidInput, NotAllowed, NotFound } from '#platform/errors.ts';
import { logPosition } from '#platform/events/append.ts';
import type { LabelState, LogCursor } from '#platform/events/types.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import { isId, newId } from '#platform/ids.ts';
import { classifyName } from '../classification/classify.ts';
import { findLabel } from '../classification/labels.ts';
import type { AssetFacts, ColumnFacts } from '../facts.ts';
import { findAssetsOfColumns } from '../store/columns.ts';
import { readFacts, systemContext } from '../store/facts.ts';
import { addMissingAssets, listAllLabels } from '../store/labels.ts';
import type { ColumnLabelRow } from '../store/tables/policy.ts';
import { takeLabelTurn } from '../store/turns.ts';
import { commitLabels, type LabelsOfAsset } from './labelChanges.ts';
import type { Evidence } from './suggestions.ts';

/** `field`: the item's path in the operation. */
export type Decision = { columnId: string; label: string; state: LabelState; field: string };
/** `classes`: those that the viewer sees; `editable`: those of them whose assets the viewer may edit. */
export type Decider = { viewer: Viewer; context: RequestContext; classes: VisibleClasses; editable: VisibleClasses };

type Deps = { sql: Database; askCatalog: AskSubgraph; now?: () => Date };

/** Gives the error of each decision, in their order; BAD_USER_INPUT, NOT_FOUND, FORBIDDEN or CONFLICT. All others are written together, one event for each asset. */
export async function decideLabels(
  { sql, askCatalog, now = () => new Date() }: Deps,
  decider: Decider,
  decisions: readonly Decision[],
): Promise<{ errors: (Error | null)[]; cursor: LogCursor }> {
  const errors = decisions.map((decision, index) => checkInput(decision, decisions.slice(0, index)));
  const ids = [...new Set(decisions.filter((_, index) => !errors[index]).map(({ columnId }) => columnId.toLowerCase()))];
  const assetIds = await findAssetsOfColumns(askCatalog, decider.context, ids.filter(isId));
  return await sql.begin(async (tx) => {
    await takeLabelTurn(tx);
    const cursor = await logPosition(tx);
    const assets = await loadAssets(tx, askCatalog, [...new Set(assetIds.values())]);
    for (const [index, decision] of decisions.entries()) {
      if (errors[index]) continue;
      const labels = assets.get(assetIds.get(decision.columnId.toLowerCase()) ?? '');
      const checked = checkColumn(decider, decision, labels?.asset);
      if (checked instanceof Error) errors[index] = checked;
      else labels!.after = decide(labels!.after, labels!.asset, checked, decision, decider.viewer.userId, now());
    }
    const changed = [...assets.values()].filter(({ before, after }) => after !== before);
    await addMissingAssets(
      tx,
      changed.map(({ asset }) => asset),
    );
    await commitLabels(
      tx,
      changed.map((each) => ({ ...each, actorId: decider.viewer.userId })),
      now(),
    );
    return { errors, cursor };
  });
}

function checkInput({ columnId, label, field }: Decision, earlier: readonly Decision[]): Error | null {
  if (!findLabel(label)) return new InvalidInput('There is no label of this name. Take one from "labels".', `${field}.label`);
  const same = (other: Decision): boolean => other.label === label && other.columnId.toLowerCase() === columnId.toLowerCase();
  return earlier.some(same) ? new InvalidInput('This label of this column is in the list already. Give it once.', `${field}.label`) : null;
}

async function loadAssets(tx: Transaction, askCatalog: AskSubgraph, ids: readonly string[]): Promise<Map<string, LabelsOfAsset>> {
  const assets = await readFacts({ sql: tx, askCatalog, context: systemContext() }, ids, new Set(['columns']));
  const rows = Map.groupBy(await listAllLabels(tx, ids), (row) => row.assetId);
  return new Map(
    assets.map((asset) => {
      const before = rows.get(asset.id) ?? [];
      return [asset.id, { asset, before, after: before, actorId: null }];
    }),
  );
}

/** The column, or why it cannot be decided on. */
function checkColumn({ classes, editable }: Decider, { columnId }: Decision, asset: AssetFacts | undefined): ColumnFacts | Error {
  if (!asset || !includesClass(classes, asset.accessClass)) return new NotFound('column', columnId);
  if (!includesClass(editable, asset.accessClass)) {
    return new NotAllowed('Deciding on labels needs the role STEWARD or ADMIN over its source or its domain.', 'role:STEWARD');
  }
  const column = asset.deletedAt ? undefined : asset.columns.find(({ id }) => id === columnId.toLowerCase());
  return column ?? new Conflict('This column was deleted; its labels can be decided on once a scan finds it again.');
}

/** The same list when nothing changes. */
function decide(
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
