'use client';
import { useCallback, useMemo } from 'react';
import { useQuery } from 'urql';
import { graphql } from '@/gql';
import type { NameOf } from './history-diff';

const NAMES = graphql(`
  query Names {
    users(first: 200) {
      nodes {
        id
        name
      }
    }
    teams(first: 200) {
      nodes {
        id
        name
      }
    }
    domains(first: 200) {
      nodes {
        id
        name
      }
    }
    glossaryTerms(first: 200) {
      nodes {
        id
        name
      }
    }
  }
`);

const GONE = { user: 'an unknown user', team: 'an unknown team', domain: 'an unknown domain', term: 'an unknown term' };

/** The names of what snapshots and events hold ids of. */
export function useNames(): NameOf {
  const [{ data }] = useQuery({ query: NAMES, requestPolicy: 'cache-first' });
  const names = useMemo(() => {
    const lists: (readonly { id: string; name: string }[] | undefined)[] = [
      data?.users?.nodes,
      data?.teams?.nodes,
      data?.domains?.nodes,
      data?.glossaryTerms?.nodes,
    ];
    const all = lists.flatMap((list) => list ?? []);
    return new Map(all.map(({ id, name }) => [id, name]));
  }, [data]);
  return useCallback((kind, id) => names.get(id) ?? GONE[kind], [names]);
}
