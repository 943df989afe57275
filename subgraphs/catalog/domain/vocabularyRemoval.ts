/**
 * Takes a removed domain or term from the assets that had it: each gets a version and an event. It may hang on a million of
 * them, so only the first batch is part of the removal; a job does the rest. Nothing shows it meanwhile: every read of an
 * asset's domain and terms joins those that there are.
 */
import { upsertClass } from '#platform/auth/access.ts';
import type { Database, Transaction } from '#platform/database/index.ts';
import { beginAgain } from '#platform/database/retry.ts';
import { addJob } from '#platform/jobs/queue.ts';
import type { Task } from '#platform/jobs/worker.ts';
import * as store from '../store/vocabularyRemoval.ts';
import { lockAssetsToEdit, type LockedAsset } from '../store/editing.ts';
import type { Noun } from '../store/vocabulary.ts';
import { listTermIds } from '../store/words.ts';
import { commitChanges, type ChangedAsset } from './assetChanges.ts';

const BATCH = 500;
export const CLEARING_TASK = 'clearVocabulary';

export type Removed = { noun: Noun; id: string; actorId: string | null };

/** Within the removal's transaction, after the row is gone (nobody can give it to another asset any more), and then job by job. */
export async function clearAfterRemoval(tx: Transaction, removed: Removed): Promise<void> {
  if ((await clearBatch(tx, removed)) < BATCH) return;
  const { noun, id, actorId } = removed;
  await addJob(tx, {
    task: CLEARING_TASK,
    payload: { noun, id, ...(actorId ? { actorId } : {}) },
    queue: CLEARING_TASK,
    key: `${CLEARING_TASK}:${id}`,
  });
}

/**
 * A batch a job, which adds the next one in its transaction: killed anywhere, it goes on, and however often that happens
 * on the way through a million assets, each job has all its tries.
 */
export const createClearing =
  ({ sql, onCommit }: { sql: Database; onCommit: () => void }): Task =>
  async ({ noun, id, actorId }, stop) => {
    stop.throwIfAborted();
    await beginAgain(sql, (tx) => clearAfterRemoval(tx, { noun: noun as Noun, id: id!, actorId: actorId ?? null }));
    onCommit();
  };

async function clearBatch(tx: Transaction, { noun, id, actorId }: Removed): Promise<number> {
  const ids = await store.listAssetsWith(tx, noun, id, BATCH);
  // The assets first, as every edit does; only then what was said about them can be trusted to stay.
  const assets = await lockAssetsToEdit(tx, 'all', ids);
  const terms = noun === 'term' ? await listTermIds(tx, ids) : new Map<string, string[]>();
  const cleared = new Set(await store.takeFrom(tx, noun, id, ids));
  const concerned = assets.filter((asset) => cleared.has(asset.id));
  await commitChanges(tx, actorId, noun === 'domain' ? await leaveDomain(tx, concerned, id) : leaveTerm(concerned, terms, id));
  return ids.length;
}

async function leaveDomain(tx: Transaction, assets: readonly LockedAsset[], id: string): Promise<ChangedAsset[]> {
  const classes = new Map<string, number>();
  for (const sourceId of new Set(assets.map((asset) => asset.sourceId))) {
    classes.set(sourceId, await upsertClass(tx, { sourceId, domainId: null }));
  }
  const changes = [{ path: '/domainId', before: id, after: null }];
  return assets.map((asset) => ({ asset, changes, accessClass: classes.get(asset.sourceId)! }));
}

function leaveTerm(assets: readonly LockedAsset[], terms: ReadonlyMap<string, string[]>, id: string): ChangedAsset[] {
  return assets.map((asset) => {
    const before = terms.get(asset.id) ?? [];
    return { asset, changes: [{ path: '/termIds', before, after: before.filter((each) => each !== id) }] };
  });
}
