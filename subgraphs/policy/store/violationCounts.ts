/** How many visible violations there are of each day, severity, status, policy, source or owner; and the upkeep of their counters. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import { isNobody, visible } from '#platform/auth/classes.ts';
import type { Queryable, Transaction } from '#platform/database/index.ts';
import { isCounted, isOf } from './violations.ts';
import { matches, narrow, type ViolationFilter } from './violationFilter.ts';

export type ViolationCountKey = 'DAY' | 'SEVERITY' | 'STATUS' | 'POLICY' | 'SOURCE' | 'OWNER';
export type ValueCount = { value: string; count: number };

const MOST_VALUES = 1000;

/** The largest first, equal ones by value; days the latest first. '' is for those of assets without an owner. */
export async function countViolationsBy(
  sql: Queryable,
  allowed: VisibleClasses,
  filter: ViolationFilter,
  by: ViolationCountKey,
): Promise<ValueCount[]> {
  const classes = await narrow(sql, allowed, filter);
  if (isNobody(classes)) return [];
  const groups = by === 'OWNER' ? byOwner(sql, classes, filter) : byColumn(sql, classes, filter, by);
  return sql<ValueCount[]>`
    select value, count from (${groups}) as groups where count > 0
    order by ${by === 'DAY' ? sql`` : sql`count desc,`} value collate "C" ${by === 'DAY' ? sql`desc` : sql``} limit ${MOST_VALUES}`;
}

function byColumn(sql: Queryable, classes: VisibleClasses, filter: ViolationFilter, by: Exclude<ViolationCountKey, 'OWNER'>) {
  const where = sql`${visible(sql, 'v', classes)} ${matches(sql, filter)}`;
  // A counter is by policy or by day, not by both.
  if (!isCounted(filter) || (by === 'DAY' && filter.policyIds)) {
    const value = {
      DAY: sql`(v.raised_at at time zone 'UTC')::date`,
      SEVERITY: sql`v.severity`,
      STATUS: sql`v.status`,
      POLICY: sql`v.policy_id`,
      SOURCE: sql`v.source_id`,
    }[by];
    return sql`select n.value::text, n.count from (select ${value} as value, count(*) as count from policy.violations v where true ${where} group by 1) n`;
  }
  const key = { DAY: sql`v.day`, SEVERITY: sql`v.severity`, STATUS: sql`v.status`, POLICY: sql`v.policy_id`, SOURCE: sql`v.access_class` }[
    by
  ];
  const counts = sql`
    select ${key} as value, sum(v.count)::bigint as count from policy.violation_counts v
    where ${isOf(sql, by === 'DAY' ? 'day' : 'policy')} ${where} group by 1`;
  return by === 'SOURCE'
    ? sql`select c.source_id::text as value, sum(n.count)::bigint as count from (${counts}) n join access.classes c on c.id = n.value group by 1`
    : sql`select n.value::text, n.count from (${counts}) n`;
}

/** A violation counts once for each owner of its asset. */
function byOwner(sql: Queryable, classes: VisibleClasses, filter: ViolationFilter) {
  return sql`
    select coalesce(o.id::text, '') as value, sum(n.count)::bigint as count
    from (select v.asset_id, count(*) as count from policy.violations v where true ${visible(sql, 'v', classes)} ${matches(sql, filter)} group by 1) n
    left join policy.assets a on a.asset_id = n.asset_id left join lateral unnest(a.owner_ids) as o (id) on true
    group by 1`;
}

/** `vcnt` in ASCII. */
const LOCK = 0x76636e74;
/** Fewer are read as quickly as they are. */
const MANY_DIFFERENCES = 1_000;

/** Adds up the differences that writers left; false when these are few. One at a time; who comes meanwhile has nothing to do. */
export async function addUpCounts(tx: Transaction, many = MANY_DIFFERENCES): Promise<boolean> {
  const [mine] = await tx<{ locked: boolean }[]>`select pg_try_advisory_xact_lock(${LOCK}) as locked`;
  const few = await tx`select from policy.violation_counts where not is_sum offset ${many} limit 1`;
  if (!mine!.locked || few.length === 0) return false;
  await tx`
    with taken as (delete from policy.violation_counts where not is_sum returning *)
    insert into policy.violation_counts as n (access_class, policy_id, day, severity, status, count, is_sum)
    select access_class, policy_id, day, severity, status, sum(count), true from taken group by 1, 2, 3, 4, 5 having sum(count) <> 0
    on conflict (access_class, policy_id, day, severity, status) where is_sum do update set count = n.count + excluded.count`;
  await tx`delete from policy.violation_counts where is_sum and count = 0`;
  return true;
}
