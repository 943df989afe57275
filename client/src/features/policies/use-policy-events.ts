'use client';
import { useEffect, useRef } from 'react';
import { graphql } from '@/gql';
import { useLive } from '@/lib/graphql/use-live';
import { usePages } from '@/lib/graphql/use-pages';
import { POLICY_EVENTS } from './policy-fields';

const POLICY_EVENTS_LIVE = graphql(`
  subscription PolicyEventsLive($types: [String!], $after: String) {
    eventPublished(types: $types, after: $after) {
      cursor
      event {
        id
        type
        subject
      }
    }
  }
`);
const POLICY_EVENTS_READ = graphql(`
  query PolicyEventsRead($types: [String!], $subject: ID, $after: String) {
    events(first: 200, types: $types, subject: $subject, after: $after, direction: DESC) {
      nodes {
        id
        type
        time
        subject
        data
        actor {
          id
          name
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const AT_MOST_EVERY_MS = 1_500;

/** Calls back when policies or what they found changed: the first change at once, then not more often than people can read. */
export function usePolicyLive(onChange: () => void, { types = ['policy.*'] }: { types?: readonly string[] } = {}): void {
  const last = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useLive(POLICY_EVENTS_LIVE, {
    variables: { types: [...types] },
    onEvent: () => {
      clearTimeout(timer.current);
      timer.current = setTimeout(
        () => {
          last.current = Date.now();
          onChange();
        },
        Math.max(0, last.current + AT_MOST_EVERY_MS - Date.now()),
      );
    },
  });
}

/** So many changes of policies are read, the newest first; who has more than that does not see when those before were made. */
const MOST_READ = 2_000;

/** The changes of one policy, or of all, the newest first. */
export function usePolicyEvents(subject: string | null) {
  const pages = usePages(POLICY_EVENTS_READ, { types: POLICY_EVENTS, subject }, ({ events }) => events);
  const { hasNextPage, isFetching, loadMore } = pages;
  const readsOn = hasNextPage && !isFetching && pages.nodes.length < MOST_READ;
  useEffect(() => {
    if (readsOn) loadMore();
  }, [readsOn, loadMore]);
  return pages;
}
