'use client';
import { namesOf, useDomains, useTeams, useTerms, useUsers } from '@/lib/lists';
import type { NameOf } from './history-diff';

const GONE = { user: 'an unknown user', team: 'an unknown team', domain: 'an unknown domain', term: 'an unknown term' };

/** The names of what snapshots and events hold ids of. */
export function useNames(): NameOf {
  const lists = [useUsers(), useTeams(), useDomains(), useTerms()];
  const names = namesOf(...lists.map(({ nodes }) => nodes));
  return (kind, id) => names.get(id) ?? GONE[kind];
}
