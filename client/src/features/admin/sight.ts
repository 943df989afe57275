/** What of each source somebody would see. */
import type { RoleRow } from './roles';

type Count = { value: string; count: number };
type Sight = { assets: number; ofAssets: number; sources: { id: string; count: number; of: number }[] };

const sum = (counts: readonly Count[]): number => counts.reduce((total, { count }) => total + count, 0);

/** `seen`, `all`: assets by source, the largest first. A source that a role is over is told also while nothing is in it. */
export function sightOf(seen: readonly Count[], all: readonly Count[], roles: readonly RoleRow[]): Sight {
  const of = new Map(all.map(({ value, count }) => [value, count]));
  const known = new Set(seen.map(({ value }) => value));
  const empty = new Set(roles.flatMap(({ role, sourceId }) => (sourceId && role !== 'INGESTOR' && !known.has(sourceId) ? [sourceId] : [])));
  return {
    assets: sum(seen),
    // Between the two questions a scan may have found more.
    ofAssets: Math.max(sum(seen), sum(all)),
    sources: [
      ...seen.map(({ value, count }) => ({ id: value, count, of: Math.max(count, of.get(value) ?? 0) })),
      ...[...empty].map((id) => ({ id, count: 0, of: of.get(id) ?? 0 })),
    ],
  };
}
