'use client';
import { useState } from 'react';
import { useClient, type CombinedError } from 'urql';
import { toast } from '@/components/ui/toast';
import { graphql } from '@/gql';
import { errorText } from '@/lib/errors';
import type { UseAllMatchingQuery, ViolationFilter, ViolationOrder } from '@/gql/graphql';

const USE_ALL_MATCHING = graphql(`
  query UseAllMatching($filter: ViolationFilter, $orderBy: ViolationOrder, $after: String) {
    violations(filter: $filter, orderBy: $orderBy, first: 200, after: $after) {
      nodes {
        id
        status
        message
        asset {
          id
          source {
            id
          }
          domain {
            id
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** So many can be decided on at once. */
export const MOST_AT_ONCE = 1_000;

export type Matching = NonNullable<UseAllMatchingQuery['violations']>['nodes'][number];

/** What matches beyond what is loaded: what a decision takes of each, and no more. */
export function useAllMatching(filter: ViolationFilter, orderBy: ViolationOrder) {
  const client = useClient();
  const key = JSON.stringify([filter, orderBy]);
  const [state, setState] = useState<{ key: string; found: readonly Matching[] }>({ key, found: [] });
  const [isLoading, setLoading] = useState(false);
  const load = async (): Promise<readonly Matching[] | null> => {
    setLoading(true);
    const all: Matching[] = [];
    let after: string | null | undefined;
    do {
      const answer: { data?: UseAllMatchingQuery; error?: CombinedError } = await client
        .query(USE_ALL_MATCHING, { filter, orderBy, after }, { requestPolicy: 'network-only' })
        .toPromise();
      const page: UseAllMatchingQuery['violations'] | undefined = answer.data?.violations;
      // A part of them must not pass for all.
      if (!page) {
        setLoading(false);
        toast({ title: 'Not all could be selected', text: answer.error && errorText(answer.error), stays: true });
        return null;
      }
      all.push(...page.nodes);
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after && all.length < MOST_AT_ONCE);
    const found = all.slice(0, MOST_AT_ONCE);
    setLoading(false);
    setState({ key, found });
    return found;
  };
  return { found: state.key === key ? state.found : [], isLoading, load };
}
