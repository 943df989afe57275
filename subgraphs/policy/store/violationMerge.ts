/** How a list of violations is read: as a merge over values each of which has an index in the list's order, so that no page depends on how rare its rows are. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import { visible } from '#platform/auth/classes.ts';
import type { Queryable } from '#platform/database/index.ts';
import type { Severity, ViolationStatus } from '#platform/events/types.ts';
import { matches, type ListFilter } from './violationFilter.ts';

export const SEVERITIES = ['INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const satisfies readonly Severity[];
const STATUSES = ['OPEN', 'ACKNOWLEDGED', 'WAIVED', 'RESOLVED'] as const satisfies readonly ViolationStatus[];

export type ViolationOrder = { field: 'RAISED_AT' | 'SEVERITY'; direction: 'ASC' | 'DESC' };

/** Above these, walking the list and leaving rows out is quicker. */
const MOST_BRANCHES = 10_000;
const MOST_CLASSES = 300;

const TYPES = {
  policy_id: 'uuid',
  access_class: 'int',
  asset_id: 'uuid',
  status: 'policy.violation_status',
  severity: 'policy.severity',
} as const;
type Dimension = { column: keyof typeof TYPES; values: readonly (string | number)[] };

/** Of lists below a parent: the column that holds its id, and how many parents there are. */
export type Parent = { column: 'policy_id' | 'asset_id'; count: number };

/** Whether what is asked for is little wherever it is: then it is read and sorted. */
const isLittle = ({ ids, assetIds }: ListFilter): boolean => ids !== undefined || assetIds != null;

/** The values to merge over; empty for a walk in the order of the list, or for what is read and sorted. */
function dimensionsOf({ classes, filter, order, after }: ListQuery, parent?: Parent): Dimension[] {
  if (filter.ids || parent?.column === 'asset_id') return [];
  if (filter.assetIds) return [{ column: 'asset_id', values: filter.assetIds }];
  const byStatus: Dimension[] = [{ column: 'status', values: filter.statuses ?? STATUSES }];
  // The rows of a status are by severity and then by time: those of one severity are by time, and go on after a key.
  if (order.field === 'RAISED_AT' || after || filter.severities)
    byStatus.push({ column: 'severity', values: filter.severities ?? SEVERITIES });
  const byClass: Dimension[] = classes === 'all' ? [] : [{ column: 'access_class', values: classes }];
  const byPolicy: Dimension[] = filter.policyIds && !parent ? [{ column: 'policy_id', values: filter.policyIds }] : [];
  const isPlain = order.field === 'RAISED_AT' && !filter.statuses && !filter.severities;
  const ways =
    byPolicy.length > 0 || parent
      ? [
          [...byPolicy, ...byClass, ...byStatus],
          [...byPolicy, ...byStatus],
        ]
      : isPlain
        ? [byClass]
        : [[...byClass, ...byStatus], byStatus];
  const isShort = (way: readonly Dimension[]): boolean => branchesOf(way) * (parent?.count ?? 1) <= MOST_BRANCHES;
  return ways.find((way) => isShort(way) && (classes === 'all' || classes.length <= MOST_CLASSES || !way.includes(byClass[0]!))) ?? [];
}

const branchesOf = (dimensions: readonly Dimension[]): number => dimensions.reduce((product, { values }) => product * values.length, 1);

export type ListQuery = {
  classes: VisibleClasses;
  filter: ListFilter;
  order: ViolationOrder;
  first: number;
  after: ViolationKey | null;
};
/** `raised_at` as ISO text, the id; by severity, that before them. */
export type ViolationKey = [raisedAt: string, id: string] | [severity: string, raisedAt: string, id: string];

/** The keys of a page of `first + 1`. `parent`: of each row of a FROM item `wanted (id)`. */
export function keysOf(sql: Queryable, query: ListQuery, parent?: Parent) {
  const { classes, filter, order, first, after } = query;
  const limit = first + 1;
  if (parent?.column === 'policy_id' && isLittle(filter)) {
    // Once for all policies, not for each of them.
    return sql`select ranked.id from (
      select v.id, v.policy_id, row_number() over (partition by v.policy_id order by ${sorted(sql, 'v', order)}) as place from policy.violations v
      where true ${visible(sql, 'v', classes)} ${matches(sql, filter)} ${seek(sql, order, after)}
    ) ranked where ranked.policy_id = wanted.id and ranked.place <= ${limit}`;
  }
  const dimensions = dimensionsOf(query, parent);
  const merged = new Set<string>(dimensions.map(({ column }) => column));
  const bySeverity = order.field === 'SEVERITY';
  const bounds = bySeverity && merged.has('severity') && after ? boundsOf(order, after) : undefined;
  // What the order does not take stays out, so that an index is all that is read.
  const found = sql`
    select ${bySeverity ? sql`v.severity,` : sql``} v.raised_at, v.id from policy.violations v
    where ${parent ? sql`v.${sql(parent.column)} = wanted.id` : sql`true`}
      ${merged.has('access_class') ? sql`` : visible(sql, 'v', classes)}
      ${dimensions.length === 0 ? sql`` : dimensions.map(({ column }) => sql`and v.${sql(column)} = ${sql(`by_${column}`)}.value`)}
      ${matches(sql, filter, merged)}
      ${bounds ? sql`and (v.raised_at, v.id) ${than(sql, order)} (bound.raised_at, bound.id)` : seek(sql, order, after)}`;
  const branch = sql`${found} order by ${sorted(sql, 'v', order)} limit ${limit}`;
  // Read first, then sorted (that is what the offset says): on a walk in the list's order they could be the last ones.
  const sortedLate = sql`select v.* from (${found} offset 0) v order by ${sorted(sql, 'v', order)} limit ${limit}`;
  if (dimensions.length === 0) return filter.ids ? sortedLate : branch;
  const values = dimensions.map(
    ({ column, values: all }) =>
      sql`unnest(${all as string[]}::${sql.unsafe(TYPES[column])}[]) as ${sql(`by_${column}`)} (value) cross join`,
  );
  const bound = bounds
    ? sql`lateral (
        select each.raised_at, each.id from unnest(${bounds.map((each) => each[0])}::text[]::policy.severity[],
          ${bounds.map((each) => each[1])}::text[]::timestamptz[], ${bounds.map((each) => each[2])}::text[]::uuid[]) as each (severity, raised_at, id)
        where each.severity = by_severity.value
      ) bound cross join`
    : sql``;
  return sql`select b.* from ${values} ${bound} lateral (${branch}) b order by ${sorted(sql, 'b', order)} limit ${limit}`;
}

const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Where each severity goes on after a key: those that the list has passed are left out. As (severity, time, id) < (…) the planner takes
 * what is left for next to nothing, and reads it by any index.
 */
function boundsOf({ direction }: ViolationOrder, after: ViolationKey): [severity: string, raisedAt: string, id: string][] {
  const [severity, raisedAt, id] = after as [string, string, string];
  const place = SEVERITIES.findIndex((each) => each === severity);
  const [later, start]: [string[], [string, string]] =
    direction === 'DESC' ? [SEVERITIES.slice(0, place), ['infinity', LAST_ID]] : [SEVERITIES.slice(place + 1), ['-infinity', FIRST_ID]];
  return [[severity, raisedAt, id], ...later.map((each): [string, string, string] => [each, ...start])];
}

const than = (sql: Queryable, { direction }: ViolationOrder) => (direction === 'DESC' ? sql`<` : sql`>`);

export function sorted(sql: Queryable, alias: string, { field, direction }: ViolationOrder) {
  const way = direction === 'DESC' ? sql`desc` : sql``;
  const of = sql(alias);
  return sql`${field === 'SEVERITY' ? sql`${of}.severity ${way},` : sql``} ${of}.raised_at ${way}, ${of}.id ${way}`;
}

function seek(sql: Queryable, order: ViolationOrder, after: ViolationKey | null) {
  if (!after) return sql``;
  const [id, raisedAt, severity] = after.toReversed();
  return severity === undefined
    ? sql`and (v.raised_at, v.id) ${than(sql, order)} (${raisedAt!}::text::timestamptz, ${id!}::uuid)`
    : sql`and (v.severity, v.raised_at, v.id) ${than(sql, order)} (${severity}::text::policy.severity, ${raisedAt!}::text::timestamptz, ${id!}::uuid)`;
}
