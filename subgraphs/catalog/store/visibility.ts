/** The classes of a filter. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import { isNobody } from '#platform/auth/classes.ts';
import type { Queryable } from '#platform/database/index.ts';

export type ClassFilter = {
  sourceIds?: readonly string[] | null;
  namespace?: string | null;
  domainIds?: readonly string[] | null;
  hasDomain?: boolean | null;
};

/**
 * The classes of a list that is filtered by source, namespace or domain: each class belongs to one source and at most one
 * domain, and each source to one namespace. Asked before the list, so that the list is planned for the classes that it is
 * really about. The class of a removed domain is one without a domain: its assets are moved from it in batches.
 */
export async function narrow(sql: Queryable, classes: VisibleClasses, filter: ClassFilter): Promise<VisibleClasses> {
  const { sourceIds, namespace, domainIds, hasDomain } = filter;
  if (isNobody(classes) || (sourceIds == null && namespace == null && domainIds == null && hasDomain == null)) return classes;
  const living = sql`exists (select from catalog.domains d where d.id = k.domain_id)`;
  const rows = await sql<{ id: number }[]>`
    select k.id from access.classes k where ${classes === 'all' ? sql`true` : sql`k.id = any(${classes}::int[])`}
      ${sourceIds ? sql`and k.source_id = any(${sourceIds as string[]}::uuid[])` : sql``}
      ${namespace == null ? sql`` : sql`and k.source_id in (select s.id from catalog.sources s where s.namespace = ${namespace})`}
      ${domainIds ? sql`and k.domain_id = any(${domainIds as string[]}::uuid[]) and ${living}` : sql``}
      ${hasDomain == null ? sql`` : hasDomain ? sql`and ${living}` : sql`and not ${living}`}`;
  return rows.map((row) => row.id);
}
