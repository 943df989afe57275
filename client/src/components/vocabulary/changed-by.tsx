'use client';
import { useQuery } from 'urql';
import { graphql } from '@/gql';
import { useLive } from '@/lib/graphql/use-live';
import { Time } from '../ui/time';

const CHANGED_BY = graphql(`
  query ChangedBy($id: ID!, $types: [String!]) {
    events(first: 1, subject: $id, types: $types, direction: DESC) {
      nodes {
        id
        time
        actor {
          id
          name
        }
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

/** Who changed it last, and when. */
export function ChangedBy({ id, types, version, onChange }: Props) {
  const [{ data }, ask] = useQuery({ query: CHANGED_BY, variables: { id, types: [...types] } });
  useLive(CHANGED_BY_LIVE, {
    variables: { id },
    onEvent: () => {
      ask({ requestPolicy: 'network-only' });
      onChange();
    },
  });
  const last = data?.events?.nodes[0];
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
