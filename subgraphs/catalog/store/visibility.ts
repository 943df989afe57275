/** The condition of every read: rows of the classes that the viewer may see. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { Queryable } from '#platform/database/index.ts';

/** A lateral merge over more classes than this costs more than walking a list and leaving rows out. */
export const FEW_CLASSES = 300;

export const isNobody = (classes: VisibleClasses): boolean => classes !== 'all' && classes.length === 0;

/** `and <alias>.access_class = any(…)`; nothing for who sees all. */
export const visible = (sql: Queryable, alias: string, classes: VisibleClasses) =>
  classes === 'all' ? sql`` : sql`and ${sql(`${alias}.access_class`)} = any(${classes}::int[])`;

/**
 * The classes to merge over, as a FROM item's query; null when the list is not limited to few. A filter by source is
 * one by class, because each class belongs to one source.
 */
export function classesOf(sql: Queryable, classes: VisibleClasses, sourceIds: readonly string[] | null) {
  if (sourceIds) {
    return sql`select id from access.classes k where k.source_id = any(${sourceIds as string[]}::uuid[]) ${
      classes === 'all' ? sql`` : sql`and k.id = any(${classes}::int[])`
    }`;
  }
  if (classes === 'all' || classes.length > FEW_CLASSES) return null;
  return sql`select unnest(${classes}::int[]) as id`;
}
