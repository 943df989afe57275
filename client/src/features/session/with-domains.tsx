'use client';
import type { ReactNode } from 'react';
import { graphql } from '@/gql';
import { useAllPages } from '@/lib/graphql/use-all-pages';
import { usePages } from '@/lib/graphql/use-pages';
import { ViewerContext, type Viewer } from '@/lib/viewer';

const WITH_DOMAINS = graphql(`
  query WithDomains($after: String) {
    domains(first: 200, after: $after) {
      nodes {
        id
        parent {
          id
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** A role over a domain reaches down to its subdomains: who has one needs to know which these are. */
export function WithDomains({ viewer, children }: { viewer: Viewer; children: ReactNode }) {
  const { nodes } = useAllPages(usePages(WITH_DOMAINS, {}, (answer) => answer.domains));
  return (
    <ViewerContext value={{ ...viewer, domainAbove: new Map(nodes.map(({ id, parent }) => [id, parent?.id ?? null])) }}>
      {children}
    </ViewerContext>
  );
}
