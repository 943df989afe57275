import type { EventAttributes, ViewWords } from '#platform/events/types.ts';
import type { Words } from '../../store/scannedAssets.ts';
import type { AssetRow } from '../../store/tables/asset.ts';

/** In characters: a consumer of the data has a thousand events at once. */
const MAX_DEFINITION = 200_000;

/** What an asset's events say of a view. Lineage is made of it. */
export const viewWords = (dependsOn: AssetRow['dependsOn'], definition: string | null | undefined): ViewWords => ({
  ...(dependsOn ? { dependsOn } : {}),
  ...(definition && definition.length <= MAX_DEFINITION ? { definition } : {}),
});

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
