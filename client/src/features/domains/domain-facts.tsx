'use client';
import Link from 'next/link';
import { useEffect } from 'react';
import { useQuery } from 'urql';
import { KindIcon } from '@/components/ui/kind';
import { SeverityMark } from '@/components/ui/severity';
import { useNodes } from '@/components/vocabulary/frame';
import { pathTo } from '@/components/vocabulary/nodes';
import { graphql } from '@/gql';
import { formatCount, formatEnum, plural } from '@/lib/format';
import { useAllPages } from '@/lib/graphql/use-all-pages';
import { useLive } from '@/lib/graphql/use-live';
import { usePages } from '@/lib/graphql/use-pages';
import { useLater } from '@/lib/use-later';

const DOMAIN_COUNTS = graphql(`
  query DomainCounts($id: ID!) {
    assetCounts(by: KIND, filter: { domainIds: [$id] }) {
      value
      count
    }
  }
`);
const DOMAIN_VIOLATIONS = graphql(`
  query DomainViolations($id: ID!) {
    violations(first: 1, filter: { domainIds: [$id], statuses: [OPEN] }) {
      totalCount
    }
  }
`);
const DOMAIN_VIOLATIONS_LIVE = graphql(`
  subscription DomainViolationsLive($id: ID!, $after: String) {
    violationRaised(filter: { domainIds: [$id] }, after: $after) {
      cursor
      type
    }
  }
`);
const DOMAIN_STEWARDS = graphql(`
  query DomainStewards($after: String) {
    users(first: 200, after: $after) {
      nodes {
        id
        name
        roles {
          role
          domainId
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** What is in a domain by kind, what is wrong with it, who answers for it. */
export function DomainFacts({ id }: { id: string }) {
  const [{ data }] = useQuery({ query: DOMAIN_COUNTS, variables: { id } });
  const [{ data: found }, countAgain] = useQuery({ query: DOMAIN_VIOLATIONS, variables: { id } });
  const countLater = useLater(() => countAgain({ requestPolicy: 'network-only' }), 1_000);
  useLive(DOMAIN_VIOLATIONS_LIVE, { variables: { id }, onEvent: countLater });
  // The violations of an asset that was assigned follow it a moment later, and no event says so.
  useEffect(countLater, [countLater]);
  const open = found?.violations?.totalCount;
  return (
    <ul aria-label="In numbers" className="flex flex-wrap items-center gap-x-4 gap-y-1">
      {data?.assetCounts?.map(({ value, count }) => (
        <li key={value}>
          <Link href={`/search?domain=${id}&kind=${value}`} className="inline-flex items-center gap-1.5 hover:underline">
            <KindIcon kind={value} isNamed />
            <span>{formatCount(count)}</span> <span className="text-fg-2">{`${formatEnum(value)}${count === 1 ? '' : 's'}`}</span>
          </Link>
        </li>
      ))}
      {open != null && (
        <li className="inline-flex items-center gap-1.5">
          {open > 0 && <SeverityMark severity="WARNING" aria-hidden />}
          {open === 0 ? 'No open violations' : plural(open, 'open violation')}
        </li>
      )}
      <Stewards id={id} />
    </ul>
  );
}

/** A role over a domain is one over its subdomains too. */
function Stewards({ id }: { id: string }) {
  const { nodes } = useNodes();
  const users = useAllPages(usePages(DOMAIN_STEWARDS, {}, (data) => data.users));
  const over = new Set([id, ...pathTo(nodes, id).map((node) => node.id)]);
  const stewards = users.nodes.filter(({ roles }) =>
    roles.some(({ role, domainId }) => role === 'STEWARD' && domainId !== null && over.has(domainId)),
  );
  if (stewards.length === 0) return null;
  return (
    <li>
      <span className="text-fg-3">Stewards</span> <bdi>{stewards.map(({ name }) => name).join(', ')}</bdi>
    </li>
  );
}
