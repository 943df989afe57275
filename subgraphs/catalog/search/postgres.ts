/**
 * Search on PostgreSQL alone, without an extension: GIN over lexemes of our own, typos by the known words. Candidates are cut
 * before they are ranked, so a common word costs no more than a rare one; good for some 100,000 assets.
 */
import { setImmediate } from 'node:timers/promises';
import type { VisibleClasses } from '#platform/auth/access.ts';
import { isNobody, visible } from '#platform/auth/classes.ts';
import type { Queryable } from '#platform/database/index.ts';
import type { AssetFilter } from '../store/assets.ts';
import { hasPrefix } from '../store/prefix.ts';
import { narrow } from '../store/visibility.ts';
import { countFacets, NOTHING, type Fragment } from './facets.ts';
import {
  MOST_COUNTED,
  MOST_HITS,
  type SearchHit,
  type SearchIndex,
  type SearchKey,
  type SearchRequest,
  type SearchResult,
} from './index.ts';
import { parseQuery, type ParsedQuery } from './query.ts';
import { TSQUERY } from './lexemes.ts';
import { AS_TYPED, seeking, soughtWords, typedWords, type Meant, type Sought } from './tiers.ts';
import { suggest } from './suggestion.ts';
import { deleteDocuments, upsertDocuments } from './writing.ts';
import { findMeant } from './knownWords.ts';

export function createPostgresSearch(sql: Queryable): SearchIndex {
  return {
    search: (request) => search(sql, request),
    upsert: async (documents) => void (await upsertDocuments(sql, documents)),
    delete: (ids) => deleteDocuments(sql, ids),
  };
}

async function search(sql: Queryable, { query: text, filter, classes: allowed, first, after }: SearchRequest): Promise<SearchResult> {
  const classes = await narrow(sql, allowed, filter);
  if (isNobody(classes)) return NOTHING;
  const query = parseQuery(text);
  const meant = await findMeant(sql, classes, typedWords(query));
  const scope: Scope = { sql, classes, filter };
  const page = { first, after };

  let sought = seek(query, meant, after?.[0] !== 0);
  let hits = await listHits(scope, sought, page);
  if (hits.length === 0 && !after) {
    const loose = seekAny(query, meant);
    if (loose) {
      sought = loose;
      hits = await listHits(scope, loose, page);
    }
  }
  const all = sought?.parts.length ? 0 : 1;
  return {
    hits,
    keyOf: ({ score, assetId }): SearchKey => [all, score, assetId],
    sought: soughtWords(query, meant),
    ...countsOf(scope, sought?.everything ?? null),
    didYouMean: () =>
      suggest({
        query,
        isFound: all === 1 && hits.some(({ score }) => score >= AS_TYPED * IN_TIER),
        meant,
        findMeantLoosely: (words) => findMeant(sql, classes, words, 'loosely'),
        areFound: (queries) => areFound(scope, queries),
        seekAll,
      }),
  };
}

const { seekAll, seekAny } = seeking(TSQUERY);

/** Null finds everything: nothing was asked for. */
const seek = (query: ParsedQuery, meant: Meant, all: boolean): Sought | null =>
  query.raw === '' ? null : ((all ? null : seekAny(query, meant)) ?? seekAll(query, meant));

type Scope = { sql: Queryable; classes: VisibleClasses; filter: AssetFilter };

/** The condition of every read: the words, what the viewer may see, the filter. */
function matches({ sql, classes, filter }: Scope, query: string | null) {
  const { kinds, namePrefix, tags, labels, ownerIds, hasOwner, includeDeleted, updatedAfter } = filter;
  const found = query === null ? sql`true` : sql`d.words @@ ${query}::tsquery`;
  // The living and the tombstones have indexes of their own.
  const lives = includeDeleted
    ? sql`(${found} and d.deleted_at is null or ${found} and d.deleted_at is not null)`
    : sql`${found} and d.deleted_at is null`;
  return sql`${lives} ${visible(sql, 'd', classes)}
    ${kinds ? sql`and d.kind = any(${kinds as string[]}::text[])` : sql``}
    ${hasPrefix(sql, 'd.name', namePrefix)}
    ${tags ? sql`and d.tags <> '{}' and d.tags && ${tags as string[]}::text[]` : sql``}
    ${labels ? sql`and d.labels <> '{}' and d.labels && ${labels as string[]}::text[]` : sql``}
    ${ownerIds ? sql`and d.owner_ids <> '{}' and d.owner_ids && ${ownerIds as string[]}::uuid[]` : sql``}
    ${hasOwner == null ? sql`` : hasOwner ? sql`and d.owner_ids <> '{}'` : sql`and d.owner_ids = '{}'`}
    ${updatedAfter ? sql`and d.updated_at > ${updatedAfter}` : sql``}`;
}

/** Points: what a better tier finds stands above. */
const IN_TIER = 10;
/** Of D, C, B and A: columns, descriptions, path and tags and terms, the title. */
const WEIGHTS = [0.1, 0.2, 0.4, 1];

/** `first + 1` of the best. */
async function listHits(
  scope: Scope,
  sought: Sought | null,
  { first, after }: Pick<SearchRequest, 'first' | 'after'>,
): Promise<SearchHit[]> {
  const { sql } = scope;
  const tiers = sought?.tiers ?? [{ tier: 0, query: null, title: false }];
  // In the order of the table, whichever way it is read: the same ones each time.
  const branches = tiers.map(
    ({ tier, query }) => sql`(select d.ctid as place, ${tier}::int as tier from catalog.search_documents d where ${matches(scope, query)}
      ${query === null ? sql`order by d.asset_id desc` : sql``} limit ${MOST_HITS})`,
  );
  const found = branches.reduce((all, branch) => sql`${all} union all ${branch}`);
  const rank = sought?.rank ? sql`ts_rank(${WEIGHTS}::float4[], d.words, ${sought.rank}::tsquery)` : sql`0`;
  const titles = tiers.filter(({ title }) => title).map(({ tier }) => tier);
  // Of titles the one that says least besides what was asked for; elsewhere the one where it stands at a better place.
  const place = sought
    ? sql`case when c.tier = any(${titles}::int[])
        then 4 * least(1, ${sought.length}::int / greatest(d.title_length, 1)::float8) + ${rank} ${bonus(sql, sought.exact, 0.5)}
        else 4 * ${rank} ${bonus(sql, sought.exact, 2)} ${bonus(sql, sought.asTyped, 3)} end`
    : sql`0`;
  const parts = (sought?.parts ?? []).reduce((all, part) => sql`${all} + case when d.words @@ ${part}::tsquery then 10 else 0 end`, sql``);
  // Rows by their place, which holds for a statement; `offset 0` keeps the planner from reading all rows for the many that it expects.
  return sql<SearchHit[]>`
    select asset_id, score from (
      select place, max(tier) as tier from (${found}) f group by place order by tier desc, place limit ${MOST_HITS}
    ) c cross join lateral (
      select d.asset_id, (c.tier * ${IN_TIER}::int + ${place} ${parts} + case when d.described then 0.3 else 0 end
        + case when d.owner_ids <> '{}' then 0.3 else 0 end - least(d.title_length, 200) / 1000.0)::float8 as score
      from catalog.search_documents d where d.ctid = c.place offset 0
    ) s
    ${after ? sql`where (score, asset_id) < (${after[1]}::float8, ${after[2]}::uuid)` : sql``}
    order by score desc, asset_id desc limit ${first + 1}`;
}

const bonus = (sql: Queryable, query: string | null, points: number) =>
  query === null ? sql`` : sql`+ case when d.words @@ ${query}::tsquery then ${points}::float8 else 0 end`;

/** The facets tell the total, too: where both are wanted (in one go, as of one operation) one statement does. */
function countsOf(scope: Scope, query: string | null): Pick<SearchResult, 'count' | 'facets'> {
  const { sql } = scope;
  let counted: ReturnType<typeof countFacets> | undefined;
  const found = sql`from catalog.search_documents d where ${matches(scope, query)} limit ${MOST_COUNTED + 1}`;
  return {
    async count() {
      await setImmediate();
      const total = counted ? (await counted).total : await count(sql, found);
      return { total: Math.min(total, MOST_COUNTED), isCapped: total > MOST_COUNTED };
    },
    facets: async () => (await (counted ??= countFacets(sql, found))).facets,
  };
}

/** `having` instead of `exists`: the planner would read the whole table for the first of those that it expects. */
async function areFound(scope: Scope, queries: readonly string[]): Promise<boolean[]> {
  const { sql } = scope;
  const each = queries.map(
    (query, at) => sql`select ${at}::int as place from (
      select from catalog.search_documents d where ${matches(scope, query)} limit ${MOST_HITS}
    ) f having count(*) > 0`,
  );
  const rows = await sql<{ place: number }[]>`${each.reduce((all, next) => sql`${all} union all ${next}`)}`;
  const found = new Set(rows.map(({ place }) => place));
  return queries.map((_, at) => found.has(at));
}

async function count(sql: Queryable, found: Fragment): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*) as count from (select ${found}) f`;
  return row!.count;
}
