/** The condition of every read: rows of the classes that the viewer may see. */
import type { Queryable } from '../database/index.ts';
import type { VisibleClasses } from './access.ts';

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

/** The classes to merge over, as a FROM item's query; null when they are not few. `searched`: not every row of a class matches. */
export function classesToMerge(sql: Queryable, classes: VisibleClasses, searched: boolean) {
  if (classes === 'all' || classes.length > (searched ? FEW_SEARCHED_CLASSES : FEW_CLASSES)) return null;
  return sql`select unnest(${classes}::int[]) as id`;
}
