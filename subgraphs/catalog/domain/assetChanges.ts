/** What each change of people's words writes: the asset's version, its row, its columns' class, and its event. */
import type { Transaction } from '#platform/database/index.ts';
import { append } from '#platform/events/append.ts';
import type { Change, NewEvent } from '#platform/events/types.ts';
import { following } from '#platform/dateTime.ts';
import { moveWhatCarriesTheClass, touchAssets, type LockedAsset } from '../store/editing.ts';
import { recordVersions } from '../store/history.ts';
import { listWords } from '../store/scannedAssets.ts';
import { attributesOf } from './scanner/events.ts';

/** `accessClass`: from now on; absent: as it was. */
export type ChangedAsset = { asset: LockedAsset; changes: readonly Change[]; accessClass?: number };

/** Never before the versions that it follows: `asOf` goes by this. */
export const editTime = (assets: readonly Pick<LockedAsset, 'updatedAt'>[]): Date =>
  following(new Date(), ...assets.map((asset) => asset.updatedAt));

/** After the words are written, and under the assets' locks. An asset without a change is left alone. */
export async function commitChanges(
  tx: Transaction,
  actorId: string | null,
  all: readonly ChangedAsset[],
  at = editTime(all.map(({ asset }) => asset)),
): Promise<void> {
  const changed = all
    .filter(({ changes }) => changes.length > 0)
    .map(({ asset, changes, accessClass = asset.accessClass }) => ({
      asset,
      changes: [...changes],
      accessClass,
      version: asset.version + 1,
    }));
  if (changed.length === 0) return;
  await touchAssets(
    tx,
    changed.map(({ asset, version, accessClass }) => ({ id: asset.id, version, accessClass })),
    at,
  );
  await moveWhatCarriesTheClass(
    tx,
    changed
      .filter(({ asset, accessClass }) => accessClass !== asset.accessClass)
      .map(({ asset, accessClass }) => ({ assetId: asset.id, accessClass })),
  );
  await recordVersions(
    tx,
    changed.map(({ asset, version, changes }) => ({ assetId: asset.id, version, at, byUser: actorId, byScanRun: null, changes })),
  );
  const words = await listWords(
    tx,
    changed.map(({ asset }) => asset.id),
  );
  await append(
    tx,
    'catalog',
    changed.map(({ asset, version, changes, accessClass }): NewEvent => {
      const { id, kind, namespace, name, dependsOn } = asset;
      return {
        type: 'asset.updated',
        subject: id,
        actorId,
        // People change nothing of what a view is.
        data: { namespace, name, kind, version, changes, ...(dependsOn && { dependsOn }) },
        attributes: { ...attributesOf(asset, words.get(id)), accessBefore: asset.accessClass, accessAfter: accessClass },
      };
    }),
    at,
  );
}
