'use client';
import { useEffect, useMemo, useState } from 'react';
import { useClient, useQuery } from 'urql';
import { graphql } from '@/gql';
import type { AssetFilterValue } from './fields';
import type { Names } from './words';

const FILTER_NAMES = graphql(`
  query AssetFilterNames {
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
    users(first: 200) {
      nodes {
        id
        name
      }
    }
  }
`);
const FILTER_NAME = graphql(`
  query AssetFilterName($id: ID!) {
    source(id: $id) {
      id
      name
    }
    domain(id: $id) {
      id
      name
    }
    user(id: $id) {
      id
      name
    }
  }
`);

/** Names that no list had on its first page are asked one by one, at most so many. */
const MOST_SINGLE = 50;

/** The names of what filters tell by id. */
export function useFilterNames(filters: readonly AssetFilterValue[]): Names {
  const ids = new Set(filters.flatMap(({ sourceIds = [], domainIds = [], ownerIds = [] }) => [...sourceIds, ...domainIds, ...ownerIds]));
  const [{ data, fetching }] = useQuery({ query: FILTER_NAMES, pause: ids.size === 0, requestPolicy: 'cache-first' });
  const client = useClient();
  const [single, setSingle] = useState<Names>(new Map());
  const listed = useMemo(
    () =>
      new Map(
        [data?.sources, data?.domains, data?.teams, data?.users].flatMap((list) => (list?.nodes ?? []).map(({ id, name }) => [id, name])),
      ),
    [data],
  );
  const missing =
    data && !fetching
      ? [...ids]
          .filter((id) => !listed.has(id))
          .slice(0, MOST_SINGLE)
          .join(' ')
      : '';
  useEffect(() => {
    let isOver = false;
    for (const id of missing.split(' ').filter(Boolean)) {
      void client.query(FILTER_NAME, { id }, { requestPolicy: 'cache-first' }).then(({ data: found }) => {
        const name = (found?.source ?? found?.domain ?? found?.user)?.name;
        if (name && !isOver) setSingle((before) => new Map(before).set(id, name));
      });
    }
    return () => {
      isOver = true;
    };
  }, [client, missing]);
  return useMemo(() => new Map([...single, ...listed]), [single, listed]);
}
