'use client';
/**
 * Lists that the API gives whole but cannot search: read page by page to their end where a choice or a name needs all of one. Whatever asks for one
 * of them asks the same question, so that the cache has it for all.
 */
import { useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import { graphql } from '@/gql';
import { useAllPages } from './graphql/use-all-pages';
import { usePages } from './graphql/use-pages';

export const USERS = graphql(`
  query ListOfUsers($after: String) {
    users(first: 200, after: $after) {
      nodes {
        id
        name
        email
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
export const TEAMS = graphql(`
  query ListOfTeams($after: String) {
    teams(first: 200, after: $after) {
      nodes {
        id
        name
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
export const SOURCES = graphql(`
  query ListOfSources($after: String) {
    sources(first: 200, after: $after) {
      nodes {
        id
        name
        connector {
          id
          title
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
export const DOMAINS = graphql(`
  query ListOfDomains($after: String) {
    domains(first: 200, after: $after) {
      nodes {
        id
        name
        parent {
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
export const TERMS = graphql(`
  query ListOfTerms($after: String) {
    glossaryTerms(first: 200, after: $after) {
      nodes {
        id
        name
        parent {
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
export const POLICIES = graphql(`
  query ListOfPolicies($after: String) {
    policies(first: 200, after: $after) {
      nodes {
        id
        name
        status
        evaluation {
          finishedAt
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

type Options = { pause?: boolean };
export const useUsers = (options?: Options) => useAllPages(usePages(USERS, {}, ({ users }) => users, options));
export const useTeams = (options?: Options) => useAllPages(usePages(TEAMS, {}, ({ teams }) => teams, options));
export const useSources = (options?: Options) => useAllPages(usePages(SOURCES, {}, ({ sources }) => sources, options));
export const useDomains = (options?: Options) => useAllPages(usePages(DOMAINS, {}, ({ domains }) => domains, options));
export const useTerms = (options?: Options) => useAllPages(usePages(TERMS, {}, ({ glossaryTerms }) => glossaryTerms, options));
export const usePolicies = (options?: Options) => useAllPages(usePages(POLICIES, {}, ({ policies }) => policies, options));

/** By id. */
export const namesOf = (...lists: readonly (readonly { id: string; name: string }[])[]): ReadonlyMap<string, string> =>
  new Map(lists.flat().map(({ id, name }) => [id, name]));

const USER_NAME = graphql(`
  query UserName($id: ID!) {
    user(id: $id) {
      id
      name
    }
  }
`);
/** More at once are not asked for: they stay without a name. */
const MOST_USERS = 50;

/** The names of a few users of whom there may be thousands, as they come; null: there is none of that id. */
export function useUserNames(ids: readonly string[]): ReadonlyMap<string, string | null> {
  const client = useClient();
  const [names, setNames] = useState<ReadonlyMap<string, string | null>>(new Map());
  const asked = useRef(new Set<string>());
  const key = ids.join(' ');
  useEffect(() => {
    for (const id of key.split(' ')) {
      if (!id || asked.current.has(id) || asked.current.size >= MOST_USERS) continue;
      asked.current.add(id);
      void client.query(USER_NAME, { id }, { requestPolicy: 'cache-first' }).then(({ data, error }) => {
        if (data?.user || !error) setNames((before) => new Map(before).set(id, data?.user?.name ?? null));
        else asked.current.delete(id);
      });
    }
  }, [client, key]);
  return names;
}
