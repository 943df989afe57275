/** Tombstones: what vanished from a source, and the guard that asks before too much of it goes. */
import type { Database, Transaction } from '#platform/database/index.ts';
import { append } from '#platform/events/append.ts';
import type { NewEvent } from '#platform/events/types.ts';
import { recordVersions } from '../../store/history.ts';
import { entomb, listWords, streamContainer } from '../../store/scannedAssets.ts';
import { attributesOf } from './events.ts';

const BATCH = 500;
/** Deletions of more than this share of a container's living relations, and of more than this number, wait for a person. */
const HELD_ABOVE_SHARE = 0.2;
const HELD_ABOVE_NUMBER = 5;

const isRelation = (kind: string): boolean => kind !== 'DATABASE' && kind !== 'SCHEMA';

export type Deletion = { assetIds: readonly string[]; sourceId: string; runId: string | null; actorId: string | null; at: Date };

/** Makes these assets tombstones, each with a version and an event. Gives how many were still alive. */
export async function deleteAssets(tx: Transaction, { assetIds, sourceId, runId, actorId, at: now }: Deletion): Promise<number> {
  let deleted = 0;
  for (let index = 0; index < assetIds.length; index += BATCH) {
    const rows = await entomb(tx, sourceId, assetIds.slice(index, index + BATCH), now, runId);
    const at = rows[0]?.deletedAt ?? now;
    const words = await listWords(
      tx,
      rows.map((row) => row.id),
    );
    const changes = [{ path: '/deletedAt', before: null, after: at.toISOString() }];
    await recordVersions(
      tx,
      rows.map((row) => ({ assetId: row.id, version: row.version, at, byUser: actorId, byScanRun: runId, changes })),
    );
    await append(
      tx,
      'catalog',
      rows.map((row): NewEvent => ({
        type: 'asset.deleted',
        subject: row.id,
        actorId,
        data: { namespace: row.namespace, name: row.name, kind: row.kind, version: row.version },
        attributes: { ...attributesOf(row, words.get(row.id)), accessBefore: row.accessClass },
      })),
      at,
    );
    deleted += rows.length;
  }
  return deleted;
}

export type Vanished = { assetIds: string[]; held: boolean };

/**
 * What a container's complete read did not show. Outside of a narrowed scope nothing vanishes, and no schema that
 * still has something there.
 */
export async function findVanished(
  sql: Database,
  container: { sourceId: string; name: string; runId: string },
  seen: ReadonlyMap<string, number>,
  scope: { narrowed: boolean; includes: (schema: string, name: string) => boolean },
): Promise<Vanished> {
  const vanished: { id: string; top: boolean }[] = [];
  const keptParents = new Set<string>();
  let living = 0;
  let vanishedRelations = 0;
  for await (const page of streamContainer(sql, container.sourceId, container.name)) {
    for (const { id, kind, path, parentId, runId, version } of page) {
      const relation = isRelation(kind);
      // What this run itself added must not make room for what it would delete.
      if (relation && !(runId === container.runId && version === 1)) living += 1;
      if (seen.has(id)) continue;
      if (relation && scope.narrowed && !scope.includes(path.at(-2) ?? '', path.at(-1)!)) {
        if (parentId) keptParents.add(parentId);
        continue;
      }
      vanished.push({ id, top: path.length === 1 });
      if (relation) vanishedRelations += 1;
    }
  }
  return {
    assetIds: vanished.filter(({ id, top }) => !keptParents.has(id) && !(top && keptParents.size > 0)).map(({ id }) => id),
    held: vanishedRelations > HELD_ABOVE_NUMBER && vanishedRelations > living * HELD_ABOVE_SHARE,
  };
}
