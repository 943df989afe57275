/** How many living, visible assets there are of each source, kind, domain, owner or label. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import { isNobody, visible } from '#platform/auth/classes.ts';
import type { Queryable } from '#platform/database/index.ts';
import { isCounted, matches, type AssetFilter } from './assets.ts';
import { narrow } from './visibility.ts';

export type AssetCountKey = 'SOURCE' | 'KIND' | 'DOMAIN' | 'OWNER' | 'LABEL';
export type ValueCount = { value: string; count: number };

const MOST_VALUES = 1000;

/** The largest first, equal ones by value. '' is for those without a domain, an owner or a label. */
export async function countAssetsBy(sql: Queryable, allowed: VisibleClasses, given: AssetFilter, by: AssetCountKey): Promise<ValueCount[]> {
  const filter = { ...given, includeDeleted: null };
  const classes = await narrow(sql, allowed, filter);
  if (isNobody(classes)) return [];
  const groups =
    by === 'LABEL' && isCounted(filter) && !filter.kinds
      ? byCountedLabel(sql, classes, filter)
      : by === 'OWNER' || by === 'LABEL'
        ? bySeveral(sql, classes, filter, by)
        : byClassOrKind(sql, classes, filter, by);
  return sql<ValueCount[]>`
    select value, count from (${groups}) as groups where count > 0 order by count desc, value collate "C" limit ${MOST_VALUES}`;
}

/** Rows of a number and what it is of: the counters where they answer, else the assets themselves. */
function counted(sql: Queryable, classes: VisibleClasses, filter: AssetFilter) {
  return isCounted(filter)
    ? sql`select n.access_class, n.kind, n.count from catalog.asset_counts n
        where true ${visible(sql, 'n', classes)} ${filter.kinds ? sql`and n.kind = any(${filter.kinds as string[]}::text[])` : sql``}`
    : sql`select a.access_class, a.kind, count(*) as count from catalog.assets a
        where a.deleted_at is null ${visible(sql, 'a', classes)} ${matches(sql, filter)} group by 1, 2`;
}

function byClassOrKind(sql: Queryable, classes: VisibleClasses, filter: AssetFilter, by: 'SOURCE' | 'KIND' | 'DOMAIN') {
  const value = {
    SOURCE: sql`k.source_id::text`,
    KIND: sql`n.kind`,
    // Of a class whose domain was removed there is none any more.
    DOMAIN: sql`coalesce(d.id::text, '')`,
  }[by];
  return sql`
    select ${value} as value, sum(n.count)::bigint as count from (${counted(sql, classes, filter)}) n
    join access.classes k on k.id = n.access_class left join catalog.domains d on d.id = k.domain_id group by 1`;
}

/** An asset counts once for each of its owners, or labels. Who has none is what is left of all: those that have one are the fewer. */
function bySeveral(sql: Queryable, classes: VisibleClasses, filter: AssetFilter, by: 'OWNER' | 'LABEL') {
  const having = {
    OWNER: sql`select o.asset_id, coalesce(o.user_id, o.team_id)::text as value from catalog.asset_owners o`,
    LABEL: sql`select l.asset_id, l.label as value from catalog.column_labels l where l.state = 'CONFIRMED'`,
  }[by];
  return sql`
    with several as materialized (
      select distinct h.asset_id, h.value from (${having}) h join catalog.assets a on a.id = h.asset_id
      where a.deleted_at is null ${visible(sql, 'a', classes)} ${matches(sql, filter)}
    )
    select value, count(*) as count from several group by value
    union all
    select '', (select coalesce(sum(n.count), 0) from (${counted(sql, classes, filter)}) n)::bigint - (select count(*) from (select asset_id from several group by asset_id) s)`;
}

/** The same from the counters, which know classes and no kinds. */
function byCountedLabel(sql: Queryable, classes: VisibleClasses, filter: AssetFilter) {
  return sql`
    with sums as materialized (
      select n.label, sum(n.count)::bigint as count from catalog.label_counts n where true ${visible(sql, 'n', classes)} group by 1
    )
    select label as value, count from sums where label <> ''
    union all
    select '', (select coalesce(sum(n.count), 0) from (${counted(sql, classes, filter)}) n)::bigint - coalesce((select count from sums where label = ''), 0)`;
}
