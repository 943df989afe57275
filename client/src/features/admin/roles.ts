'use client';
import type { Role } from '@/gql/graphql';
import { formatEnum } from '@/lib/format';
import { namesOf, useDomains, useSources } from '@/lib/lists';

export type RoleRow = { role: Role; sourceId?: string | null; domainId?: string | null };
/** Names of what a role can be over, by id. */
export type ScopeNames = { sources: ReadonlyMap<string, string>; domains: ReadonlyMap<string, string> };

export function useScopeNames(): ScopeNames {
  const [sources, domains] = [useSources(), useDomains()];
  return { sources: namesOf(sources.nodes), domains: namesOf(domains.nodes) };
}

/** “Steward of shop-production, Reader”. */
export const rolesInWords = (roles: readonly RoleRow[], { sources, domains }: ScopeNames): string =>
  roles
    .map(({ role, sourceId, domainId }) => {
      const over = sourceId ? (sources.get(sourceId) ?? 'a source') : domainId ? `the domain ${domains.get(domainId) ?? ''}`.trim() : null;
      return over ? `${formatEnum(role)} of ${over}` : formatEnum(role);
    })
    .join(', ');
