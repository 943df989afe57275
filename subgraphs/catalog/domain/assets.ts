/** People's edits of assets and their columns: each changed asset gets one version and one event, in one transaction of its own. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import { may, type Viewer } from '#platform/auth/viewer.ts';
import type { Database, Transaction } from '#platform/database/index.ts';
import { Conflict, NotAllowed, NotFound } from '#platform/errors.ts';
import { append } from '#platform/events/append.ts';
import type { Change } from '#platform/events/types.ts';
import { isId } from '#platform/ids.ts';
import { lockAsset, lockColumns, touchAsset, touchColumns, type LockedAsset, type LockedColumn } from '../store/editing.ts';
import { recordVersions } from '../store/history.ts';
import { loadWords, setColumnDescriptions, setDescription, setOwners, setTags, type AssetWords } from '../store/words.ts';
import type { CheckedAssetEdit, CheckedColumnEdit } from './edits.ts';
import { diff, escapePointer } from './snapshot.ts';

export type Editor = { viewer: Viewer; classes: VisibleClasses };

/** Throws NOT_FOUND, FORBIDDEN or CONFLICT. An edit that changes nothing writes nothing. */
export async function editAsset(sql: Database, editor: Editor, edit: CheckedAssetEdit): Promise<void> {
  await sql.begin(async (tx) => {
    const asset = isId(edit.id) ? await lockAsset(tx, editor.classes, edit.id) : undefined;
    if (!asset) throw new NotFound('asset', edit.id);
    checkRight(editor.viewer, asset);
    checkVersion('asset', asset, edit.version);
    const before = await loadWords(tx, asset.id);
    if (edit.description !== undefined) await setDescription(tx, asset.id, edit.description);
    if (edit.owners) await setOwners(tx, asset.id, edit.owners);
    if (edit.tags) await setTags(tx, asset.id, edit.tags);
    const after = await loadWords(tx, asset.id);
    await commitChange(tx, editor.viewer, asset, after, diff(before, after));
  });
}

/** Edits of columns of one asset: each column for itself, together one version of the asset. Gives the error of each, in the order of the edits. */
export async function editColumns(
  sql: Database,
  editor: Editor,
  assetId: string,
  edits: readonly CheckedColumnEdit[],
): Promise<(Error | null)[]> {
  return sql.begin(async (tx) => {
    const asset = await lockAsset(tx, editor.classes, assetId);
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
      const error = asset && column ? findError(() => checkColumn(editor.viewer, asset, column, edit)) : new NotFound('column', edit.id);
      if (error) return error;
      if (edit.description !== undefined && edit.description !== column!.description)
        changed.push({ column: column!, description: edit.description });
      return null;
    });
    if (asset && changed.length > 0) {
      const at = editTime(asset);
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
      await commitChange(tx, editor.viewer, asset, await loadWords(tx, asset.id), changes, at);
    }
    return errors;
  });
}

function checkColumn(viewer: Viewer, asset: LockedAsset, column: LockedColumn, edit: CheckedColumnEdit): void {
  checkRight(viewer, asset);
  if (asset.deletedAt || column.deletedAt) throw new Conflict('This column was deleted; it can be edited once a scan finds it again.');
  if (column.version !== edit.version) throw staleVersion('column', column.version);
}

function checkRight(viewer: Viewer, asset: LockedAsset): void {
  if (!may(viewer, 'edit', asset)) throw new NotAllowed('Editing this needs the role STEWARD or ADMIN over its source.', 'role:STEWARD');
}

function checkVersion(noun: string, asset: LockedAsset, version: number): void {
  if (asset.deletedAt)
    throw new Conflict(`This ${noun} was deleted; it can be edited once a scan finds it again.`, { currentVersion: asset.version });
  if (asset.version !== version) throw staleVersion(noun, asset.version);
}

const staleVersion = (noun: string, currentVersion: number): Conflict =>
  new Conflict(`Somebody changed this ${noun} meanwhile: its version is ${currentVersion} now. Read it again.`, { currentVersion });

/** Never before the version that it follows, whatever the clocks of two processes say: `asOf` goes by this. */
const editTime = (asset: LockedAsset): Date => new Date(Math.max(Date.now(), asset.updatedAt.getTime()));

async function commitChange(
  tx: Transaction,
  viewer: Viewer,
  asset: LockedAsset,
  words: AssetWords,
  changes: readonly Change[],
  at = editTime(asset),
): Promise<void> {
  if (changes.length === 0) return;
  const version = asset.version + 1;
  const { id, kind, namespace, name, accessClass, sourceId, domainId, dependsOn } = asset;
  await touchAsset(tx, id, version, at);
  await recordVersions(tx, [{ assetId: id, version, at, byUser: viewer.userId, byScanRun: null, changes }]);
  await append(
    tx,
    'catalog',
    [
      {
        type: 'asset.updated',
        subject: id,
        actorId: viewer.userId,
        data: { namespace, name, kind, version, changes: [...changes], ...(dependsOn ? { dependsOn } : {}) },
        attributes: {
          accessBefore: accessClass,
          accessAfter: accessClass,
          sourceId,
          ...(domainId ? { domainId } : {}),
          kind,
          namespace,
          name,
          tags: words.tags,
          ownerIds: words.owners.map((owner) => (owner.userId ?? owner.teamId)!),
        },
      },
    ],
    at,
  );
}

function findError(check: () => void): Error | null {
  try {
    check();
    return null;
  } catch (error) {
    return error as Error; // the item's result, which the caller renders or rethrows
  }
}
