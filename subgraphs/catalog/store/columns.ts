/** Reads of columns: those of an asset, and flat lists over all. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import { classesToMerge, isNobody, visible } from '#platform/auth/classes.ts';
import type { LabelState } from '#platform/events/types.ts';
import type { Queryable } from '#platform/database/index.ts';
import type { Page } from '#platform/graphql/connections.ts';
import type { ColumnParent } from '../mappers.ts';
import { hasPrefix } from './prefix.ts';
import { narrow } from './visibility.ts';

export type ColumnFilter = {
  assetIds?: readonly string[] | null;
  sourceIds?: readonly string[] | null;
  namePrefix?: string | null;
  dataTypes?: readonly string[] | null;
  labels?: readonly string[] | null;
  labelStates?: readonly LabelState[] | null;
  includeDeleted?: boolean | null;
};

export type ColumnOrder = { field: 'ASSET_AND_ORDINAL' | 'NAME'; direction: 'ASC' | 'DESC' };
export type ColumnKey = readonly (string | number)[];

/** A page of each asset's columns, by ordinal. A tombstone has those that went with it, at the same moment. */
export async function listColumnsOfAssets(
  sql: Queryable,
  assetIds: readonly string[],
  page: Page<[number, string]>,
): Promise<ColumnParent[]> {
  const seek = page.after ? sql`and (c.ordinal, c.id) > (${page.after[0]}, ${page.after[1]}::uuid)` : sql``;
  const limit = page.first + 1;
  return sql<ColumnParent[]>`
    select p.*, e.description from catalog.assets a cross join lateral (
      (select c.* from catalog.columns c where a.deleted_at is null and c.asset_id = a.id and c.deleted_at is null ${seek}
        order by c.ordinal, c.id limit ${limit})
      union all
      (select c.* from catalog.columns c where a.deleted_at is not null and c.asset_id = a.id and c.deleted_at is not null and c.deleted_at = a.deleted_at ${seek}
        order by c.ordinal, c.id limit ${limit})
    ) p left join catalog.column_edits e on e.column_id = p.id
    where a.id = any(${assetIds as string[]}::uuid[]) order by p.asset_id, p.ordinal, p.id`;
}

export async function countColumnsOfAssets(sql: Queryable, assetIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await sql<{ id: string; count: number }[]>`
    select a.id, count(*) as count from catalog.assets a join catalog.columns c on c.asset_id = a.id and c.deleted_at is not distinct from a.deleted_at
    where a.id = any(${assetIds as string[]}::uuid[]) group by a.id`;
  return new Map(rows.map((row) => [row.id, row.count]));
}

/** Deleted ones too. */
export async function findColumnsById(sql: Queryable, classes: VisibleClasses, ids: readonly string[]): Promise<ColumnParent[]> {
  if (isNobody(classes)) return [];
  return sql<ColumnParent[]>`
    select c.*, e.description from catalog.columns c left join catalog.column_edits e on e.column_id = c.id
    where c.id = any(${ids as string[]}::uuid[]) ${visible(sql, 'c', classes)}`;
}

/** Which column of which asset: a name stands in an asset for the same column for ever, deleted or not. */
export type ColumnName = { id: string; assetId: string; name: string; isDeleted: boolean };
type Wanted = { ids: readonly string[] } | { names: readonly { assetId: string; name: string }[] };

/** In no order, deleted ones too. */
export async function findColumnNames(sql: Queryable, classes: VisibleClasses, wanted: Wanted): Promise<ColumnName[]> {
  if (isNobody(classes)) return [];
  const given =
    'ids' in wanted
      ? sql`catalog.columns c where c.id = any(${wanted.ids as string[]}::uuid[])`
      : sql`unnest(${wanted.names.map(({ assetId }) => assetId)}::uuid[], ${wanted.names.map(({ name }) => name)}::text[]) as given (asset_id, name)
          join catalog.columns c on c.asset_id = given.asset_id and c.name = given.name where true`;
  return sql<
    ColumnName[]
  >`select c.id, c.asset_id, c.name, c.deleted_at is not null as is_deleted from ${given} ${visible(sql, 'c', classes)}`;
}

/** In one of the states; CONFIRMED where only labels are asked for. */
function hasLabel(sql: Queryable, { labels, labelStates }: Pick<ColumnFilter, 'labels' | 'labelStates'>) {
  if (!labels && !labelStates) return sql``;
  const states = labelStates ?? ['CONFIRMED'];
  return sql`and c.id in (select l.column_id from catalog.column_labels l
    where l.state = any(${states as string[]}::text[]) ${labels ? sql`and l.label = any(${labels as string[]}::text[])` : sql``})`;
}

const matches = (
  sql: Queryable,
  { assetIds, namePrefix, dataTypes, ...labels }: ColumnFilter,
  replaced: 'low' | 'high' | null = null,
) => sql`
  ${assetIds ? sql`and c.asset_id = any(${assetIds as string[]}::uuid[])` : sql``}
  ${hasPrefix(sql, 'c.name', namePrefix, replaced)}
  ${dataTypes ? sql`and c.data_type = any(${dataTypes as string[]}::text[])` : sql``}
  ${hasLabel(sql, labels)}`;

const isSearched = ({ namePrefix, dataTypes, labels, labelStates }: ColumnFilter): boolean =>
  namePrefix != null || dataTypes != null || labels != null || labelStates != null;

/** A page of `first + 1` columns of visible assets. The key is (asset, ordinal, id) or (name, id). */
export async function listColumns(
  sql: Queryable,
  allowed: VisibleClasses,
  filter: ColumnFilter,
  order: ColumnOrder,
  page: Page<ColumnKey>,
): Promise<ColumnParent[]> {
  const classes = await narrow(sql, allowed, filter);
  if (isNobody(classes)) return [];
  const byAsset = order.field === 'ASSET_AND_ORDINAL';
  const turn = order.direction === 'DESC' ? sql`desc` : sql`asc`;
  const sorted = (alias: string) =>
    byAsset
      ? sql`${sql(alias)}.asset_id ${turn}, ${sql(alias)}.ordinal ${turn}, ${sql(alias)}.id ${turn}`
      : sql`${sql(alias)}.name ${turn}, ${sql(alias)}.id ${turn}`;
  const comparison = order.direction === 'DESC' ? sql`<` : sql`>`;
  const [first, second, third] = page.after ?? [];
  const seek = !page.after
    ? sql``
    : byAsset
      ? sql`and (c.asset_id, c.ordinal, c.id) ${comparison} (${first as string}::uuid, ${second as number}, ${third as string}::uuid)`
      : sql`and (c.name, c.id) ${comparison} (${first as string}, ${second as string}::uuid)`;
  const limit = page.first + 1;
  // By name nothing leads to a class: who may see only a removed source would walk past everybody's columns to find none.
  const any =
    classes === 'all' || filter.includeDeleted
      ? sql``
      : sql`and exists (select from catalog.asset_counts n where n.count > 0 ${visible(sql, 'n', classes)})`;
  const where = matches(sql, filter, page.after && !byAsset ? (order.direction === 'DESC' ? 'high' : 'low') : null);
  // Few assets are read from their own index; the merge would walk each class to find them.
  const merged = byAsset && !filter.assetIds ? classesToMerge(sql, classes, isSearched(filter)) : null;
  // As for assets: the living and the tombstones have indexes of their own.
  const lives = filter.includeDeleted ? [sql`c.deleted_at is null`, sql`c.deleted_at is not null`] : [sql`c.deleted_at is null`];
  // Of a label by far the most columns may be others': walking an order until enough are found costs seconds, finding them all first does not.
  const narrowed = classes !== 'all' && (filter.labels != null || (filter.labelStates != null && !merged));
  const branches = lives.map((life) =>
    narrowed
      ? sql`(with found as materialized (select c.* from catalog.columns c where ${life} ${visible(sql, 'c', classes)} ${where} ${seek})
          select c.* from found c order by ${sorted('c')} limit ${limit})`
      : merged
        ? sql`(select b.* from (${merged}) k cross join lateral (
          select c.* from catalog.columns c where c.access_class = k.id and ${life} ${where} ${seek}
          order by ${sorted('c')} limit ${limit}
        ) b order by ${sorted('b')} limit ${limit})`
        : sql`(select c.* from catalog.columns c where ${life} ${visible(sql, 'c', classes)} ${any} ${where} ${seek}
          order by ${sorted('c')} limit ${limit})`,
  );
  const rows = branches.length === 2 ? sql`${branches[0]!} union all ${branches[1]!}` : branches[0]!;
  return sql<ColumnParent[]>`
    select p.*, e.description from (select u.* from (${rows}) u order by ${sorted('u')} limit ${limit}) p
    left join catalog.column_edits e on e.column_id = p.id order by ${sorted('p')}`;
}

export async function countColumns(sql: Queryable, allowed: VisibleClasses, filter: ColumnFilter): Promise<number> {
  const classes = await narrow(sql, allowed, filter);
  if (isNobody(classes)) return 0;
  const [row] = await sql<{ count: number }[]>`
    select count(*) as count from catalog.columns c
    where ${filter.includeDeleted ? sql`true` : sql`c.deleted_at is null`} ${visible(sql, 'c', classes)} ${matches(sql, filter)}`;
  return row!.count;
}
