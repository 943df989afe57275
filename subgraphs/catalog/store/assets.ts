/** Reads of assets. Every one of them takes the viewer's classes, but for those within a transaction that already chose the rows. */
import { getTableColumns } from 'drizzle-orm';
import type { VisibleClasses } from '#platform/auth/access.ts';
import { classesToMerge, isNobody, visible } from '#platform/auth/classes.ts';
import type { Queryable } from '#platform/database/index.ts';
import type { Page } from '#platform/graphql/connections.ts';
import type { AssetKind, TableFacet } from '../connectors/types.ts';
import { LARGE_FIELDS, type AssetParent } from '../mappers.ts';
import { hasPrefix } from './prefix.ts';
import { assets } from './tables/asset.ts';
import { narrow, type ClassFilter } from './visibility.ts';

export type AssetFilter = ClassFilter & {
  kinds?: readonly AssetKind[] | null;
  namePrefix?: string | null;
  tags?: readonly string[] | null;
  labels?: readonly string[] | null;
  ownerIds?: readonly string[] | null;
  hasOwner?: boolean | null;
  includeDeleted?: boolean | null;
  updatedAfter?: Date | null;
};

export type AssetOrder = { field: 'NAME' | 'UPDATED_AT'; direction: 'ASC' | 'DESC' };
/** Name, or the time of the last change as ISO text; and the id. */
export type AssetKey = [string, string];

const LARGE: ReadonlySet<string> = new Set(LARGE_FIELDS);
const SELECTED = Object.entries(getTableColumns(assets))
  .filter(([property]) => !LARGE.has(property))
  .map(([, column]) => `a.${column.name}`);

/** What every read brings: a new column of the table without further ado, but not what may be large and is seldom asked for. */
export const assetFields = (sql: Queryable) => sql`${sql(SELECTED)}`;

/** What of a filter the classes do not say. */
export function matches(sql: Queryable, filter: AssetFilter, replaced: 'low' | 'high' | null = null) {
  const { kinds, tags, labels, ownerIds, hasOwner, updatedAfter } = filter;
  const owned = sql`exists (select from catalog.asset_owners o where o.asset_id = a.id)`;
  return sql`
    ${kinds ? sql`and a.kind = any(${kinds as string[]}::text[])` : sql``}
    ${hasPrefix(sql, 'a.name', filter.namePrefix, replaced)}
    ${tags ? sql`and a.id in (select t.asset_id from catalog.asset_tags t where t.tag = any(${tags as string[]}::text[]))` : sql``}
    ${labels ? sql`and a.id in (select l.asset_id from catalog.column_labels l where l.label = any(${labels as string[]}::text[]) and l.state = 'CONFIRMED')` : sql``}
    ${
      ownerIds
        ? sql`and a.id in (
      select o.asset_id from catalog.asset_owners o where o.user_id = any(${ownerIds as string[]}::uuid[])
      union select o.asset_id from catalog.asset_owners o where o.team_id = any(${ownerIds as string[]}::uuid[]))`
        : sql``
    }
    ${hasOwner == null ? sql`` : hasOwner ? sql`and ${owned}` : sql`and not ${owned}`}
    ${updatedAfter ? sql`and a.updated_at > ${updatedAfter}` : sql``}`;
}

/** The living and the tombstones have indexes of their own; a list of both is a merge of two. */
const lives = (sql: Queryable, filter: AssetFilter) =>
  filter.includeDeleted ? [sql`a.deleted_at is null`, sql`a.deleted_at is not null`] : [sql`a.deleted_at is null`];

/** A page of `first + 1` assets. */
export async function listAssets(
  sql: Queryable,
  allowed: VisibleClasses,
  filter: AssetFilter,
  order: AssetOrder,
  page: Page<AssetKey>,
): Promise<AssetParent[]> {
  const classes = await narrow(sql, allowed, filter);
  if (isNobody(classes)) return [];
  const byName = order.field === 'NAME';
  const descending = order.direction === 'DESC';
  const key = byName ? sql`name` : sql`updated_at`;
  const sorted = (alias: string) =>
    descending ? sql`${sql(alias)}.${key} desc, ${sql(alias)}.id desc` : sql`${sql(alias)}.${key}, ${sql(alias)}.id`;
  const seek = page.after
    ? sql`and (a.${key}, a.id) ${descending ? sql`<` : sql`>`} (${byName ? sql`${page.after[0]}` : sql`${page.after[0]}::text::timestamptz`}, ${page.after[1]}::uuid)`
    : sql``;
  const limit = page.first + 1;
  const where = matches(sql, filter, page.after && byName ? (descending ? 'high' : 'low') : null);
  // A merge over the classes, or the kinds: each has an index in this order, however its rows lie among the others.
  const merged = classesToMerge(sql, classes, isSearched(filter));
  const kinds = byName && filter.kinds ? sql`select unnest(${filter.kinds as string[]}::text[]) as id` : null;
  const branches = lives(sql, filter).map((life) =>
    merged || kinds
      ? sql`(select b.* from (${merged ?? kinds!}) k cross join lateral (
          select ${assetFields(sql)} from catalog.assets a where ${merged ? sql`a.access_class` : sql`a.kind`} = k.id
            ${merged ? sql`` : visible(sql, 'a', classes)} and ${life} ${where} ${seek}
          order by ${sorted('a')} limit ${limit}
        ) b order by ${sorted('b')} limit ${limit})`
      : sql`(select ${assetFields(sql)} from catalog.assets a where ${life} ${visible(sql, 'a', classes)} ${where} ${seek}
          order by ${sorted('a')} limit ${limit})`,
  );
  const rows = branches.length === 2 ? sql`${branches[0]!} union all ${branches[1]!}` : branches[0]!;
  return sql<AssetParent[]>`
    select p.*, e.description from (select u.* from (${rows}) u order by ${sorted('u')} limit ${limit}) p
    left join catalog.asset_edits e on e.asset_id = p.id order by ${sorted('p')}`;
}

const isSearched = ({ tags, labels, ownerIds, hasOwner }: AssetFilter): boolean =>
  tags != null || labels != null || ownerIds != null || hasOwner != null;

/** Whether a filter asks for nothing but classes and kinds, which `asset_counts` answers. */
export function isCounted({ sourceIds: _, namespace: __, domainIds: ___, hasDomain: ____, kinds: _____, ...others }: AssetFilter): boolean {
  return others.hasOwner == null && Object.values(others).every((value) => value == null || value === false || value === '');
}

export async function countAssets(sql: Queryable, allowed: VisibleClasses, filter: AssetFilter): Promise<number> {
  const classes = await narrow(sql, allowed, filter);
  if (isNobody(classes)) return 0;
  const { kinds } = filter;
  const [row] = isCounted(filter)
    ? await sql<{ count: number }[]>`
        select coalesce(sum(n.count), 0)::bigint as count from catalog.asset_counts n
        where true ${visible(sql, 'n', classes)} ${kinds ? sql`and n.kind = any(${kinds as string[]}::text[])` : sql``}`
    : await sql<{ count: number }[]>`
        select count(*) as count from catalog.assets a
        where ${filter.includeDeleted ? sql`true` : sql`a.deleted_at is null`} ${visible(sql, 'a', classes)} ${matches(sql, filter)}`;
  return row!.count;
}

/** Tombstones too. */
export async function findAssetsById(sql: Queryable, classes: VisibleClasses, ids: readonly string[]): Promise<AssetParent[]> {
  if (isNobody(classes)) return [];
  return sql<AssetParent[]>`
    select ${assetFields(sql)}, e.description from catalog.assets a left join catalog.asset_edits e on e.asset_id = a.id
    where a.id = any(${ids as string[]}::uuid[]) ${visible(sql, 'a', classes)}`;
}

/** The living only. */
export async function findAssetsByName(
  sql: Queryable,
  classes: VisibleClasses,
  names: readonly { namespace: string; name: string }[],
): Promise<AssetParent[]> {
  if (isNobody(classes)) return [];
  return sql<AssetParent[]>`
    select ${assetFields(sql)}, e.description
    from unnest(${names.map((each) => each.namespace)}::text[], ${names.map((each) => each.name)}::text[]) as wanted (namespace, name)
    join catalog.assets a on a.namespace = wanted.namespace and a.name = wanted.name and a.deleted_at is null
    left join catalog.asset_edits e on e.asset_id = a.id
    where true ${visible(sql, 'a', classes)}`;
}

/** A page of the living children of each parent, by name. */
export async function listChildren(
  sql: Queryable,
  classes: VisibleClasses,
  parentIds: readonly string[],
  page: Page<AssetKey>,
): Promise<AssetParent[]> {
  if (isNobody(classes)) return [];
  return sql<AssetParent[]>`
    select c.*, e.description from unnest(${parentIds as string[]}::uuid[]) as wanted (id) cross join lateral (
      select ${assetFields(sql)} from catalog.assets a where a.parent_id = wanted.id and a.deleted_at is null ${visible(sql, 'a', classes)}
        ${page.after ? sql`and (a.name, a.id) > (${page.after[0]}, ${page.after[1]}::uuid)` : sql``}
      order by a.name, a.id limit ${page.first + 1}
    ) c left join catalog.asset_edits e on e.asset_id = c.id order by c.parent_id, c.name, c.id`;
}

export async function countChildren(sql: Queryable, classes: VisibleClasses, parentIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await sql<{ parentId: string; count: number }[]>`
    select a.parent_id, count(*) as count from catalog.assets a
    where a.parent_id = any(${parentIds as string[]}::uuid[]) and a.deleted_at is null ${visible(sql, 'a', classes)} group by a.parent_id`;
  return new Map(rows.map((row) => [row.parentId, row.count]));
}

export async function loadTableFacets(sql: Queryable, ids: readonly string[]): Promise<Map<string, TableFacet>> {
  const rows = await sql<{ id: string; tableFacet: TableFacet }[]>`
    select id, table_facet from catalog.assets where id = any(${ids as string[]}::uuid[]) and table_facet is not null`;
  return new Map(rows.map((row) => [row.id, row.tableFacet]));
}
