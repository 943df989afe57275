/** The SQL of views, as it is and as it was. */
import { isNobody } from '#platform/auth/classes.ts';
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { Database } from '#platform/database/index.ts';
import { findDefinitions } from '../store/facts.ts';
import { findVersionNumbers } from '../store/history.ts';
import { reconstruct } from './history.ts';
import type { Snapshot } from './snapshot.ts';

/** `at` null: now. */
export type DefinitionKey = { assetId: string; at: Date | null };

/** In their order; null for what has none, did not exist then, or is not visible now. A few statements, however many are asked for. */
export async function listDefinitions(sql: Database, classes: VisibleClasses, keys: readonly DefinitionKey[]): Promise<(string | null)[]> {
  if (isNobody(classes) || keys.length === 0) return keys.map(() => null);
  const present = await findDefinitions(sql, classes, [...new Set(keys.map(({ assetId }) => assetId))]);
  const past = keys.flatMap(({ assetId, at }) => (at && present.has(assetId) ? [{ assetId, at }] : []));
  const versions = past.length > 0 ? await findVersionNumbers(sql, past) : [];
  const wanted = past.flatMap(({ assetId }, index) => (versions[index] ? [{ assetId, version: versions[index] }] : []));
  const snapshots = wanted.length > 0 ? ((await reconstruct(sql, wanted)) as (Snapshot | null)[]) : [];
  const told = new Map(wanted.map((key, index) => [versionKey(key), snapshots[index]?.table?.definition]));
  const versionOf = new Map(past.map((key, index) => [key.at.getTime() + key.assetId, versions[index]]));
  return keys.map(({ assetId, at }) => {
    if (!at) return present.get(assetId) ?? null;
    const version = versionOf.get(at.getTime() + assetId);
    const definition = version && told.get(versionKey({ assetId, version }));
    return typeof definition === 'string' ? definition : null;
  });
}

const versionKey = ({ assetId, version }: { assetId: string; version: number }): string => `${assetId} ${version}`;
