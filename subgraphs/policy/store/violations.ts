/** Reads of violations. Every one of them takes the viewer's classes, which are those of the assets. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import { isNobody, visible } from '#platform/auth/classes.ts';
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { Page } from '#platform/graphql/connections.ts';
import type { ViolationRow } from './tables/policy.ts';
import { lookUp, matches, narrow, type ViolationFilter } from './violationFilter.ts';
import { keysOf, sorted, type ViolationKey, type ViolationOrder } from './violationMerge.ts';

export const NEWEST_FIRST: ViolationOrder = { field: 'RAISED_AT', direction: 'DESC' };

export async function findViolations(sql: Queryable, classes: VisibleClasses, ids: readonly string[]): Promise<ViolationRow[]> {
  if (isNobody(classes)) return [];
  return sql<ViolationRow[]>`
    select v.* from policy.violations v where v.id = any(${ids as string[]}::uuid[]) ${visible(sql, 'v', classes)}`;
}

/** Of a page's keys `k`, one by one: they are few, whatever the planner takes them for. */
const rowsOf = (sql: Queryable) => sql`cross join lateral (select * from policy.violations r where r.id = k.id limit 1) v`;

/** A page of `first + 1`. */
export async function listViolations(
  sql: Queryable,
  allowed: VisibleClasses,
  filter: ViolationFilter,
  order: ViolationOrder,
  page: Page<ViolationKey>,
): Promise<ViolationRow[]> {
  const classes = await narrow(sql, allowed, filter);
  if (isNobody(classes)) return [];
  // Only keys are merged and sorted; the rows, which are wide, are read for the page.
  return sql<ViolationRow[]>`
    select v.* from (${keysOf(sql, { classes, filter: await lookUp(sql, filter), order, ...page })}) k ${rowsOf(sql)} order by ${sorted(sql, 'v', order)}`;
}

/** What has lists of violations, and the column of its id. */
const PARENTS = { policy: 'policy_id', asset: 'asset_id' } as const;
export type ViolationParentNoun = keyof typeof PARENTS;

/** A filter of the parents themselves says which of them have a list at all. */
function parentsOf(noun: ViolationParentNoun, ids: readonly string[], filter: ViolationFilter): [readonly string[], ViolationFilter] {
  const { [noun === 'policy' ? 'policyIds' : 'assetIds']: among, ...others } = filter;
  return among ? [ids.filter((id) => among.includes(id)), others] : [ids, filter];
}

/** A page of `first + 1` of each parent, the newest first. */
export async function listViolationsOf(
  sql: Queryable,
  noun: ViolationParentNoun,
  all: readonly string[],
  allowed: VisibleClasses,
  given: ViolationFilter,
  page: Page<ViolationKey>,
): Promise<ViolationRow[]> {
  const [ids, filter] = parentsOf(noun, all, given);
  const classes = await narrow(sql, allowed, filter);
  if (isNobody(classes)) return [];
  const query = { classes, filter: await lookUp(sql, filter), order: NEWEST_FIRST, ...page };
  const keys = keysOf(sql, query, { column: PARENTS[noun], count: ids.length });
  return sql<ViolationRow[]>`
    select v.* from unnest(${ids as string[]}::uuid[]) as wanted (id) cross join lateral (${keys}) k ${rowsOf(sql)}
    order by ${sorted(sql, 'v', NEWEST_FIRST)}`;
}

/** Whether the counters know what a filter asks for. */
export const isCounted = ({ ownerIds, assetIds, raisedAfter, updatedAfter }: ViolationFilter): boolean =>
  ownerIds == null && assetIds == null && raisedAfter == null && updatedAfter == null;

/** Of counters by policy, or by day. */
export const isOf = (sql: Queryable, key: 'policy' | 'day') =>
  key === 'policy' ? sql`v.day = '-infinity'` : sql`v.policy_id = '00000000-0000-0000-0000-000000000000'`;

/** Counters and violations have the same names for what both know. */
const counted = (sql: Queryable, filter: ViolationFilter) =>
  isCounted(filter)
    ? sql`coalesce(sum(v.count), 0)::bigint as count from policy.violation_counts v where ${isOf(sql, 'policy')}`
    : sql`count(*) as count from policy.violations v where true`;

export async function countViolations(sql: Queryable, allowed: VisibleClasses, filter: ViolationFilter): Promise<number> {
  const classes = await narrow(sql, allowed, filter);
  if (isNobody(classes)) return 0;
  const [row] = await sql<{ count: number }[]>`select ${counted(sql, filter)} ${visible(sql, 'v', classes)} ${matches(sql, filter)}`;
  return row!.count;
}

export async function countViolationsOf(
  sql: Queryable,
  noun: ViolationParentNoun,
  all: readonly string[],
  allowed: VisibleClasses,
  given: ViolationFilter,
): Promise<Map<string, number>> {
  const [ids, filter] = parentsOf(noun, all, given);
  const classes = await narrow(sql, allowed, filter);
  if (isNobody(classes)) return new Map();
  const id = sql(PARENTS[noun]);
  const rows = await sql<{ id: string; count: number }[]>`
    select v.${id} as id, ${noun === 'policy' ? counted(sql, filter) : sql`count(*) as count from policy.violations v where true`}
      and v.${id} = any(${ids as string[]}::uuid[]) ${visible(sql, 'v', classes)} ${matches(sql, filter)}
    group by 1`;
  return new Map(rows.map((row) => [row.id, row.count]));
}

/** Those that the classes let see, locked asset by asset, in the order of their ids, as evaluations do. */
export async function lockViolations(tx: Transaction, classes: VisibleClasses, ids: readonly string[]): Promise<ViolationRow[]> {
  if (isNobody(classes)) return [];
  return tx<ViolationRow[]>`
    select v.* from policy.violations v where v.id = any(${ids as string[]}::uuid[]) ${visible(tx, 'v', classes)}
    order by v.asset_id, v.id for update`;
}

export type Decision = Pick<ViolationRow, 'status' | 'waivedUntil' | 'waivedBecause' | 'updatedAt'>;

export async function decide(tx: Transaction, ids: readonly string[], decision: Decision): Promise<void> {
  if (ids.length === 0) return;
  await tx`
    update policy.violations set status = ${decision.status}, waived_until = ${decision.waivedUntil}, waived_because = ${decision.waivedBecause},
      updated_at = ${decision.updatedAt}
    where id = any(${ids as string[]}::uuid[])`;
}

/** Whose waiver has expired, the longest ago first; those that somebody else has in hand are left to them. */
export async function lockExpired(tx: Transaction, now: Date, limit: number): Promise<ViolationRow[]> {
  return tx<ViolationRow[]>`
    select * from policy.violations where status = 'WAIVED' and waived_until <= ${now} order by waived_until limit ${limit} for update skip locked`;
}
