/** What policy keeps of assets, as their events tell: so that lists of violations, and what a policy could be about, need nobody else. */
import { isNobody, visible } from '#platform/auth/classes.ts';
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { ConsumedEvent } from '#platform/events/consumer.ts';
import { ownerIdsOf, type AssetFacts } from '../facts.ts';
import type { PolicyAssetRow } from './tables/policy.ts';

export type AssetEvent = Pick<ConsumedEvent, 'seq' | 'type' | 'subject' | 'attributes'>;

/** Members as the statements below name them. */
type Told = {
  asset_id: string;
  source_id: string;
  access_class: number;
  kind: string;
  namespace: string;
  name: string;
  owner_ids: string[];
  is_deleted: boolean | null;
  seq: number;
};

const RECORD =
  'asset_id uuid, source_id uuid, access_class int, kind text, namespace text, name text, owner_ids uuid[], is_deleted boolean, seq bigint';

/**
 * Brings the copy, and the class of violations, up to what asset.* events tell; an event that is older than what is known changes nothing.
 * Takes nothing for granted: the same events may be told by two consumers, in turns (`locks.ts`).
 */
export async function copyAssets(tx: Transaction, events: readonly AssetEvent[]): Promise<void> {
  const told = JSON.stringify(lastOfEach(events));
  if (told === '[]') return;
  // What a tombstone's later events tell is no revival.
  const changed = await tx<{ assetId: string }[]>`
    update policy.assets a set source_id = n.source_id, access_class = n.access_class, kind = n.kind, namespace = n.namespace, name = n.name,
      owner_ids = n.owner_ids, is_deleted = coalesce(n.is_deleted, a.is_deleted), seq = n.seq
    from jsonb_to_recordset(${told}::text::jsonb) as n (${tx.unsafe(RECORD)})
    where a.asset_id = n.asset_id and a.seq < n.seq returning a.asset_id`;
  await insertMissing(tx, told);
  await moveViolations(
    tx,
    changed.map((row) => row.assetId),
  );
}

function lastOfEach(events: readonly AssetEvent[]): Told[] {
  const told = new Map<string, Told>();
  for (const { seq, type, subject, attributes } of events) {
    const { sourceId, kind, namespace, name, ownerIds = [], accessBefore, accessAfter } = attributes;
    const accessClass = accessAfter ?? accessBefore;
    if (!subject || !type.startsWith('asset.') || !sourceId || !kind || namespace === undefined || name === undefined) continue;
    if (accessClass === undefined) continue;
    const before = told.get(subject);
    if (before && before.seq > seq) continue;
    told.set(subject, {
      asset_id: subject,
      source_id: sourceId,
      access_class: accessClass,
      kind,
      namespace,
      name,
      owner_ids: [...new Set(ownerIds)],
      // Who was not there before and is now came, or came back.
      is_deleted: type === 'asset.deleted' ? true : accessBefore === undefined ? false : (before?.is_deleted ?? null),
      seq,
    });
  }
  return [...told.values()];
}

/**
 * What catalog says now, where the copy says something else: an asset whose events are still to come, or whose dead letter was
 * passed by. An event that is still on its way may set back what it tells for a moment, until the last of them is copied.
 */
export async function correctCopies(tx: Transaction, assets: readonly AssetFacts[]): Promise<void> {
  if (assets.length === 0) return;
  const told = assets.map((asset) => ({
    ...toldBy(asset),
    depends_on: [...new Set(asset.dependsOn.map(({ name }) => name))],
  }));
  const fields = tx.unsafe('source_id, access_class, kind, namespace, name, owner_ids, is_deleted, depends_on');
  // Only those that differ: an upsert would write a lock into every row that does not.
  const rows = await tx<{ assetId: string }[]>`
    insert into policy.assets as a (asset_id, seq, ${fields})
    select n.* from jsonb_to_recordset(${JSON.stringify(told)}::text::jsonb) as n (
      asset_id uuid, seq bigint, source_id uuid, access_class int, kind text, namespace text, name text, owner_ids uuid[], is_deleted boolean, depends_on text[])
    left join policy.assets k on k.asset_id = n.asset_id
    where k.asset_id is null
      or (k.source_id, k.access_class, k.kind, k.namespace, k.name, k.is_deleted, k.depends_on)
        is distinct from (n.source_id, n.access_class, n.kind, n.namespace, n.name, n.is_deleted, n.depends_on)
      or not (k.owner_ids @> n.owner_ids and k.owner_ids <@ n.owner_ids)
    order by n.asset_id on conflict (asset_id) do update set (${fields}) = (excluded.source_id, excluded.access_class, excluded.kind, excluded.namespace,
      excluded.name, excluded.owner_ids, excluded.is_deleted, excluded.depends_on)
    returning asset_id`;
  await moveViolations(
    tx,
    rows.map((row) => row.assetId),
  );
}

/** A decision may come before the event that tells of its asset; who decided is to see it. The event writes over this. */
export async function addMissingAssets(tx: Transaction, assets: readonly AssetFacts[]): Promise<void> {
  await insertMissing(tx, JSON.stringify(assets.map(toldBy)));
}

/** Of facts; older than every event. */
const toldBy = (asset: AssetFacts): Told => ({
  asset_id: asset.id,
  source_id: asset.sourceId,
  access_class: asset.accessClass,
  kind: asset.kind,
  namespace: asset.namespace,
  name: asset.name,
  owner_ids: ownerIdsOf(asset),
  is_deleted: asset.deletedAt !== null,
  seq: 0,
});

/** In the order of their ids: two that insert the same ones never wait for each other both. */
async function insertMissing(tx: Transaction, told: string): Promise<void> {
  await tx`
    insert into policy.assets (asset_id, source_id, access_class, kind, namespace, name, owner_ids, is_deleted, seq)
    select asset_id, source_id, access_class, kind, namespace, name, owner_ids, coalesce(is_deleted, false), seq
    from jsonb_to_recordset(${told}::text::jsonb) as n (${tx.unsafe(RECORD)})
    order by asset_id on conflict (asset_id) do nothing`;
}

/** Resolved ones too: who may see an asset's violations goes by the asset. */
async function moveViolations(tx: Transaction, assetIds: readonly string[]): Promise<void> {
  if (assetIds.length === 0) return;
  await tx`
    update policy.violations v set access_class = a.access_class, source_id = a.source_id
    from policy.assets a where a.asset_id = any(${assetIds as string[]}::uuid[]) and v.asset_id = a.asset_id
      and (v.access_class <> a.access_class or v.source_id <> a.source_id)`;
}

/** Under which names the readers of these assets were last judged. */
export async function listJudgedNames(sql: Queryable, assetIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql<{ assetId: string; judgedName: string }[]>`
    select asset_id, judged_name from policy.assets where asset_id = any(${assetIds as string[]}::uuid[]) and judged_name is not null`;
  return new Map(rows.map((row) => [row.assetId, row.judgedName]));
}

export async function saveJudgedNames(tx: Transaction, names: ReadonlyMap<string, string>): Promise<void> {
  if (names.size === 0) return;
  await tx`
    update policy.assets a set judged_name = n.name
    from unnest(${[...names.keys()]}::uuid[], ${[...names.values()]}::text[]) as n (id, name)
    where a.asset_id = n.id and a.judged_name is distinct from n.name`;
}

/** Living views that read one of these names, as they did at their last evaluation. */
export async function listDependents(sql: Queryable, namespace: string, names: readonly string[]): Promise<string[]> {
  const rows = await sql<{ assetId: string }[]>`
    select asset_id from policy.assets
    where namespace = ${namespace} and depends_on && ${names as string[]}::text[] and not is_deleted order by asset_id`;
  return rows.map((row) => row.assetId);
}

export type CopiedAsset = Pick<PolicyAssetRow, 'assetId' | 'kind' | 'sourceId' | 'namespace' | 'name' | 'ownerIds'>;

/** Living ones in the order of their ids. */
export async function listCopies(
  sql: Queryable,
  classes: VisibleClasses,
  page: { after: string | null; limit: number },
): Promise<CopiedAsset[]> {
  if (isNobody(classes)) return [];
  return sql<CopiedAsset[]>`
    select asset_id, kind, source_id, namespace, name, owner_ids from policy.assets a
    where not is_deleted ${visible(sql, 'a', classes)} ${page.after ? sql`and asset_id > ${page.after}::uuid` : sql``}
    order by asset_id limit ${page.limit}`;
}

export async function countCopies(sql: Queryable): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*) as count from policy.assets where not is_deleted`;
  return row!.count;
}
