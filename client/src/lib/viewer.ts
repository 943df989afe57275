'use client';
/** Who looks at the page, and what they may do: only to leave out what would be refused; the server decides. */
import { createContext, useContext } from 'react';

type RoleAssignment = { role: 'ADMIN' | 'STEWARD' | 'READER' | 'INGESTOR'; sourceId?: string | null; domainId?: string | null };
export type Viewer = {
  id: string;
  name: string;
  email: string;
  roles: readonly RoleAssignment[];
  teams: readonly { id: string; name: string }[];
  /** The domain above each, as far as a role over one of them reaches down. */
  domainAbove?: ReadonlyMap<string, string | null>;
};

export const ViewerContext = createContext<Viewer | null>(null);

type Where = { sourceId?: string | null; domainId?: string | null };

/** A role over a domain is one over its subdomains, too. */
export function covers(given: RoleAssignment, { sourceId, domainId }: Where, above?: Viewer['domainAbove']): boolean {
  if (given.sourceId) return given.sourceId === sourceId;
  if (!given.domainId) return true;
  const seen = new Set<string>();
  for (let at = domainId; at && !seen.has(at); at = above?.get(at)) {
    if (at === given.domainId) return true;
    seen.add(at);
  }
  return false;
}

/** The viewer; within the product there always is one. */
export function useViewer() {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error('useViewer is for pages behind the sign-in');
  const has = (roles: readonly string[], where: Where = {}): boolean =>
    viewer.roles.some((given) => roles.includes(given.role) && covers(given, where, viewer.domainAbove));
  return {
    viewer,
    /** Sees anything of the catalog at all. */
    mayRead: viewer.roles.some(({ role }) => role !== 'INGESTOR'),
    /** Edits assets, columns, labels, violations; starts, cancels and reviews scans there. */
    maySteward: (where: Where) => has(['STEWARD', 'ADMIN'], where),
    /** Edits policies, glossary and domains. */
    mayStewardAll: has(['STEWARD', 'ADMIN']),
    /** Updates, tests and removes a source and its scans. */
    mayAdminister: (where: Where) => has(['ADMIN'], where),
    /** Registers sources; users, teams, roles, dead letters, the audit log's state. */
    isAdmin: has(['ADMIN']),
  };
}
