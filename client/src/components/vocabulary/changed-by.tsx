'use client';
import { useQuery } from 'urql';
import { graphql } from '@/gql';
import { Time } from '../ui/time';

const CHANGED_BY = graphql(`
  query ChangedBy($id: ID!, $types: [String!]) {
    events(first: 200, subject: $id, types: $types) {
      nodes {
        id
        time
        actor {
          id
          name
        }
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);

/** Who changed it last, and when. What was changed more often than a page of the log holds is not told. */
export function ChangedBy({ id, types, version }: { id: string; types: readonly string[]; version: number }) {
  const [{ data }] = useQuery({ query: CHANGED_BY, variables: { id, types: [...types] } });
  const last = data?.events?.pageInfo.hasNextPage ? undefined : data?.events?.nodes.at(-1);
  return (
    <span className="text-fg-3">
      version {version}
      {last && (
        <>
          , changed <Time at={last.time} as="moment" />
          {last.actor && (
            <>
              {' '}
              by <bdi>{last.actor.name}</bdi>
            </>
          )}
        </>
      )}
    </span>
  );
}
