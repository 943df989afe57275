'use client';
import { useQuery, type CombinedError } from 'urql';
import { graphql } from '@/gql';
import type { SearchFacetsQuery } from '@/gql/graphql';
import { FACETS, isAnyChosen, NONE, toFilter, type Chosen, type FacetName } from './search-filter';

// A facet with a choice is counted as if it had none: its other values would not be found within the choice.
const SEARCH_FACETS = graphql(`
  query SearchFacets(
    $query: String!
    $filter: AssetFilter!
    $unowned: AssetFilter!
    $withoutDomain: AssetFilter!
    $kind: AssetFilter!
    $isKind: Boolean!
    $source: AssetFilter!
    $isSource: Boolean!
    $label: AssetFilter!
    $isLabel: Boolean!
    $domain: AssetFilter!
    $isDomain: Boolean!
    $owner: AssetFilter!
    $isOwner: Boolean!
    $tag: AssetFilter!
    $isTag: Boolean!
  ) {
    all: search(query: $query, filter: $filter, first: 1) {
      ...FacetCounts
    }
    unowned: search(query: $query, filter: $unowned, first: 1) {
      totalCount
      totalIsCapped
    }
    withoutDomain: search(query: $query, filter: $withoutDomain, first: 1) {
      totalCount
      totalIsCapped
    }
    kind: search(query: $query, filter: $kind, first: 1) @include(if: $isKind) {
      ...FacetCounts
    }
    source: search(query: $query, filter: $source, first: 1) @include(if: $isSource) {
      ...FacetCounts
    }
    label: search(query: $query, filter: $label, first: 1) @include(if: $isLabel) {
      ...FacetCounts
    }
    domain: search(query: $query, filter: $domain, first: 1) @include(if: $isDomain) {
      ...FacetCounts
    }
    owner: search(query: $query, filter: $owner, first: 1) @include(if: $isOwner) {
      ...FacetCounts
    }
    tag: search(query: $query, filter: $tag, first: 1) @include(if: $isTag) {
      ...FacetCounts
    }
  }

  fragment FacetCounts on SearchConnection {
    totalCount
    totalIsCapped
    facets {
      name
      values {
        value
        count
      }
    }
  }
`);

export type FacetCount = { value: string; count: number; isCapped: boolean };
export type Facets = {
  of: Readonly<Record<FacetName, readonly FacetCount[]>>;
  /** How many there would be without the facet's choice; of facets with one. */
  without: readonly { name: FacetName; count: number; isCapped: boolean }[];
  isKnown: boolean;
  error: CombinedError | undefined;
};

const MOST = 10_000;

export function useFacets(query: string, chosen: Chosen): Facets {
  const is = (name: FacetName): boolean => chosen[name].length > 0;
  const [{ data, error }] = useQuery({
    query: SEARCH_FACETS,
    variables: {
      query,
      filter: toFilter(chosen),
      unowned: { ...toFilter(chosen, 'owner'), hasOwner: false },
      withoutDomain: { ...toFilter(chosen, 'domain'), hasDomain: false },
      kind: toFilter(chosen, 'kind'),
      isKind: is('kind'),
      source: toFilter(chosen, 'source'),
      isSource: is('source'),
      label: toFilter(chosen, 'label'),
      isLabel: is('label'),
      domain: toFilter(chosen, 'domain'),
      isDomain: is('domain'),
      owner: toFilter(chosen, 'owner'),
      isOwner: is('owner'),
      tag: toFilter(chosen, 'tag'),
      isTag: is('tag'),
    },
  });
  return {
    of: {
      kind: countsOf('kind', chosen, data),
      source: countsOf('source', chosen, data),
      label: countsOf('label', chosen, data),
      domain: countsOf('domain', chosen, data),
      owner: countsOf('owner', chosen, data),
      tag: countsOf('tag', chosen, data),
    },
    without: FACETS.filter((name) => is(name) && data?.[name]).map((name) => ({
      name,
      count: data![name]!.totalCount,
      isCapped: data![name]!.totalIsCapped,
    })),
    isKnown: Boolean(data?.all),
    error: data?.all && (!isAnyChosen(chosen) || FACETS.every((name) => !is(name) || data[name])) ? undefined : error,
  };
}

/** What is chosen stays, with 0, when nothing has it any more. */
function countsOf(name: FacetName, chosen: Chosen, data: SearchFacetsQuery | undefined): FacetCount[] {
  const values = (data?.[name] ?? data?.all)?.facets.find((facet) => facet.name === name)?.values ?? [];
  const counts = values.map(({ value, count }) => ({ value, count, isCapped: count >= MOST }));
  const none = name === 'owner' ? data?.unowned : name === 'domain' ? data?.withoutDomain : undefined;
  if (none && (none.totalCount > 0 || chosen[name].includes(NONE)) && (counts.length > 0 || chosen[name].length > 0 || name === 'owner'))
    counts.push({ value: NONE, count: none.totalCount, isCapped: none.totalIsCapped });
  const known = new Set(counts.map(({ value }) => value));
  return [...counts, ...chosen[name].filter((value) => !known.has(value)).map((value) => ({ value, count: 0, isCapped: false }))];
}
