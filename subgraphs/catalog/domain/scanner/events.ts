import { isDeepStrictEqual } from 'node:util';
import type { EventAttributes, ViewWords } from '#platform/events/types.ts';
import type { Words } from '../../store/scannedAssets.ts';
import type { AssetRow } from '../../store/tables/asset.ts';

/** In characters: a consumer of the data has a thousand events at once. */
const MAX_DEFINITION = 200_000;

type View = { dependsOn: AssetRow['dependsOn']; definition: string | null };

/** As a scan knows it. */
export const viewOf = ({ dependsOn, tableFacet }: Pick<AssetRow, 'dependsOn' | 'tableFacet'>): View => ({
  dependsOn,
  definition: tableFacet?.definition ?? null,
});

/** What an asset's events say of a view, which lineage is made of. The SQL is told only where the view became another (`before` null: it is new). */
export function viewWords(view: View, before: View | null): ViewWords {
  const words = view.dependsOn ? { dependsOn: view.dependsOn } : {};
  if (before && isDeepStrictEqual(before, view)) return words;
  const { definition } = view;
  if (definition !== null && definition.length <= MAX_DEFINITION) return { ...words, definition };
  return before || definition !== null ? { ...words, definition: null } : words;
}

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
