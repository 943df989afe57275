/** People's decisions on labels of columns. One outlives every scan: rules only suggest. */
import { includesClass, type VisibleClasses } from '#platform/auth/access.ts';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { Database, Queryable, Transaction } from '#platform/database/index.ts';
import { beginAgain } from '#platform/database/retry.ts';
import { Conflict, InvalidInput, NotAllowed, NotFound } from '#platform/errors.ts';
import { logPosition } from '#platform/events/append.ts';
import { readHead } from '#platform/events/log.ts';
import { hasEventsSince } from '#platform/events/since.ts';
import type { EventType, LogCursor } from '#platform/events/types.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import { isId } from '#platform/ids.ts';
import { findLabel } from '../classification/labels.ts';
import type { AssetFacts, ColumnFacts } from '../facts.ts';
import { addMissingAssets } from '../store/assets.ts';
import { findAssetsOfColumns } from '../store/columns.ts';
import { readFacts, systemContext } from '../store/facts.ts';
import { listAllLabels } from '../store/labels.ts';
import { takeLabelTurns } from '../store/locks.ts';
import { commitLabels, type LabelsOfAsset } from './labelChanges.ts';
import { decide, type Decision } from './labelDecision.ts';

/** `classes`: those that the viewer sees; `editable`: those of them whose assets the viewer may edit. */
export type Decider = { viewer: Viewer; context: RequestContext; classes: VisibleClasses; editable: VisibleClasses };

type Deps = { sql: Database; askCatalog: AskSubgraph; now?: () => Date };
type Outcome = { errors: (Error | null)[]; cursor: LogCursor };

/** What classification goes by: only after one of these can it know more of an asset than a decision that asked before. */
const ASSET_EVENTS: readonly EventType[] = ['asset.created', 'asset.updated', 'asset.deleted'];

/** Facts are asked for without a connection held. They are asked for again when one of the assets has changed by the time its turn comes. */
const TRIES = 3;

/** Gives the error of each decision, in their order; BAD_USER_INPUT, NOT_FOUND, FORBIDDEN or CONFLICT. All others are written together, one event for each asset. */
export async function decideLabels(deps: Deps, decider: Decider, decisions: readonly Decision[]): Promise<Outcome> {
  const { sql, askCatalog, now = () => new Date() } = deps;
  const wrong = decisions.map((decision, index) => checkInput(decision, decisions.slice(0, index)));
  const ids = [...new Set(decisions.filter((_, index) => !wrong[index]).map(({ columnId }) => columnId.toLowerCase()))];
  const assetIds = await findAssetsOfColumns(askCatalog, decider.context, ids.filter(isId));
  const subjects = [...new Set(assetIds.values())];
  for (let tries = 1; ; tries++) {
    const { seq } = await readHead(sql);
    const facts = await readColumns(askCatalog, sql, subjects);
    const outcome = await beginAgain(sql, async (tx): Promise<Outcome | null> => {
      await takeLabelTurns(tx, subjects);
      const isOutdated = await hasEventsSince(tx, seq, subjects, ASSET_EVENTS);
      if (isOutdated && tries < TRIES) return null;
      const cursor = await logPosition(tx);
      const assets = await loadAssets(tx, isOutdated ? await readColumns(askCatalog, tx, subjects) : facts);
      const errors = decideAll(decider, decisions, wrong, (columnId) => assets.get(assetIds.get(columnId) ?? ''), now());
      await writeChanged(tx, [...assets.values()], decider.viewer.userId, now());
      return { errors, cursor };
    });
    if (outcome) return outcome;
  }
}

function decideAll(
  decider: Decider,
  decisions: readonly Decision[],
  wrong: readonly (Error | null)[],
  labelsOf: (columnId: string) => LabelsOfAsset | undefined,
  now: Date,
): (Error | null)[] {
  return decisions.map((decision, index) => {
    if (wrong[index]) return wrong[index];
    const labels = labelsOf(decision.columnId.toLowerCase());
    const checked = checkColumn(decider, decision, labels?.asset);
    if (checked instanceof Error) return checked;
    labels!.after = decide(labels!.after, labels!.asset, checked, decision, decider.viewer.userId, now);
    return null;
  });
}

async function writeChanged(tx: Transaction, assets: readonly LabelsOfAsset[], actorId: string, now: Date): Promise<void> {
  const changed = assets.filter(({ before, after }) => after !== before);
  await addMissingAssets(
    tx,
    changed.map(({ asset }) => asset),
  );
  await commitLabels(
    tx,
    changed.map((each) => ({ ...each, actorId })),
    now,
  );
}

function checkInput({ columnId, label, field }: Decision, earlier: readonly Decision[]): Error | null {
  if (!findLabel(label)) return new InvalidInput('There is no label of this name. Take one from "labels".', `${field}.label`);
  const same = (other: Decision): boolean => other.label === label && other.columnId.toLowerCase() === columnId.toLowerCase();
  return earlier.some(same) ? new InvalidInput('This label of this column is in the list already. Give it once.', `${field}.label`) : null;
}

const readColumns = (askCatalog: AskSubgraph, sql: Queryable, ids: readonly string[]): Promise<AssetFacts[]> =>
  readFacts({ sql, askCatalog, context: systemContext() }, ids, new Set(['columns']));

async function loadAssets(tx: Transaction, assets: readonly AssetFacts[]): Promise<Map<string, LabelsOfAsset>> {
  const rows = await listAllLabels(
    tx,
    assets.map(({ id }) => id),
  );
  const known = Map.groupBy(rows, (row) => row.assetId);
  return new Map(
    assets.map((asset) => {
      const before = known.get(asset.id) ?? [];
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
