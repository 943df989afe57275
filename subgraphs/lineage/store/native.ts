/** What flows by what sources reported, beside the open flows: where no step was missed the two are the same. */
import type { Queryable, Transaction } from '#platform/database/index.ts';
import { LINEAGE_GRAPH } from '#platform/events/consumerNames.ts';

/** MISSING: reported, but not open. EXTRA: open, but not reported any more. */
export type NativeDifference = { fromId: string; toId: string; what: 'MISSING' | 'EXTRA' };

/** Names are resolved as the feed does: among living assets, and nothing reads itself. */
export async function findNativeDifferences(sql: Queryable, limit: number): Promise<{ count: number; first: NativeDifference[] }> {
  const rows = await sql<(NativeDifference & { count: number })[]>`
    with reported as (
      select distinct a.asset_id as from_id, d.asset_id as to_id
      from lineage.dependencies d
      join lineage.assets r on r.asset_id = d.asset_id and not r.is_deleted
      join lineage.assets a on a.namespace = d.namespace and a.name = d.name and not a.is_deleted and a.asset_id <> d.asset_id
    ), open as (
      select from_id, to_id from lineage.edges where valid_to is null and origin = 'NATIVE' and kind = 'TABLE'
    )
    select from_id, to_id, case when o is null then 'MISSING' else 'EXTRA' end as what, count(*) over () as count
    from reported r full join open o using (from_id, to_id)
    where r is null or o is null
    limit ${limit}`;
  return { count: rows[0]?.count ?? 0, first: rows.map(({ count: _, ...row }) => row) };
}

export async function countNative(sql: Queryable): Promise<{ assets: number; flows: number }> {
  const [row] = await sql<{ assets: number; flows: number }[]>`
    select (select count(*) from lineage.assets where not is_deleted) as assets,
      (select count(*) from lineage.edges where valid_to is null and origin = 'NATIVE' and kind = 'TABLE') as flows`;
  return row!;
}

/** The feed writes nothing until the transaction ends, and has nothing half written. */
export async function holdFeed(tx: Transaction): Promise<void> {
  await tx`select from events.cursors where consumer = ${LINEAGE_GRAPH} for update`;
}
