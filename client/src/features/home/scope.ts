'use client';
import { useUrlState } from '@/lib/url-state';
import { useViewer } from '@/lib/viewer';

export type Scope = {
  id: 'mine' | 'teams' | 'all';
  /** As filters take it; absent: everybody's. */
  ownerIds?: string[];
  /** As the inbox's address says it. */
  owner: 'me' | 'teams' | null;
  /** `your assets`. */
  assets: string;
};

/** Whose data the page is about: the viewer's, that of their teams too, everybody's. */
export function useScope(): Scope {
  const { get } = useUrlState();
  const { viewer } = useViewer();
  const { id, teams } = viewer;
  switch (get('of')) {
    case 'all':
      return { id: 'all', owner: null, assets: 'all assets' };
    case 'teams':
      return { id: 'teams', ownerIds: [id, ...teams.map((team) => team.id)], owner: 'teams', assets: 'assets of your teams' };
    default:
      return { id: 'mine', ownerIds: [id], owner: 'me', assets: 'your assets' };
  }
}

/** The inbox, narrowed to the scope. */
export function inboxOf({ owner }: Scope, parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams({ ...(owner && { owner }), ...parameters }).toString();
  return query ? `/violations?${query}` : '/violations';
}
