'use client';
import { useMemo } from 'react';
import { namesOf, useDomains, useSources, useTeams, useUserNames } from '@/lib/lists';
import type { AssetFilterValue } from './fields';
import type { Names } from './words';

/** The names of what filters tell by id. */
export function useFilterNames(filters: readonly AssetFilterValue[]): Names {
  const has = (field: 'sourceIds' | 'domainIds' | 'ownerIds') => filters.some((filter) => filter[field]?.length);
  const sources = useSources({ pause: !has('sourceIds') });
  const domains = useDomains({ pause: !has('domainIds') });
  const teams = useTeams({ pause: !has('ownerIds') });
  const isTeam = new Set(teams.nodes.map(({ id }) => id));
  const owners = teams.isWhole ? filters.flatMap(({ ownerIds = [] }) => ownerIds).filter((id) => !isTeam.has(id)) : [];
  const users = useUserNames(owners);
  return useMemo(() => {
    const named = [...users].flatMap(([id, name]) => (name === null ? [] : [{ id, name }]));
    return namesOf(named, teams.nodes, domains.nodes, sources.nodes);
  }, [users, teams.nodes, domains.nodes, sources.nodes]);
}
