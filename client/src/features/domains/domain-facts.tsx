'use client';
import Link from 'next/link';
import { useQuery } from 'urql';
import { KindIcon } from '@/components/ui/kind';
import { SeverityMark } from '@/components/ui/severity';
import { useNodes } from '@/components/vocabulary/frame';
import { pathTo } from '@/components/vocabulary/nodes';
import { graphql } from '@/gql';
import { formatCount, formatEnum, plural } from '@/lib/format';
import { useAllPages } from '@/lib/graphql/use-all-pages';
import { usePages } from '@/lib/graphql/use-pages';

const DOMAIN_COUNTS = graphql(`
  query DomainCounts($id: ID!) {
    assetCounts(by: KIND, filter: { domainIds: [$id] }) {
      value
      count
    }
    assets(first: 200, filter: { domainIds: [$id] }) {
      nodes {
        id
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);
const DOMAIN_VIOLATIONS = graphql(`
  query DomainViolations($assetIds: [ID!]!) {
    violations(first: 1, filter: { assetIds: $assetIds, statuses: [OPEN] }) {
      totalCount
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
  const assetIds = (data?.assets?.nodes ?? []).map((asset) => asset.id);
  const [{ data: found }] = useQuery({ query: DOMAIN_VIOLATIONS, variables: { assetIds }, pause: assetIds.length === 0 });
  const open = data?.assets && assetIds.length === 0 ? 0 : found?.violations?.totalCount;
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
          {/* The first 200 assets are looked at. */}
          {open === 0 && !data?.assets?.pageInfo.hasNextPage
            ? 'No open violations'
            : `${data?.assets?.pageInfo.hasNextPage ? 'At least ' : ''}${plural(open, 'open violation')}`}
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
