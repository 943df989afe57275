'use client';
import { graphql } from '@/gql';
import type { Role } from '@/gql/graphql';
import { formatEnum } from '@/lib/format';
import { useAllPages } from '@/lib/graphql/use-all-pages';
import { usePages } from '@/lib/graphql/use-pages';

export type RoleRow = { role: Role; sourceId?: string | null; domainId?: string | null };
/** Names of what a role can be over, by id. */
export type ScopeNames = { sources: ReadonlyMap<string, string>; domains: ReadonlyMap<string, string> };

const ROLES_SOURCES = graphql(`
  query RolesSources($after: String) {
    sources(first: 200, after: $after) {
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
const ROLES_DOMAINS = graphql(`
  query RolesDomains($after: String) {
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

const byId = (nodes: readonly { id: string; name: string }[]) => new Map(nodes.map(({ id, name }) => [id, name]));

export function useScopeNames(): ScopeNames {
  const sources = useAllPages(usePages(ROLES_SOURCES, {}, (data) => data.sources));
  const domains = useAllPages(usePages(ROLES_DOMAINS, {}, (data) => data.domains));
  return { sources: byId(sources.nodes), domains: byId(domains.nodes) };
}

/** “Steward of shop-production, Reader”. */
export const rolesInWords = (roles: readonly RoleRow[], { sources, domains }: ScopeNames): string =>
  roles
    .map(({ role, sourceId, domainId }) => {
      const over = sourceId ? (sources.get(sourceId) ?? 'a source') : domainId ? `the domain ${domains.get(domainId) ?? ''}`.trim() : null;
      return over ? `${formatEnum(role)} of ${over}` : formatEnum(role);
    })
    .join(', ');
