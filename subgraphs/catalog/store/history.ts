/** Versions of assets: a row for each, with the changes that led to it, and the whole snapshot every 20th time. */
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { Change } from '#platform/events/types.ts';
import { loadSnapshots } from './snapshots.ts';

/** Reconstructing any version walks back over at most this many others. */
export const SNAPSHOT_EVERY = 20;

/** Members that a snapshot stored by an older version lacks: what they were then. */
const ADDED_LATER = { domainId: null, termIds: [] };

export type NewVersion = {
  assetId: string;
  version: number;
  at: Date;
  byUser: string | null;
  byScanRun: string | null;
  changes: readonly Change[];
};

export type VersionRow = NewVersion & { changes: Change[] };

/** Writes versions of many assets at once. Call it after the rows that they tell of: due snapshots are read back from those. */
export async function recordVersions(tx: Transaction, versions: readonly NewVersion[]): Promise<void> {
  if (versions.length === 0) return;
  await tx`
    insert into catalog.asset_versions (asset_id, version, at, by_user, by_scan_run, changes)
    select asset_id, version, at, by_user, by_scan_run, changes::jsonb
    from unnest(
      ${versions.map((v) => v.assetId)}::uuid[], ${versions.map((v) => v.version)}::int[],
      ${versions.map((v) => v.at.toISOString())}::text[]::timestamptz[],
      ${versions.map((v) => v.byUser)}::uuid[], ${versions.map((v) => v.byScanRun)}::uuid[],
      ${versions.map((v) => JSON.stringify(v.changes))}::text[]
    ) as new (asset_id, version, at, by_user, by_scan_run, changes)`;
  const due = versions.filter((v) => v.version % SNAPSHOT_EVERY === 0);
  if (due.length > 0) await storeSnapshots(tx, due);
}

async function storeSnapshots(tx: Transaction, due: readonly NewVersion[]): Promise<void> {
  const snapshots = await loadSnapshots(
    tx,
    due.map((v) => v.assetId),
  );
  const current = due.filter((v) => snapshots.get(v.assetId)?.version === v.version);
  await tx`
    update catalog.asset_versions v set snapshot = new.snapshot::jsonb
    from unnest(
      ${current.map((v) => v.assetId)}::uuid[], ${current.map((v) => v.version)}::int[],
      ${current.map((v) => JSON.stringify(snapshots.get(v.assetId)!.snapshot))}::text[]
    ) as new (asset_id, version, snapshot)
    where v.asset_id = new.asset_id and v.version = new.version`;
}

/** A page of each asset's versions, newest first; `after` is the version before it. */
export async function listVersions(
  sql: Queryable,
  assetIds: readonly string[],
  page: { limit: number; after: number | null },
): Promise<VersionRow[]> {
  return sql<VersionRow[]>`
    select v.* from unnest(${assetIds as string[]}::uuid[]) as wanted (id) cross join lateral (
      select asset_id, version, at, by_user, by_scan_run, changes from catalog.asset_versions
      where asset_id = wanted.id ${page.after === null ? sql`` : sql`and version < ${page.after}`}
      order by version desc limit ${page.limit}
    ) v order by v.asset_id, v.version desc`;
}

export async function countVersions(sql: Queryable, assetIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await sql<{ assetId: string; count: number }[]>`
    select asset_id, count(*)::int as count from catalog.asset_versions
    where asset_id = any(${assetIds as string[]}::uuid[]) group by asset_id`;
  return new Map(rows.map((row) => [row.assetId, row.count]));
}

/** The version of each asset that was in force at a time; absent before its creation. */
export async function findVersionsAsOf(sql: Queryable, assetIds: readonly string[], at: Date): Promise<VersionRow[]> {
  return sql<VersionRow[]>`
    select v.* from unnest(${assetIds as string[]}::uuid[]) as wanted (id) cross join lateral (
      select asset_id, version, at, by_user, by_scan_run, changes from catalog.asset_versions
      where asset_id = wanted.id and at <= ${at} order by version desc limit 1
    ) v`;
}

/** The number of the version that was in force at each moment, in their order; null before the creation. */
export async function findVersionNumbers(sql: Queryable, keys: readonly { assetId: string; at: Date }[]): Promise<(number | null)[]> {
  const rows = await sql<{ version: number | null }[]>`
    select (
      select v.version from catalog.asset_versions v where v.asset_id = wanted.id and v.at <= wanted.at order by v.version desc limit 1
    ) as version
    from unnest(${keys.map(({ assetId }) => assetId)}::uuid[], ${keys.map(({ at }) => at.toISOString())}::text[]::timestamptz[])
      with ordinality as wanted (id, at, position) order by position`;
  return rows.map(({ version }) => version);
}

/** What it takes to reconstruct versions `from` to `to` of an asset: a later snapshot and the changes on the way to it, newest first. */
export type Trail = { base: { version: number; snapshot: unknown }; changes: { version: number; changes: Change[] }[] };

/** Run it in one repeatable-read transaction: the snapshot and the changes have to be of one moment. */
export async function loadTrails(
  tx: Queryable,
  ranges: readonly { assetId: string; from: number; to: number }[],
): Promise<Map<string, Trail>> {
  const ids = ranges.map((range) => range.assetId);
  const stored = await tx<{ assetId: string; version: number; snapshot: object }[]>`
    select v.* from unnest(${ids}::uuid[], ${ranges.map((range) => range.to)}::int[]) as wanted (id, version) cross join lateral (
      select asset_id, version, snapshot from catalog.asset_versions
      where asset_id = wanted.id and version >= wanted.version and snapshot is not null order by version limit 1
    ) v`;
  const trails = new Map<string, Trail>(
    stored.map(({ assetId, version, snapshot }) => [
      assetId,
      { base: { version, snapshot: { ...ADDED_LATER, ...snapshot } }, changes: [] },
    ]),
  );
  const rest = ids.filter((id) => !trails.has(id));
  if (rest.length > 0) {
    for (const [id, base] of await loadSnapshots(tx, rest)) trails.set(id, { base, changes: [] });
  }
  const known = ranges.filter((range) => trails.has(range.assetId));
  const changes = await tx<{ assetId: string; version: number; changes: Change[] }[]>`
    select v.asset_id, v.version, v.changes
    from unnest(
      ${known.map((range) => range.assetId)}::uuid[], ${known.map((range) => range.from)}::int[],
      ${known.map((range) => trails.get(range.assetId)!.base.version)}::int[]
    ) as wanted (id, low, high)
    join catalog.asset_versions v on v.asset_id = wanted.id and v.version > wanted.low and v.version <= wanted.high
    order by v.asset_id, v.version desc`;
  for (const { assetId, ...row } of changes) trails.get(assetId)!.changes.push(row);
  return trails;
}
