/** Takes all that an erased user owns from them: each asset gets a version and an event, as with any other change of owners. */
import type { Database, Transaction } from '#platform/database/index.ts';
import { beginAgain } from '#platform/database/retry.ts';
import { append } from '#platform/events/append.ts';
import { lockAssetsToEdit } from '../store/editing.ts';
import { listAssetsOfOwner, listSourcesOfOwner, takeAssetsFrom, takeSourceFrom } from '../store/formerOwners.ts';
import { listSourceOwners, lockSource } from '../store/sources.ts';
import { listOwners } from '../store/words.ts';
import { commitChanges } from './assetChanges.ts';
import type { OwnerWords } from './snapshot.ts';

const BATCH = 500;

/** In batches, each in a transaction of its own: ended half-way, the next call goes on. Gives how many assets and sources lost an owner. */
export async function takeOwnershipFrom(sql: Database, userId: string): Promise<{ assets: number; sources: number }> {
  let assets = 0;
  for (let taken = BATCH; taken === BATCH; assets += taken) taken = await beginAgain(sql, (tx) => takeAssets(tx, userId));
  const sourceIds = await listSourcesOfOwner(sql, userId);
  for (const id of sourceIds) await beginAgain(sql, (tx) => takeSource(tx, userId, id));
  return { assets, sources: sourceIds.length };
}

async function takeAssets(tx: Transaction, userId: string): Promise<number> {
  const ids = await listAssetsOfOwner(tx, userId, BATCH);
  if (ids.length === 0) return 0;
  // The assets first, as every edit does; only then what was said about them can be trusted to stay.
  const assets = await lockAssetsToEdit(tx, 'all', ids);
  const ownersOf = Map.groupBy(await listOwners(tx, ids), ({ assetId }) => assetId);
  await takeAssetsFrom(tx, userId, ids);
  await commitChanges(
    tx,
    null,
    assets.map((asset) => {
      const before = (ownersOf.get(asset.id) ?? []).map(toWords);
      return { asset, changes: changesOf(before, userId) };
    }),
  );
  return ids.length;
}

async function takeSource(tx: Transaction, userId: string, id: string): Promise<void> {
  const source = await lockSource(tx, id);
  const before = (await listSourceOwners(tx, [id])).map(toWords);
  const changes = changesOf(before, userId);
  if (changes.length === 0) return;
  const at = new Date();
  await takeSourceFrom(tx, userId, id, at);
  // A removed one has no events any more.
  if (!source) return;
  await append(
    tx,
    'catalog',
    [{ type: 'source.updated', subject: id, actorId: null, data: { name: source.name, changes }, attributes: { sourceId: id } }],
    at,
  );
}

const toWords = ({ userId, teamId, role }: OwnerWords): OwnerWords => ({ userId, teamId, role });

function changesOf(before: readonly OwnerWords[], userId: string) {
  const after = before.filter((owner) => owner.userId !== userId);
  return after.length === before.length ? [] : [{ path: '/owners', before, after }];
}
