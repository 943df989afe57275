'use client';
import { useQuery } from 'urql';
import { graphql } from '@/gql';
import { useLive } from '@/lib/graphql/use-live';
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

const CHANGED_BY_LIVE = graphql(`
  subscription ChangedByLive($id: ID!, $after: String) {
    eventPublished(subject: $id, after: $after) {
      cursor
      event {
        id
      }
    }
  }
`);

type Props = { id: string; types: readonly string[]; version: number; onChange: () => void };

/** Who changed it last, and when. What was changed more often than a page of the log holds is not told. */
export function ChangedBy({ id, types, version, onChange }: Props) {
  const [{ data }, ask] = useQuery({ query: CHANGED_BY, variables: { id, types: [...types] } });
  useLive(CHANGED_BY_LIVE, {
    variables: { id },
    onEvent: () => {
      ask({ requestPolicy: 'network-only' });
      onChange();
    },
  });
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
