/** What of a filter goes into a statement, and which classes it leaves. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import { isNobody } from '#platform/auth/classes.ts';
import type { Queryable } from '#platform/database/index.ts';
import type { Severity, ViolationStatus } from '#platform/events/types.ts';

export type ViolationFilter = {
  /** Users and teams that own the asset. */
  ownerIds?: readonly string[] | null;
  statuses?: readonly ViolationStatus[] | null;
  severities?: readonly Severity[] | null;
  policyIds?: readonly string[] | null;
  assetIds?: readonly string[] | null;
  sourceIds?: readonly string[] | null;
  domainIds?: readonly string[] | null;
  raisedAfter?: Date | null;
  updatedAfter?: Date | null;
};
/** As a list reads it: `ids` of violations, where these were found to be few. */
export type ListFilter = ViolationFilter & { ids?: readonly string[] };

/** So many are looked at one by one. More are met soon enough on a walk through a list. */
const FEW = 2_000;

/**
 * The classes of a list that is filtered by source or domain: each class belongs to one source and at most one domain. Asked before the list,
 * so that it is planned for them. Nothing is of a domain that was removed: its assets are moved from its classes in batches.
 */
export async function narrow(sql: Queryable, classes: VisibleClasses, filter: ViolationFilter): Promise<VisibleClasses> {
  const { sourceIds, domainIds } = filter;
  if (isNobody(classes) || (sourceIds == null && domainIds == null)) return classes;
  const rows = await sql<{ id: number }[]>`
    select k.id from access.classes k where ${classes === 'all' ? sql`true` : sql`k.id = any(${classes}::int[])`}
      ${sourceIds ? sql`and k.source_id = any(${sourceIds as string[]}::uuid[])` : sql``}
      ${domainIds ? sql`and k.domain_id in (select d.id from access.domains d where d.id = any(${domainIds as string[]}::uuid[]))` : sql``}`;
  return rows.map((row) => row.id);
}

/**
 * What owners and times ask for is nowhere in the order of a list: looked up first, where it is little, so that the list is read by
 * what was found. Costs a short read of an index.
 */
export async function lookUp(sql: Queryable, { ownerIds, updatedAfter, ...others }: ViolationFilter): Promise<ListFilter> {
  const filter: ListFilter = others;
  if (ownerIds) {
    const owned = await sql<{ id: string }[]>`
      select asset_id as id from policy.assets where owner_ids && ${ownerIds as string[]}::uuid[]
        ${filter.assetIds ? sql`and asset_id = any(${filter.assetIds as string[]}::uuid[])` : sql``} limit ${FEW + 1}`;
    if (owned.length > FEW) filter.ownerIds = ownerIds;
    else filter.assetIds = owned.map((row) => row.id);
  }
  if (updatedAfter) {
    const updated = await sql<{ id: string }[]>`
      select id from policy.violations where updated_at > ${updatedAfter} order by updated_at desc limit ${FEW + 1}`;
    if (updated.length > FEW) filter.updatedAfter = updatedAfter;
    else filter.ids = updated.map((row) => row.id);
  }
  return filter;
}

/** What the classes do not say, about the row `v`. Conditions of `merged` are in the merge already. */
export function matches(sql: Queryable, filter: ListFilter, merged: ReadonlySet<string> = new Set()) {
  const { ids, ownerIds, statuses, severities, policyIds, assetIds, raisedAfter, updatedAfter } = filter;
  return sql`
    ${ids ? sql`and v.id = any(${ids as string[]}::uuid[])` : sql``}
    ${statuses && !merged.has('status') ? sql`and v.status = any(${statuses as string[]}::policy.violation_status[])` : sql``}
    ${severities && !merged.has('severity') ? sql`and v.severity = any(${severities as string[]}::policy.severity[])` : sql``}
    ${policyIds && !merged.has('policy_id') ? sql`and v.policy_id = any(${policyIds as string[]}::uuid[])` : sql``}
    ${assetIds && !merged.has('asset_id') ? sql`and v.asset_id = any(${assetIds as string[]}::uuid[])` : sql``}
    ${ownerIds ? sql`and v.asset_id in (select o.asset_id from policy.assets o where o.owner_ids && ${ownerIds as string[]}::uuid[])` : sql``}
    ${raisedAfter ? sql`and v.raised_at > ${raisedAfter}` : sql``}
    ${updatedAfter ? sql`and v.updated_at > ${updatedAfter}` : sql``}`;
}
