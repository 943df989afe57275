'use client';
import { useEffect, useState } from 'react';
import { useClient, useQuery } from 'urql';
import { graphql } from '@/gql';
import { formatEnum } from '@/lib/format';
import { NONE, type FacetName } from './search-filter';

const SEARCH_NAMES = graphql(`
  query SearchNames {
    sources(first: 200) {
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
    teams(first: 200) {
      nodes {
        id
        name
      }
    }
  }
`);
const SEARCH_USER_NAME = graphql(`
  query SearchUserName($id: ID!) {
    user(id: $id) {
      id
      name
    }
  }
`);
const SEARCH_DOMAIN_NAME = graphql(`
  query SearchDomainName($id: ID!) {
    domain(id: $id) {
      id
      name
    }
  }
`);
const SEARCH_SOURCE_NAME = graphql(`
  query SearchSourceName($id: ID!) {
    source(id: $id) {
      id
      name
    }
  }
`);

export type Names = {
  /** What the interface calls a facet's value. */
  nameOf: (facet: FacetName, value: string) => string;
  isTeam: (id: string) => boolean;
  /** Its name was asked for, and there is none for this viewer. */
  isHidden: (id: string) => boolean;
};

/** Facets tell the ids of sources, domains and owners. `ids`: those whose names are wanted; what is not on the lists is asked for by its id. */
export function useNames(ids: Readonly<Record<'source' | 'domain' | 'owner', readonly string[]>>): Names {
  const client = useClient();
  const [{ data }] = useQuery({ query: SEARCH_NAMES });
  const [single, setSingle] = useState<ReadonlyMap<string, string | null | undefined>>(new Map());
  const listed = new Map(
    [data?.sources, data?.domains, data?.teams].flatMap((list) => list?.nodes.map(({ id, name }) => [id, name] as const) ?? []),
  );
  const missing = (['source', 'domain', 'owner'] as const)
    .flatMap((facet) => ids[facet].map((id) => ({ facet, id })))
    .filter(({ id }) => data && id !== NONE && !listed.has(id) && !single.has(id));
  const key = JSON.stringify(missing);
  useEffect(() => {
    let isOver = false;
    for (const { facet, id } of JSON.parse(key) as typeof missing) {
      const found =
        facet === 'owner'
          ? client.query(SEARCH_USER_NAME, { id }).then(({ data: answer, error }) => (error ? undefined : (answer?.user?.name ?? null)))
          : facet === 'domain'
            ? client
                .query(SEARCH_DOMAIN_NAME, { id })
                .then(({ data: answer, error }) => (error ? undefined : (answer?.domain?.name ?? null)))
            : client
                .query(SEARCH_SOURCE_NAME, { id })
                .then(({ data: answer, error }) => (error ? undefined : (answer?.source?.name ?? null)));
      void found.then((name) => {
        if (!isOver) setSingle((before) => new Map(before).set(id, name));
      });
    }
    return () => {
      isOver = true;
    };
  }, [client, key]);

  const teams = new Set(data?.teams?.nodes.map(({ id }) => id));
  return {
    isTeam: (id) => teams.has(id),
    isHidden: (id) => !listed.has(id) && single.get(id) === null,
    nameOf: (facet, value) => {
      if (facet === 'kind') return formatEnum(value);
      if (facet === 'label' || facet === 'tag') return value;
      if (value === NONE) return facet === 'owner' ? 'No owner' : 'No domain';
      // A moment's blank is better than an id that turns into a name.
      return listed.get(value) ?? single.get(value) ?? (single.has(value) ? 'unknown' : '…');
    },
  };
}
