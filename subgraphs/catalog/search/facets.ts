/** How the matches of a search spread over kinds, sources, domains, owners, tags and labels. */
import type postgres from 'postgres';
import type { Queryable } from '#platform/database/index.ts';
import { FACET_VALUES, MOST_COUNTED, type Facet, type FacetName, type SearchResult } from './index.ts';

export type Fragment = postgres.PendingQuery<postgres.Row[]>;

const NAMES: readonly FacetName[] = ['kind', 'source', 'domain', 'owner', 'tag', 'label'];

/** What is found by who may see nothing. */
export const NOTHING: SearchResult = {
  hits: [],
  keyOf: ({ score, assetId }) => [1, score, assetId],
  sought: { prefixes: [], exact: [] },
  count: async () => ({ total: 0, isCapped: false }),
  facets: async () => NAMES.map((name) => ({ name, values: [] })),
  didYouMean: async () => null,
};

/** `matches`: from where on, of the alias `d`. A domain that was removed is none. `total`: how many were looked at. */
export async function countFacets(sql: Queryable, matches: Fragment): Promise<{ facets: Facet[]; total: number }> {
  const rows = await listCounts(sql, matches);
  const facets = NAMES.map((name) => ({
    name,
    values: rows.filter((row) => row.name === name).map(({ value, count }) => ({ value, count: Math.min(count, MOST_COUNTED) })),
  }));
  return { facets, total: rows.find((row) => row.name === 'total')!.count };
}

async function listCounts(sql: Queryable, matches: Fragment) {
  return sql<{ name: FacetName | 'total'; value: string; count: number }[]>`
    with found as materialized (select d.kind, d.access_class, d.tags, d.owner_ids, d.labels ${matches}),
      groups as materialized (select access_class, kind, count(*) as count from found group by access_class, kind),
      classes as materialized (
        select k.source_id, m.id as domain_id, g.count from groups g
        join access.classes k on k.id = g.access_class left join catalog.domains m on m.id = k.domain_id
      ),
      counted as (
        select 'total' as name, '' as value, coalesce(sum(count), 0)::bigint as count from groups
        union all select 'kind', kind, sum(count)::bigint from groups group by kind
        union all select 'source', source_id::text, sum(count)::bigint from classes group by source_id
        union all select 'domain', domain_id::text, sum(count)::bigint from classes where domain_id is not null group by domain_id
        union all select 'owner', owner::text, count(*) from (select unnest(owner_ids) as owner from found) o group by owner
        union all select 'tag', tag, count(*) from (select unnest(tags) as tag from found) t group by tag
        union all select 'label', label, count(*) from (select unnest(labels) as label from found) l group by label
      )
    select name, value, count from (
      select *, row_number() over (partition by name order by count desc, value collate "C") as place from counted
    ) placed where place <= ${FACET_VALUES} order by name, place`;
}
