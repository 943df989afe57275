/** Reads of columns: those of an asset, and flat lists over all. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { Queryable } from '#platform/database/index.ts';
import type { Page } from '#platform/graphql/connections.ts';
import type { ColumnParent } from '../mappers.ts';
import { hasPrefix } from './prefix.ts';
import { classesOf, isNobody, visible } from './visibility.ts';

export type ColumnFilter = {
  assetIds?: readonly string[] | null;
  sourceIds?: readonly string[] | null;
  namePrefix?: string | null;
  dataTypes?: readonly string[] | null;
  includeDeleted?: boolean | null;
};

export type ColumnOrder = { field: 'ASSET_AND_ORDINAL' | 'NAME'; direction: 'ASC' | 'DESC' };
export type ColumnKey = readonly (string | number)[];

/** A tombstone keeps the columns that it had at its end. */
const livesWith = (sql: Queryable) => sql`(c.deleted_at is null or c.deleted_at = a.deleted_at)`;

/** A page of each asset's columns, by ordinal. */
export async function listColumnsOfAssets(sql: Queryable, assetIds: readonly string[], page: Page<[number, string]>): Promise<ColumnParent[]> {
  return sql<ColumnParent[]>`
    select p.*, e.description from catalog.assets a cross join lateral (
      select c.* from catalog.columns c where c.asset_id = a.id and ${livesWith(sql)}
        ${page.after ? sql`and (c.ordinal, c.id) > (${page.after[0]}, ${page.after[1]}::uuid)` : sql``}
      order by c.ordinal, c.id limit ${page.first + 1}
    ) p left join catalog.column_edits e on e.column_id = p.id
    where a.id = any(${assetIds as string[]}::uuid[]) order by p.asset_id, p.ordinal, p.id`;
}

export async function countColumnsOfAssets(sql: Queryable, assetIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await sql<{ id: string; count: number }[]>`
    select a.id, count(*) as count from catalog.assets a join catalog.columns c on c.asset_id = a.id and ${livesWith(sql)}
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

/** A column is gone with its asset, whether or not its own row says so. */
const living = (sql: Queryable, { includeDeleted }: ColumnFilter) =>
  includeDeleted
    ? sql`true`
    : sql`c.deleted_at is null and not exists (select from catalog.assets a where a.id = c.asset_id and a.deleted_at is not null)`;

const matches = (sql: Queryable, { assetIds, namePrefix, dataTypes }: ColumnFilter) => sql`
  ${assetIds ? sql`and c.asset_id = any(${assetIds as string[]}::uuid[])` : sql``}
  ${hasPrefix(sql, 'c.name', namePrefix)}
  ${dataTypes ? sql`and c.data_type = any(${dataTypes as string[]}::text[])` : sql``}`;

const ofSources = (sql: Queryable, { sourceIds }: ColumnFilter) =>
  sourceIds ? sql`and c.access_class in (select k.id from access.classes k where k.source_id = any(${sourceIds as string[]}::uuid[]))` : sql``;

/** A page of `first + 1` columns of visible assets. The key is (asset, ordinal, id) or (name, id). */
export async function listColumns(
  sql: Queryable,
  classes: VisibleClasses,
  filter: ColumnFilter,
  order: ColumnOrder,
  page: Page<ColumnKey>,
): Promise<ColumnParent[]> {
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
  const where = matches(sql, filter);
  // Few assets are read from their own index; the merge would walk each class to find them.
  const merged = byAsset && !filter.assetIds ? classesOf(sql, classes, filter.sourceIds ?? null) : null;
  const rows = merged
    ? sql`select b.* from (${merged}) k cross join lateral (
        select c.* from catalog.columns c where c.access_class = k.id and ${living(sql, filter)} ${where} ${seek}
        order by ${sorted('c')} limit ${limit}
      ) b order by ${sorted('b')} limit ${limit}`
    : sql`select c.* from catalog.columns c where ${living(sql, filter)} ${visible(sql, 'c', classes)} ${ofSources(sql, filter)} ${where} ${seek}
        order by ${sorted('c')} limit ${limit}`;
  return sql<ColumnParent[]>`
    select p.*, e.description from (${rows}) p left join catalog.column_edits e on e.column_id = p.id order by ${sorted('p')}`;
}

export async function countColumns(sql: Queryable, classes: VisibleClasses, filter: ColumnFilter): Promise<number> {
  if (isNobody(classes)) return 0;
  const [row] = await sql<{ count: number }[]>`
    select count(*) as count from catalog.columns c
    where ${living(sql, filter)} ${visible(sql, 'c', classes)} ${ofSources(sql, filter)} ${matches(sql, filter)}`;
  return row!.count;
}
