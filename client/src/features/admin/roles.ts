'use client';
import { useQuery } from 'urql';
import { graphql } from '@/gql';
import type { Role } from '@/gql/graphql';
import { formatEnum } from '@/lib/format';

export type RoleRow = { role: Role; sourceId?: string | null; domainId?: string | null };
/** Names of what a role can be over, by id. */
export type ScopeNames = { sources: ReadonlyMap<string, string>; domains: ReadonlyMap<string, string> };

const ROLES_SCOPES = graphql(`
  query RolesScopes {
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
  }
`);

const byId = (nodes: readonly { id: string; name: string }[] | undefined) => new Map(nodes?.map(({ id, name }) => [id, name]));

export function useScopeNames(): ScopeNames {
  const [{ data }] = useQuery({ query: ROLES_SCOPES });
  return { sources: byId(data?.sources?.nodes), domains: byId(data?.domains?.nodes) };
}

/** “Steward of shop-production, Reader”. */
export const rolesInWords = (roles: readonly RoleRow[], { sources, domains }: ScopeNames): string =>
  roles
    .map(({ role, sourceId, domainId }) => {
      const over = sourceId ? (sources.get(sourceId) ?? 'a source') : domainId ? `the domain ${domains.get(domainId) ?? ''}`.trim() : null;
      return over ? `${formatEnum(role)} of ${over}` : formatEnum(role);
    })
    .join(', ');
