'use client';
import { useQuery } from 'urql';
import { graphql } from '@/gql';

const OWN_ASSETS = graphql(`
  query UseOwnAssets($ownerIds: [ID!]!) {
    assets(first: 200, filter: { ownerIds: $ownerIds }) {
      nodes {
        id
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);

/** Columns cannot be asked for by owner: by the assets then, at most two hundred. Without owners all of them: no ids. */
export function useOwnAssets(ownerIds: string[] | undefined) {
  const [{ data, fetching }] = useQuery({ query: OWN_ASSETS, variables: { ownerIds: ownerIds ?? [] }, pause: !ownerIds });
  if (!ownerIds) return { ids: undefined, isCapped: false, isLoading: false };
  return {
    ids: data?.assets?.nodes.map(({ id }) => id) ?? [],
    isCapped: data?.assets?.pageInfo.hasNextPage ?? false,
    isLoading: fetching && !data,
  };
}
