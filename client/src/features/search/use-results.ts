'use client';
import { graphql } from '@/gql';
import type { SearchResultsQuery } from '@/gql/graphql';
import { usePages, type Pages } from '@/lib/graphql/use-pages';
import { toFilter, type Chosen } from './search-filter';

const SEARCH_RESULTS = graphql(`
  query SearchResults($query: String!, $filter: AssetFilter!, $orderBy: AssetOrder!, $isSearch: Boolean!, $after: String) {
    search(query: $query, filter: $filter, first: 50, after: $after) @include(if: $isSearch) {
      nodes {
        highlights
        asset {
          ...ResultAsset
        }
      }
      totalCount
      totalIsCapped
      didYouMean
      pageInfo {
        hasNextPage
        endCursor
      }
    }
    assets(filter: $filter, orderBy: $orderBy, first: 50, after: $after) @skip(if: $isSearch) {
      nodes {
        ...ResultAsset
      }
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }

  fragment ResultAsset on Asset {
    id
    kind
    name
    displayName
    description
    sourceDescription
    tags
    source {
      id
      name
    }
    owners {
      role
      user {
        id
        name
      }
      team {
        id
        name
      }
    }
    labels {
      id
      name
    }
    columns(first: 1) {
      totalCount
    }
    violations(first: 10, filter: { statuses: [OPEN] }) {
      totalCount
      nodes {
        id
        severity
      }
    }
  }
`);

export type Order = 'name' | 'changed';
type FoundAsset = NonNullable<SearchResultsQuery['assets']>['nodes'][number];
export type Result = { id: string; asset: FoundAsset; highlights: readonly string[] };
export type Results = Pages<SearchResultsQuery, Result> & { totalIsCapped: boolean; suggestion: string | null };

/** Of a query the best first; without one all assets in an order. What was found before stays until the new is there. */
export function useResults(query: string, chosen: Chosen, order: Order): Results {
  const pages = usePages(
    SEARCH_RESULTS,
    {
      query,
      filter: toFilter(chosen),
      orderBy: order === 'name' ? { field: 'NAME', direction: 'ASC' } : { field: 'UPDATED_AT', direction: 'DESC' },
      isSearch: query !== '',
    },
    ({ search, assets }) =>
      search
        ? { ...search, nodes: search.nodes.map(({ asset, highlights }) => ({ id: asset.id, asset, highlights })) }
        : assets && { ...assets, nodes: assets.nodes.map((asset) => ({ id: asset.id, asset, highlights: [] })) },
  );
  // Pages that an index has begun which is away now are begun anew: the other one has another order.
  const isOver = pages.error?.graphQLErrors[0]?.extensions.field === 'after';
  return {
    ...pages,
    retryRest: pages.retryRest && isOver ? pages.reload : pages.retryRest,
    totalIsCapped: pages.data?.search?.totalIsCapped ?? false,
    suggestion: pages.data?.search?.didYouMean ?? null,
  };
}
