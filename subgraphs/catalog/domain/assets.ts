/** People's edits of assets and their columns: each changed asset gets one version and one event, in one transaction of its own. */
import { includesClass, upsertClass, type VisibleClasses } from '#platform/auth/access.ts';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { Database, Transaction } from '#platform/database/index.ts';
import { beginAgain } from '#platform/database/retry.ts';
import { Conflict, InvalidInput, NotAllowed, NotFound } from '#platform/errors.ts';
import { isId } from '#platform/ids.ts';
import { lockAssetsToEdit, lockColumns, touchColumns, type LockedAsset, type LockedColumn } from '../store/editing.ts';
import { holdNodes } from '../store/vocabulary.ts';
import { loadWords, setColumnDescriptions, setDescription, setDomain, setOwners, setTags, setTerms } from '../store/words.ts';
import { commitChanges, editTime } from './assetChanges.ts';
import type { CheckedAssetEdit, CheckedColumnEdit } from './edits.ts';
import { diff, escapePointer } from './snapshot.ts';

/** `classes`: those that the viewer sees; `editable`: those of them whose assets the viewer may edit. */
export type Editor = { viewer: Viewer; classes: VisibleClasses; editable: VisibleClasses };

/**
 * Throws BAD_USER_INPUT, NOT_FOUND, FORBIDDEN or CONFLICT. An edit that changes nothing writes nothing. The asset's access
 * class follows its domain in the same transaction. `field` is the edit's path in the operation.
 */
export async function editAsset(sql: Database, editor: Editor, edit: CheckedAssetEdit, field: string): Promise<void> {
  await beginAgain(sql, async (tx) => {
    // Before the asset: a removal holds its domain or term and then wants the assets.
    await holdVocabulary(tx, edit, field);
    const [asset] = isId(edit.id) ? await lockAssetsToEdit(tx, editor.classes, [edit.id]) : [];
    if (!asset) throw new NotFound('asset', edit.id);
    checkRight(editor, asset);
    checkVersion('asset', asset, edit.version);
    const before = await loadWords(tx, asset.id);
    if (edit.description !== undefined) await setDescription(tx, asset.id, edit.description);
    if (edit.owners) await setOwners(tx, asset.id, edit.owners);
    if (edit.tags) await setTags(tx, asset.id, edit.tags);
    if (edit.termIds) await setTerms(tx, asset.id, edit.termIds);
    if (edit.domainId !== undefined) await setDomain(tx, asset.id, edit.domainId);
    const after = await loadWords(tx, asset.id);
    const accessClass =
      after.domainId === before.domainId
        ? asset.accessClass
        : await upsertClass(tx, { sourceId: asset.sourceId, domainId: after.domainId });
    await commitChanges(tx, editor.viewer.userId, [{ asset, changes: diff(before, after), accessClass }]);
  });
}

/** The edit's domain and terms cannot be removed until it is committed. */
async function holdVocabulary(tx: Transaction, { domainId, termIds }: CheckedAssetEdit, field: string): Promise<void> {
  if (domainId != null && (await holdNodes(tx, 'domain', [domainId])).length === 0) {
    throw new InvalidInput('There is no domain of this id. Take one from "domains".', `${field}.domainId`);
  }
  if (!termIds || termIds.length === 0) return;
  const held = new Set(await holdNodes(tx, 'term', termIds));
  const unknown = termIds.find((id) => !held.has(id));
  if (unknown) throw new InvalidInput(`There is no glossary term "${unknown}". Take those of "glossaryTerms".`, `${field}.termIds`);
}

/** Edits of columns of one asset: each column for itself, together one version of the asset. Gives the error of each, in the order of the edits. */
export async function editColumns(
  sql: Database,
  editor: Editor,
  assetId: string,
  edits: readonly CheckedColumnEdit[],
): Promise<(Error | null)[]> {
  return beginAgain(sql, async (tx) => {
    const [asset] = await lockAssetsToEdit(tx, editor.classes, [assetId]);
    const columns = new Map(
      (asset
        ? await lockColumns(
            tx,
            asset.id,
            edits.map((edit) => edit.id.toLowerCase()),
          )
        : []
      ).map((row) => [row.id, row]),
    );
    const changed: { column: LockedColumn; description: string | null }[] = [];
    const errors = edits.map((edit) => {
      const column = columns.get(edit.id.toLowerCase());
      const error = asset && column ? findError(() => checkColumn(editor, asset, column, edit)) : new NotFound('column', edit.id);
      if (error) return error;
      if (edit.description !== undefined && edit.description !== column!.description)
        changed.push({ column: column!, description: edit.description });
      return null;
    });
    if (asset && changed.length > 0) {
      const at = editTime([asset]);
      await setColumnDescriptions(
        tx,
        changed.map(({ column, description }) => ({ columnId: column.id, description })),
      );
      await touchColumns(
        tx,
        changed.map(({ column }) => column.id),
        at,
      );
      const changes = changed.map(({ column, description }) => ({
        path: `/columns/${escapePointer(column.name)}/description`,
        before: column.description,
        after: description,
      }));
      await commitChanges(tx, editor.viewer.userId, [{ asset, changes }], at);
    }
    return errors;
  });
}

function checkColumn(editor: Editor, asset: LockedAsset, column: LockedColumn, edit: CheckedColumnEdit): void {
  checkRight(editor, asset);
  if (asset.deletedAt || column.deletedAt) throw new Conflict('This column was deleted; it can be edited once a scan finds it again.');
  if (column.version !== edit.version) throw staleVersion('column', column.version);
}

function checkRight({ editable }: Editor, asset: LockedAsset): void {
  if (!includesClass(editable, asset.accessClass)) {
    throw new NotAllowed('Editing this needs the role STEWARD or ADMIN over its source or its domain.', 'role:STEWARD');
  }
}

function checkVersion(noun: string, asset: LockedAsset, version: number): void {
  if (asset.deletedAt)
    throw new Conflict(`This ${noun} was deleted; it can be edited once a scan finds it again.`, { currentVersion: asset.version });
  if (asset.version !== version) throw staleVersion(noun, asset.version);
}

const staleVersion = (noun: string, currentVersion: number): Conflict =>
  new Conflict(`Somebody changed this ${noun} meanwhile: its version is ${currentVersion} now. Read it again.`, { currentVersion });

function findError(check: () => void): Error | null {
  try {
    check();
    return null;
  } catch (error) {
    return error as Error; // the item's result, which the caller renders or rethrows
  }
}
