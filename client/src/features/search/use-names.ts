'use client';
import { formatEnum } from '@/lib/format';
import { namesOf, useDomains, useSources, useTeams, useUserNames } from '@/lib/lists';
import { NONE, type FacetName } from './search-filter';

export type Names = {
  /** What the interface calls a facet's value. */
  nameOf: (facet: FacetName, value: string) => string;
  isTeam: (id: string) => boolean;
  /** Its name was asked for, and there is none for this viewer. */
  isHidden: (id: string) => boolean;
};

/** Facets tell the ids of sources, domains and owners. `ids`: those whose names are wanted. */
export function useNames(ids: Readonly<Record<'source' | 'domain' | 'owner', readonly string[]>>): Names {
  const [sources, domains, teams] = [useSources(), useDomains(), useTeams()];
  const isTeam = new Set(teams.nodes.map(({ id }) => id));
  const users = useUserNames(teams.isWhole ? ids.owner.filter((id) => id !== NONE && !isTeam.has(id)) : []);
  const listed = namesOf(sources.nodes, domains.nodes, teams.nodes);
  /** Null: there is none of that id for this viewer. Undefined: not known yet, or not to be had. */
  const find = (facet: 'source' | 'domain' | 'owner', id: string): string | null | undefined =>
    listed.get(id) ?? (facet === 'owner' ? users.get(id) : (facet === 'source' ? sources : domains).isWhole ? null : undefined);
  const failed = sources.error ?? domains.error ?? teams.error;
  return {
    isTeam: (id) => isTeam.has(id),
    isHidden: (id) => (['source', 'domain', 'owner'] as const).some((facet) => ids[facet].includes(id) && find(facet, id) === null),
    nameOf: (facet, value) => {
      if (facet === 'kind') return formatEnum(value);
      if (facet === 'label' || facet === 'tag') return value;
      if (value === NONE) return facet === 'owner' ? 'No owner' : 'No domain';
      const name = find(facet, value);
      // A moment's blank is better than an id that turns into a name.
      return name ?? (name === null || failed ? 'unknown' : '…');
    },
  };
}
