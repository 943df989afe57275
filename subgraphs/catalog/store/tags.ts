/** Tags, counted over the living assets that the viewer sees. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import { isNobody, visible } from '#platform/auth/classes.ts';
import type { Queryable } from '#platform/database/index.ts';
import type { Page } from '#platform/graphql/connections.ts';
import type { TagParent } from '../mappers.ts';
import { hasPrefix } from './prefix.ts';

/** A page of `first + 1` tags, by name. Each asset is looked up by its id, in the order of the tags: a page ends after its own tags, whoever asks. */
export async function listTags(sql: Queryable, classes: VisibleClasses, prefix: string | null, page: Page<[string]>): Promise<TagParent[]> {
  if (isNobody(classes)) return [];
  return sql<TagParent[]>`
    select t.tag as name, count(*) as asset_count from catalog.asset_tags t cross join lateral (
      select from catalog.assets a where a.id = t.asset_id and a.deleted_at is null ${visible(sql, 'a', classes)} limit 1
    ) a
    where true ${hasPrefix(sql, 't.tag', prefix, page.after && 'low')} ${page.after ? sql`and t.tag > ${page.after[0]}` : sql``}
    group by t.tag order by t.tag limit ${page.first + 1}`;
}

export async function countTags(sql: Queryable, classes: VisibleClasses, prefix: string | null): Promise<number> {
  if (isNobody(classes)) return 0;
  const [row] = await sql<{ count: number }[]>`
    select count(distinct t.tag) as count from catalog.asset_tags t join catalog.assets a on a.id = t.asset_id
    where a.deleted_at is null ${visible(sql, 'a', classes)} ${hasPrefix(sql, 't.tag', prefix)}`;
  return row!.count;
}
