/** What an asset was at a version, from what it is later and the changes on the way there. */
import type { Database } from '#platform/database/index.ts';
import { loadTrails, type Trail } from '../store/history.ts';
import { revert } from './snapshot.ts';

/** The snapshots of these versions of one asset, walking back once. */
export function walkBack(trail: Trail, versions: ReadonlySet<number>): Map<number, unknown> {
  const found = new Map<number, unknown>();
  let snapshot = trail.base.snapshot;
  if (versions.has(trail.base.version)) found.set(trail.base.version, snapshot);
  for (const { version, changes } of trail.changes) {
    snapshot = revert(snapshot, changes);
    if (versions.has(version - 1)) found.set(version - 1, snapshot);
  }
  return found;
}

/** The snapshot of each version, in the order asked; null for a version that there is not. */
export async function reconstruct(sql: Database, keys: readonly { assetId: string; version: number }[]): Promise<unknown[]> {
  const byAsset = Map.groupBy(keys, (key) => key.assetId);
  const ranges = [...byAsset].map(([assetId, group]) => {
    const versions = group.map((key) => key.version);
    return { assetId, from: Math.min(...versions), to: Math.max(...versions) };
  });
  // One moment for the current rows, the stored snapshots and the changes between.
  const trails = await sql.begin('isolation level repeatable read read only', (tx) => loadTrails(tx, ranges));
  const snapshots = new Map(
    [...byAsset].map(([assetId, group]) => {
      const trail = trails.get(assetId);
      return [assetId, trail ? walkBack(trail, new Set(group.map((key) => key.version))) : new Map<number, unknown>()];
    }),
  );
  return keys.map((key) => snapshots.get(key.assetId)?.get(key.version) ?? null);
}
