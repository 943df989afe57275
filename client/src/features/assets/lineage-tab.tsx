'use client';
import { ArrowDownToLine, ArrowUpFromLine, type LucideIcon } from 'lucide-react';
import Link from 'next/link';
import { useQuery } from 'urql';
import { ButtonLink } from '@/components/ui/button';
import { KindIcon } from '@/components/ui/kind';
import { Name } from '@/components/ui/name';
import { Panel } from '@/components/ui/panel';
import { Owners } from '@/components/ui/people';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { graphql } from '@/gql';
import type { LineageTabQuery } from '@/gql/graphql';
import { assetHref } from './asset-query';

graphql(`
  fragment LineageNeighbour on Asset {
    id
    name
    displayName
    kind
    source {
      id
      name
    }
    owners {
      role
      user {
        id
        name
      }
      team {
        id
        name
      }
    }
  }
`);
const LINEAGE_TAB = graphql(`
  query LineageTab($id: ID!) {
    asset(id: $id) {
      id
      upstream(first: 100) {
        truncated
        pageInfo {
          hasNextPage
        }
        nodes {
          ...LineageNeighbour
        }
      }
      downstream(first: 100) {
        truncated
        pageInfo {
          hasNextPage
        }
        nodes {
          ...LineageNeighbour
        }
      }
    }
  }
`);
type Neighbours = NonNullable<LineageTabQuery['asset']>['upstream'];

/** What flows directly into an asset and out of it; the explorer has the rest. */
export function LineageTab({ id }: { id: string }) {
  const [{ data, error }, again] = useQuery({ query: LINEAGE_TAB, variables: { id } });
  const asset = data?.asset;
  const retry = () => again({ requestPolicy: 'network-only' });
  if (!asset) return error ? <ErrorPanel error={error} subject="Lineage" onRetry={retry} /> : <SkeletonRows rows={6} />;
  const { upstream, downstream } = asset;
  const isEmpty = upstream?.nodes.length === 0 && downstream?.nodes.length === 0;
  const explorer = <ButtonLink href={`/lineage/${id}`}>Open explorer</ButtonLink>;
  if (isEmpty) {
    return (
      <EmptyState title="No lineage is known." action={explorer}>
        It comes from view definitions and from OpenLineage events.
      </EmptyState>
    );
  }
  const parts = [
    { title: 'Upstream', hint: 'What flows into it', icon: ArrowDownToLine, neighbours: upstream },
    { title: 'Downstream', hint: 'What is made of it', icon: ArrowUpFromLine, neighbours: downstream },
  ];
  return (
    <div className="min-h-0 flex-1 overflow-y-auto p-5 max-sm:p-3">
      <div className="flex items-center gap-3 pb-3">
        <p className="text-fg-2">Direct neighbours as of now.</p>
        <div className="ml-auto">{explorer}</div>
      </div>
      <div className="grid grid-cols-2 gap-4 max-md:grid-cols-1">
        {parts.map(({ title, hint, icon, neighbours }) => (
          <Panel
            key={title}
            name={title}
            title={<Heading icon={icon} title={title} hint={hint} />}
            count={neighbours ? countOf(neighbours) : undefined}
          >
            {neighbours ? (
              <List neighbours={neighbours} />
            ) : (
              <ErrorPanel
                error={error ?? new Error('Lineage is not available.')}
                subject="Lineage"
                rest="The rest of the page works."
                onRetry={retry}
              />
            )}
          </Panel>
        ))}
      </div>
    </div>
  );
}

const countOf = (neighbours: NonNullable<Neighbours>): string =>
  `${neighbours.truncated || neighbours.pageInfo.hasNextPage ? 'at least ' : ''}${neighbours.nodes.length}`;

const Heading = ({ icon: Icon, title, hint }: { icon: LucideIcon; title: string; hint: string }) => (
  <span className="flex items-center gap-2" title={hint}>
    <Icon aria-hidden className="size-3.5 text-fg-3" strokeWidth={1.6} /> {title}
  </span>
);

function List({ neighbours: { nodes } }: { neighbours: NonNullable<Neighbours> }) {
  if (nodes.length === 0) return <p className="px-3 py-3 text-fg-3">None known.</p>;
  return (
    <ul>
      {nodes.map((asset, index) =>
        asset ? (
          <li
            key={asset.id}
            className="flex min-h-11 flex-wrap items-center gap-x-3 border-b border-line px-3 py-1 last:border-b-0 hover:bg-hover"
          >
            <Link href={assetHref(asset.id)} className="flex min-h-6 min-w-0 flex-1 basis-48 items-center gap-2 hover:underline">
              <KindIcon kind={asset.kind} />
              <Name name={asset.name} className="font-medium" />
            </Link>
            {asset.source && (
              <bdi className="max-w-[30%] truncate text-small text-fg-3" title="Source">
                {asset.source.name}
              </bdi>
            )}
            <Owners owners={asset.owners} className="max-w-[35%] text-small" />
          </li>
        ) : (
          // oxlint-disable-next-line react/no-array-index-key -- what is gone has no other name
          <li key={index} className="px-3 py-2 text-fg-3">
            no longer visible
          </li>
        ),
      )}
    </ul>
  );
}
