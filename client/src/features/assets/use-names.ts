'use client';
import { graphql } from '@/gql';
import { useAllPages } from '@/lib/graphql/use-all-pages';
import { usePages } from '@/lib/graphql/use-pages';
import type { NameOf } from './history-diff';

const NAMES_USERS = graphql(`
  query NamesUsers($after: String) {
    users(first: 200, after: $after) {
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
const NAMES_TEAMS = graphql(`
  query NamesTeams($after: String) {
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
const NAMES_DOMAINS = graphql(`
  query NamesDomains($after: String) {
    domains(first: 200, after: $after) {
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
const NAMES_TERMS = graphql(`
  query NamesTerms($after: String) {
    glossaryTerms(first: 200, after: $after) {
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

const GONE = { user: 'an unknown user', team: 'an unknown team', domain: 'an unknown domain', term: 'an unknown term' };

/** The names of what snapshots and events hold ids of. */
export function useNames(): NameOf {
  const { nodes: users } = useAllPages(usePages(NAMES_USERS, {}, (data) => data.users));
  const { nodes: teams } = useAllPages(usePages(NAMES_TEAMS, {}, (data) => data.teams));
  const { nodes: domains } = useAllPages(usePages(NAMES_DOMAINS, {}, (data) => data.domains));
  const { nodes: terms } = useAllPages(usePages(NAMES_TERMS, {}, (data) => data.glossaryTerms));
  const names = new Map([...users, ...teams, ...domains, ...terms].map(({ id, name }) => [id, name]));
  return (kind, id) => names.get(id) ?? GONE[kind];
}
