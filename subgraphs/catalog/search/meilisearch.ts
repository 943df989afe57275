/** Search on Meilisearch, for a million assets. What may have been mistyped is told by the words that PostgreSQL knows. */
import { setImmediate } from 'node:timers/promises';
import type { MultiSearchQuery, SearchResponse } from 'meilisearch';
import { isNobody } from '#platform/auth/classes.ts';
import type { Queryable } from '#platform/database/index.ts';
import { narrow } from '../store/visibility.ts';
import {
  FACET_VALUES,
  MOST_COUNTED,
  type Facet,
  type FacetName,
  type SearchHit,
  type SearchIndex,
  type SearchKey,
  type SearchRequest,
  type SearchResult,
} from './index.ts';
import { NOTHING } from './facets.ts';
import { findMeant } from './knownWords.ts';
import { within, type Meili } from './meilisearch/connection.ts';
import { PRIMARY_KEY } from './meilisearch/settings.ts';
import { IN_TIER, placeInStep, scopeOf, scoreOf, seekAll, seekAny, stepsOf } from './meilisearch/steps.ts';
import { decode, placeOf, type StoredDocument } from './meilisearch/stored.ts';
import { writeDocuments } from './meilisearch/writing.ts';
import { parseQuery } from './query.ts';
import { suggest } from './suggestion.ts';
import { AS_TYPED, soughtWords, typedWords, type Sought } from './tiers.ts';

/** What a key of this index begins with, for all words and for any: PostgreSQL's keys are of another order. */
const [ALL, ANY] = [3, 2];
export const isKeyOfMeilisearch = ([kind]: SearchKey): boolean => kind === ALL || kind === ANY;

/** Who searches waits no longer than this. */
const SEARCH_MS = 5_000;
/** Steps of one request. Most searches find enough in the first ones. */
const AT_ONCE = 4;

type Options = {
  meili: Meili;
  /** The name of the index. */
  index: string;
  sql: Queryable;
};

export function createMeilisearch(options: Options): SearchIndex {
  const { meili, index, sql } = options;
  return {
    search: (request) => search(options, request),
    upsert: (documents) => writeDocuments({ meili, index, sql, documents, gone: [] }),
    delete: (gone) => writeDocuments({ meili, index, sql, documents: [], gone }),
  };
}

async function search(options: Options, { query: text, filter, classes: allowed, first, after }: SearchRequest): Promise<SearchResult> {
  const { sql } = options;
  const classes = await narrow(sql, allowed, filter);
  if (isNobody(classes)) return NOTHING;
  const query = parseQuery(text);
  const meant = await findMeant(sql, classes, typedWords(query));
  const scope = scopeOf(classes, filter);

  const loose = query.raw === '' ? null : seekAny(query, meant);
  let sought = query.raw === '' ? null : ((after?.[0] === ANY ? loose : null) ?? seekAll(query, meant));
  let hits = await listHits(options, scope, sought, { first, after });
  if (hits.length === 0 && !after && loose) {
    sought = loose;
    hits = await listHits(options, scope, sought, { first, after });
  }
  const kind = sought && sought === loose ? ANY : ALL;
  return {
    hits,
    keyOf: ({ score, assetId }): SearchKey => [kind, score, assetId],
    sought: soughtWords(query, meant),
    ...countsOf(options, sought ? [...scope, sought.everything] : scope),
    didYouMean: () =>
      suggest({
        query,
        isFound: kind === ALL && hits.some(({ score }) => score >= AS_TYPED * IN_TIER),
        meant,
        findMeantLoosely: (words) => findMeant(sql, classes, words, 'loosely'),
        areFound: (filters) => areFound(options, scope, filters),
        seekAll,
      }),
  };
}

type Hit = Pick<StoredDocument, 'id' | 'byTitle' | 'byMerit'>;
type Page = Pick<SearchRequest, 'first' | 'after'>;

async function ask<Found extends Record<string, unknown>>(
  { meili, index }: Options,
  queries: readonly Omit<MultiSearchQuery, 'indexUid'>[],
): Promise<SearchResponse<Found>[]> {
  const request = { queries: queries.map((query) => ({ indexUid: index, q: '', ...query })) };
  const { results } = await within(
    SEARCH_MS,
    meili.ask((client) => client.multiSearch<typeof request, Found>(request)),
  );
  return results;
}

/** `first + 1` of the best. */
async function listHits(options: Options, scope: readonly string[], sought: Sought | null, { first, after }: Page): Promise<SearchHit[]> {
  const all = stepsOf(sought);
  /** How many there are at all: once they are found no worse step is asked for. */
  let total = Infinity;
  const reached = after && placeInStep(after[1]);
  const hits: SearchHit[] = [];
  const steps = all.filter(({ number }) => !reached || number <= reached.number);
  for (let from = 0; from < steps.length && hits.length <= first && hits.length < total; from += AT_ONCE) {
    const some = steps.slice(from, from + AT_ONCE);
    const isCounted = from === 0 && !after && sought !== null && steps.length > AT_ONCE;
    const results = await ask<Hit>(options, [
      ...some.map((step) => {
        const better = all.slice(0, all.indexOf(step)).map(({ filter }) => filter!);
        const value = reached?.number === step.number ? reached.value : undefined;
        return {
          filter: [
            ...scope,
            ...(step.filter === null ? [] : [step.filter]),
            ...(better.length > 0 ? [`NOT (${better.join(' OR ')})`] : []),
            ...(value === undefined ? [] : [`${step.by} < ${value} OR (${step.by} = ${value} AND place < ${placeOf(after![2])})`]),
          ],
          sort: [`${step.by}:desc`, 'place:desc'],
          limit: first + 1 - hits.length,
          attributesToRetrieve: [PRIMARY_KEY, 'byTitle', 'byMerit'],
        };
      }),
      ...(isCounted ? [{ filter: [...scope, sought.everything], page: 1, hitsPerPage: 1, attributesToRetrieve: [PRIMARY_KEY] }] : []),
    ]);
    if (isCounted) total = (results.pop() as unknown as { totalHits: number }).totalHits;
    for (const [at, { hits: found }] of results.entries())
      hits.push(...found.map((hit) => ({ assetId: hit.id, score: scoreOf(some[at]!, hit) })));
  }
  return hits.slice(0, first + 1);
}

/** By what the facets are called there. */
const ATTRIBUTES: Readonly<Record<FacetName, keyof StoredDocument>> = {
  kind: 'kind',
  source: 'source',
  domain: 'domain',
  owner: 'owners',
  tag: 'tags',
  label: 'labels',
};
const ENCODED: readonly FacetName[] = ['tag', 'label'];

async function areFound(options: Options, scope: readonly string[], filters: readonly string[]): Promise<boolean[]> {
  const results = await ask(
    options,
    filters.map((filter) => ({ filter: [...scope, filter], limit: 1, attributesToRetrieve: [PRIMARY_KEY] })),
  );
  return results.map(({ hits }) => hits.length > 0);
}

type Counted = { total: number; facets: Facet[] };

/** The facets tell the total, too: where both are wanted (in one go, as of one operation) one request does. */
function countsOf(options: Options, filter: string[]): Pick<SearchResult, 'count' | 'facets'> {
  let counted: Promise<Counted> | undefined;
  return {
    async count() {
      await setImmediate();
      const { total } = await (counted ?? count(options, filter, []));
      return { total: Math.min(total, MOST_COUNTED), isCapped: total > MOST_COUNTED };
    },
    facets: async () => (await (counted ??= count(options, filter, Object.keys(ATTRIBUTES) as FacetName[]))).facets,
  };
}

async function count(options: Options, filter: string[], names: readonly FacetName[]): Promise<Counted> {
  const facets = names.map((name) => ATTRIBUTES[name]);
  const [result] = await ask(options, [
    { filter, page: 1, hitsPerPage: 1, attributesToRetrieve: [PRIMARY_KEY], ...(facets.length > 0 && { facets }) },
  ]);
  const { totalHits: total, facetDistribution = {} } = result as unknown as {
    totalHits: number;
    facetDistribution?: Record<string, Record<string, number>>;
  };
  const living = names.length > 0 ? await findLivingDomains(options.sql, Object.keys(facetDistribution.domain ?? {})) : new Set();
  return {
    total,
    facets: names.map((name) => ({
      name,
      values: Object.entries(facetDistribution[ATTRIBUTES[name]] ?? {})
        .map(([value, found]) => ({ value: ENCODED.includes(name) ? decode(value) : value, count: Math.min(found, MOST_COUNTED) }))
        .filter(({ value }) => name !== 'domain' || living.has(value))
        .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
        .slice(0, FACET_VALUES),
    })),
  };
}

/** The class of a removed domain is one without a domain. */
async function findLivingDomains(sql: Queryable, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await sql<{ id: string }[]>`select id from catalog.domains where id = any(${ids as string[]}::uuid[])`;
  return new Set(rows.map(({ id }) => id));
}
