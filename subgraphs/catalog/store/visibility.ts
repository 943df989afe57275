/** The condition of every read: rows of the classes that the viewer may see. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { Queryable } from '#platform/database/index.ts';

/**
 * A lateral merge over more classes than this costs more than walking a list and leaving rows out. Where each class has
 * to be searched (for a tag, an owner) that comes sooner.
 */
const FEW_CLASSES = 300;
const FEW_SEARCHED_CLASSES = 64;

export const isNobody = (classes: VisibleClasses): boolean => classes !== 'all' && classes.length === 0;

/** `and <alias>.access_class = any(…)`; nothing for who sees all. */
export const visible = (sql: Queryable, alias: string, classes: VisibleClasses) =>
  classes === 'all' ? sql`` : sql`and ${sql(`${alias}.access_class`)} = any(${classes}::int[])`;

export type ClassFilter = { sourceIds?: readonly string[] | null; namespace?: string | null };

/**
 * The classes of a list that is filtered by source or namespace: each class belongs to one source, and each source to one
 * namespace. Asked before the list, so that the list is planned for the classes that it is really about.
 */
export async function narrow(sql: Queryable, classes: VisibleClasses, { sourceIds, namespace }: ClassFilter): Promise<VisibleClasses> {
  if (isNobody(classes) || (sourceIds == null && namespace == null)) return classes;
  const rows = await sql<{ id: number }[]>`
    select k.id from access.classes k where ${classes === 'all' ? sql`true` : sql`k.id = any(${classes}::int[])`}
      ${sourceIds ? sql`and k.source_id = any(${sourceIds as string[]}::uuid[])` : sql``}
      ${namespace == null ? sql`` : sql`and k.source_id in (select s.id from catalog.sources s where s.namespace = ${namespace})`}`;
  return rows.map((row) => row.id);
}

/** The classes to merge over, as a FROM item's query; null when they are not few. `searched`: not every row of a class matches. */
export function classesToMerge(sql: Queryable, classes: VisibleClasses, searched: boolean) {
  if (classes === 'all' || classes.length > (searched ? FEW_SEARCHED_CLASSES : FEW_CLASSES)) return null;
  return sql`select unnest(${classes}::int[]) as id`;
}
