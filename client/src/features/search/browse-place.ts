/** Where one is among sources, databases and schemas, and what lies there. Pure. */
import type { AssetFilter } from '@/gql/graphql';

export type Place = { id: string; name: string };
type Ancestor = { id: string; displayName: string; parent?: Ancestor | null };
type Found = {
  source?: { id: string; name: string } | null;
  asset?: (Ancestor & { source?: { id: string; name: string } | null }) | null;
};

/** From the source down to where one is. */
export function placesOf({ source, asset }: Found): Place[] {
  if (!asset) return source ? [{ id: source.id, name: source.name }] : [];
  const above: Place[] = [];
  for (let each = asset.parent; each; each = each.parent) above.unshift({ id: each.id, name: each.displayName });
  return [...(asset.source ? [{ id: asset.source.id, name: asset.source.name }] : []), ...above, { id: asset.id, name: asset.displayName }];
}

export type Level =
  /** `isFlat`: without databases all its assets lie beside each other. */
  | { kind: 'SOURCE'; id: string; name: string; isFlat: boolean }
  /** `name`: the qualified one. Other sources may have a database that is called the same. */
  | { kind: 'ASSET'; id: string; name: string; sourceId: string | undefined; isDatabase: boolean };

/** What lies directly there and begins with the prefix. */
export function levelFilter(level: Level, prefix: string): AssetFilter {
  if (level.kind === 'SOURCE')
    return { sourceIds: [level.id], ...(!level.isFlat && { kinds: ['DATABASE'] }), ...(prefix && { namePrefix: prefix }) };
  return {
    ...(level.sourceId && { sourceIds: [level.sourceId] }),
    ...(level.isDatabase && { kinds: ['SCHEMA'] }),
    namePrefix: `${level.name}.${prefix}`,
  };
}
