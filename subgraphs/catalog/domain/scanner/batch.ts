/**
 * Applies a batch of what a connector read: finds out what is new, unchanged, changed, renamed or back again, and writes
 * assets, columns, versions, events and the run's counters in one transaction.
 */
import { upsertClass } from '#platform/auth/access.ts';
import type { Database, Transaction } from '#platform/database/index.ts';
import { append } from '#platform/events/append.ts';
import type { NewEvent } from '#platform/events/types.ts';
import { qualifiedName, type ReadItem, type ScannedAsset } from '../../connectors/types.ts';
import { recordVersions } from '../../store/history.ts';
import * as store from '../../store/scannedAssets.ts';
import type { KnownAsset } from '../../store/scannedAssets.ts';
import { addToRun, type RunCounts } from '../../store/scans.ts';
import { listDomainIds } from '../../store/words.ts';
import { editTime } from '../assetChanges.ts';
import { changeRows, contentHash, createRows, type AssetChange, type Target } from './changes.ts';
import { attributesOf, viewOf, viewWords } from './events.ts';

/** What lasts for a whole run. */
export type RunState = {
  sql: Database;
  runId: string;
  sourceId: string;
  namespace: string;
  /** The class of the source's assets of no domain: of all that are new. */
  accessClass: number;
  actorId: string | null;
  /** Ids of living assets that this container's read has shown: about 100 bytes each, dropped with the container. */
  seen: Map<string, number>;
  /** Which reading of the container this is: a connector may begin it again. */
  attempt: number;
  /** Ids of databases and schemas by qualified name, for their children. */
  parents: Map<string, string>;
  /** What is decided, and written, when the container is complete. */
  deferred: Deferred;
};

/**
 * New names whose native id is known under another name: renames, unless the old name is still to come. And known assets that read a name
 * which nothing has so far: those of what they read that is renamed are told before them. Parents apart: whether one waits is asked for every asset.
 */
export type Deferred = { parents: Prepared[]; others: Prepared[] };

export type Prepared = { asset: ScannedAsset; name: string; hash: Buffer };
type Unreadable = Extract<ReadItem, { type: 'unreadable' }>;

const PARENT_KINDS: ReadonlySet<string> = new Set(['DATABASE', 'SCHEMA']);
export const isParent = (asset: ScannedAsset): boolean => PARENT_KINDS.has(asset.kind);

export const prepare = (asset: ScannedAsset): Prepared => {
  const name = qualifiedName(asset.path);
  return { asset, name, hash: contentHash(asset, name) };
};

/** Gives whether somebody asked to cancel the run. */
export async function applyBatch(state: RunState, batch: readonly Prepared[], unreadable: readonly Unreadable[]): Promise<boolean> {
  return await state.sql.begin(async (tx) => {
    // A connector that had to begin again tells an asset twice: the last word counts.
    const byName = new Map(batch.map((prepared) => [prepared.name, prepared]));
    const living = new Map((await store.listLivingByName(tx, state.namespace, [...byName.keys()])).map((known) => [known.name, known]));
    const missing = [...byName.values()].filter(({ name }) => !living.has(name));
    const fresh = await deferRenames(tx, state, missing);
    const found = [...byName.values()].filter(({ name }) => living.has(name));
    const known = await deferReaders(tx, state, found, living);
    const counts = await applyPrepared(tx, state, known.concat(fresh), living);
    const kept = await keepUnreadable(tx, state, unreadable);
    const { cancelRequested } = await addToRun(tx, state.runId, {
      ...counts,
      unchanged: counts.unchanged + kept,
      done: known.length + fresh.length + unreadable.length,
    });
    return cancelRequested;
  });
}

/** Sets aside new names whose native id belongs to a living asset of another name; gives the rest. */
async function deferRenames(tx: Transaction, state: RunState, missing: Prepared[]): Promise<Prepared[]> {
  const nativeIds = missing.flatMap(({ asset }) => asset.nativeId ?? []);
  if (nativeIds.length === 0) return missing;
  const owners = new Set((await store.listLivingByNativeId(tx, state.sourceId, nativeIds)).map((known) => known.nativeId));
  if (owners.size === 0) return missing;
  const fresh: Prepared[] = [];
  for (const prepared of missing) {
    if (prepared.asset.nativeId !== null && owners.has(prepared.asset.nativeId))
      state.deferred[isParent(prepared.asset) ? 'parents' : 'others'].push(prepared);
    else fresh.push(prepared);
  }
  return fresh;
}

/** Sets aside changed assets that read a name which nothing has: it may be the new one of something that waits, or is still to come. Gives the rest. */
async function deferReaders(
  tx: Transaction,
  state: RunState,
  found: Prepared[],
  living: ReadonlyMap<string, KnownAsset>,
): Promise<Prepared[]> {
  const changed = found.filter(({ asset, name, hash }) => asset.dependsOn && !living.get(name)!.hash.equals(hash));
  const reads = new Set(changed.flatMap(({ asset }) => namesRead(asset)));
  if (reads.size === 0) return found;
  const there = new Set((await store.listLivingByName(tx, state.namespace, [...reads])).map(({ name }) => name));
  const waiting = new Set(changed.filter(({ asset }) => namesRead(asset).some((name) => !there.has(name))));
  for (const prepared of waiting) {
    state.deferred.others.push(prepared);
    // It keeps its name: nothing else is a rename of it.
    state.seen.set(living.get(prepared.name)!.id, state.attempt);
  }
  return found.filter((prepared) => !waiting.has(prepared));
}

const namesRead = ({ dependsOn = [] }: ScannedAsset): string[] => dependsOn.map(({ name }) => name);

/**
 * Decides what was set aside, now that all names of the container are known: a rename where the old name is gone,
 * otherwise a new asset. `isGone` tells for assets of other containers. Parents go first, and what is read goes before who reads it:
 * so the new name of what a view reads is told before the view says that it reads that.
 */
export async function applyDeferred(state: RunState, isGone: (known: KnownAsset) => boolean): Promise<void> {
  for (const group of [state.deferred.parents.splice(0), readFirst(state.deferred.others.splice(0))]) {
    for (let index = 0; index < group.length; index += 200) {
      const part = group.slice(index, index + 200);
      await state.sql.begin(async (tx) => {
        const names = part.map(({ name }) => name);
        const living = new Map((await store.listLivingByName(tx, state.namespace, names)).map((known) => [known.name, known]));
        const owners = await store.listLivingByNativeId(
          tx,
          state.sourceId,
          part.flatMap(({ asset }) => asset.nativeId ?? []),
        );
        for (const { asset, name } of part) {
          const owner = owners.find((known) => known.nativeId === asset.nativeId && known.kind === asset.kind);
          if (!living.has(name) && owner && state.seen.get(owner.id) !== state.attempt && isGone(owner)) living.set(name, owner);
        }
        const counts = await applyPrepared(tx, state, part, living);
        await addToRun(tx, state.runId, { ...counts, done: part.length });
      });
    }
  }
}

/** In an order in which what is read comes before who reads it, as far as there is one. */
function readFirst(group: readonly Prepared[]): Prepared[] {
  const byName = new Map(group.map((prepared) => [prepared.name, prepared]));
  const begun = new Set<Prepared>();
  const ordered = new Set<Prepared>();
  for (const first of group) {
    const stack = [first];
    for (let last = stack.at(-1); last; last = stack.at(-1)) {
      if (begun.has(last)) {
        ordered.add(last);
        stack.pop();
        continue;
      }
      begun.add(last);
      for (const name of namesRead(last.asset)) {
        const read = byName.get(name);
        if (read && !begun.has(read)) stack.push(read);
      }
    }
  }
  return [...ordered];
}

type Counts = Pick<RunCounts, 'added' | 'changed' | 'unchanged'>;

/** `living` gives the asset that each name continues: of the same name, or of the name before a rename. Absent: back from a tombstone, or new. */
async function applyPrepared(
  tx: Transaction,
  state: RunState,
  batch: readonly Prepared[],
  living: ReadonlyMap<string, KnownAsset>,
): Promise<Counts> {
  const counts: Counts = { added: 0, changed: 0, unchanged: 0 };
  const at = new Date();
  const names = batch.filter(({ name }) => !living.has(name)).map(({ name }) => name);
  const tombstones = new Map(
    names.length > 0 ? (await store.listTombstonesByName(tx, state.namespace, names)).map((known) => [known.name, known]) : [],
  );
  const estimates: (Pick<KnownAsset, 'id' | 'nativeId' | 'rowEstimate'> & { hash: Buffer })[] = [];
  const toCreate: Target[] = [];
  const toChange: { id: string; target: Target }[] = [];

  for (const { asset, name, hash } of batch) {
    const known = living.get(name) ?? tombstones.get(name);
    const target = {
      asset,
      name,
      hash,
      at,
      parentId: state.parents.get(qualifiedName(asset.path.slice(0, -1))) ?? null,
      sourceId: state.sourceId,
      accessClass: state.accessClass,
      namespace: state.namespace,
      runId: state.runId,
    };
    if (!known) {
      toCreate.push(target);
      continue;
    }
    if (isParent(asset)) state.parents.set(name, known.id);
    const repeated = state.seen.has(known.id);
    state.seen.set(known.id, state.attempt);
    if (known.deletedAt === null && known.name === name && known.sourceId === state.sourceId && known.hash.equals(hash)) {
      // What this very run wrote before a crash is counted already, and so is what a connector tells twice.
      if (!repeated && known.runId !== state.runId) counts.unchanged += 1;
      if (known.rowEstimate !== asset.rowEstimate || known.nativeId !== asset.nativeId) {
        estimates.push({ id: known.id, nativeId: asset.nativeId, rowEstimate: asset.rowEstimate, hash });
      }
    } else {
      toChange.push({ id: known.id, target });
    }
  }

  await createAll(tx, state, toCreate);
  counts.added += toCreate.length;
  const { changes, at: changedAt } = await loadChanges(tx, state, toChange);
  // The same in substance, and only written differently: no version, but the hash is brought up to date.
  for (const { asset } of changes.filter((change) => change.changes.length === 0)) {
    estimates.push({ id: asset.id, nativeId: asset.nativeId, rowEstimate: asset.rowEstimate, hash: asset.hash });
    counts.unchanged += 1;
  }
  const real = changes.filter((change) => change.changes.length > 0);
  await changeAll(tx, state, real, changedAt);
  const revived = real.filter((change) => change.before.deletedAt !== null).length;
  counts.added += revived;
  counts.changed += real.length - revived;
  await store.updateEstimates(tx, estimates);
  return counts;
}

async function createAll(tx: Transaction, state: RunState, targets: readonly Target[]): Promise<void> {
  if (targets.length === 0) return;
  // Parents precede children in a batch, so that each finds its parent's id here.
  const made = targets.map((target) => {
    target.parentId = state.parents.get(qualifiedName(target.asset.path.slice(0, -1))) ?? null;
    const rows = createRows(target);
    if (isParent(target.asset)) state.parents.set(target.name, rows.asset.id);
    state.seen.set(rows.asset.id, state.attempt);
    return rows;
  });
  await store.insertAssets(
    tx,
    made.map(({ asset }) => asset),
  );
  await store.insertColumns(
    tx,
    made.flatMap(({ columns }) => columns),
  );
  const [first] = targets;
  await recordVersions(
    tx,
    made.map(({ asset }) => ({ assetId: asset.id, version: 1, at: first!.at, byUser: null, byScanRun: state.runId, changes: [] })),
  );
  await append(
    tx,
    'catalog',
    made.map(({ asset }): NewEvent => ({
      type: 'asset.created',
      subject: asset.id,
      actorId: state.actorId,
      data: { namespace: asset.namespace, name: asset.name, kind: asset.kind, ...viewWords(viewOf(asset), null) },
      attributes: { ...attributesOf(asset, undefined), accessAfter: asset.accessClass },
    })),
    first!.at,
  );
}

async function loadChanges(
  tx: Transaction,
  state: RunState,
  items: readonly { id: string; target: Target }[],
): Promise<{ changes: AssetChange[]; at: Date }> {
  if (items.length === 0) return { changes: [], at: new Date() };
  const ids = items.map(({ id }) => id);
  const before = await store.lockAssets(tx, ids);
  const at = editTime([...before.values()]);
  const columns = await store.listAllColumns(tx, ids);
  // Under the lock: whoever gives an asset a domain has that first. The domain stays; its class follows from the source too.
  const domains = await listDomainIds(tx, ids);
  const classes = new Map<string, number>();
  for (const domainId of new Set(domains.values())) {
    classes.set(domainId, await upsertClass(tx, { sourceId: state.sourceId, domainId }));
  }
  const changes = items.map(({ id, target }) => {
    const accessClass = classes.get(domains.get(id) ?? '') ?? state.accessClass;
    return changeRows(before.get(id)!, columns.get(id) ?? [], { ...target, accessClass, at });
  });
  return { changes, at };
}

async function changeAll(tx: Transaction, state: RunState, changes: readonly AssetChange[], at: Date): Promise<void> {
  if (changes.length === 0) return;
  await store.updateAssets(
    tx,
    changes.map(({ asset }) => asset),
  );
  await store.updateColumns(
    tx,
    changes.flatMap(({ changedColumns }) => changedColumns),
  );
  await store.insertColumns(
    tx,
    changes.flatMap(({ newColumns }) => newColumns),
  );
  await recordVersions(
    tx,
    changes.map(({ asset, changes: each }) => ({
      assetId: asset.id,
      version: asset.version,
      at,
      byUser: null,
      byScanRun: state.runId,
      changes: each,
    })),
  );
  const words = await store.listWords(
    tx,
    changes.map(({ asset }) => asset.id),
  );
  await append(
    tx,
    'catalog',
    changes.map(({ asset, before, changes: each }): NewEvent => ({
      type: 'asset.updated',
      subject: asset.id,
      actorId: state.actorId,
      data: {
        namespace: asset.namespace,
        name: asset.name,
        kind: asset.kind,
        version: asset.version,
        changes: each,
        ...viewWords(viewOf(asset), before.deletedAt === null ? viewOf(before) : null),
      },
      attributes: {
        ...attributesOf(asset, words.get(asset.id)),
        ...(before.deletedAt === null ? { accessBefore: before.accessClass } : {}),
        accessAfter: asset.accessClass,
      },
    })),
    at,
  );
}

/** Marks what cannot be read now as seen, so that it stays as it is known. Gives how many of them are known. */
async function keepUnreadable(tx: Transaction, state: RunState, items: readonly Unreadable[]): Promise<number> {
  if (items.length === 0) return 0;
  const known = [
    ...(await store.listLivingByName(
      tx,
      state.namespace,
      items.map((item) => qualifiedName(item.path)),
    )),
    ...(await store.listLivingByNativeId(
      tx,
      state.sourceId,
      items.map((item) => item.nativeId),
    )),
  ];
  const fresh = new Set(known.map((asset) => asset.id).filter((id) => !state.seen.has(id)));
  for (const id of fresh) state.seen.set(id, state.attempt);
  return fresh.size;
}
