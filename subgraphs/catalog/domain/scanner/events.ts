import type { EventAttributes } from '#platform/events/types.ts';
import type { Words } from '../../store/scannedAssets.ts';
import type { AssetRow } from '../../store/tables/asset.ts';

/** What an asset's events carry for filters and replicas; the access classes before and after are the caller's to add. */
export function attributesOf(asset: Pick<AssetRow, 'sourceId' | 'kind' | 'namespace' | 'name'>, words: Words | undefined): EventAttributes {
  return {
    sourceId: asset.sourceId,
    ...(words?.domainId ? { domainId: words.domainId } : {}),
    kind: asset.kind,
    namespace: asset.namespace,
    name: asset.name,
    tags: words?.tags ?? [],
    labels: words?.labels ?? [],
    ownerIds: (words?.owners ?? []).map((owner) => (owner.userId ?? owner.teamId)!),
  };
}
