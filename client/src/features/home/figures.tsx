'use client';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { useQuery } from 'urql';
import { Skeleton } from '@/components/ui/skeleton';
import { Time } from '@/components/ui/time';
import { graphql } from '@/gql';
import { formatCount, formatShare } from '@/lib/format';
import { useNow } from '@/lib/use-now';
import { useRefresh } from './refresh';
import { inboxOf, type Scope } from './scope';
import { useOwnAssets } from './use-own-assets';

const FIGURES = graphql(`
  query Figures($ownerIds: [ID!], $today: DateTime!) {
    open: violationCounts(by: SEVERITY, filter: { statuses: [OPEN], ownerIds: $ownerIds }) {
      value
      count
    }
    raised: violationCounts(by: SEVERITY, filter: { ownerIds: $ownerIds, raisedAfter: $today }) {
      value
      count
    }
    oldest: violations(
      first: 1
      filter: { statuses: [OPEN], severities: [CRITICAL], ownerIds: $ownerIds }
      orderBy: { field: RAISED_AT, direction: ASC }
    ) {
      nodes {
        id
        raisedAt
      }
    }
    assets(first: 1, filter: { ownerIds: $ownerIds }) {
      totalCount
    }
    changed: assets(first: 1, filter: { ownerIds: $ownerIds, updatedAfter: $today }) {
      totalCount
    }
    everything: assets(first: 1) {
      totalCount
    }
    unowned: assets(first: 1, filter: { hasOwner: false }) {
      totalCount
    }
  }
`);
const FIGURES_LABELS = graphql(`
  query FiguresLabels($assetIds: [ID!]) {
    columns(first: 1, filter: { labelStates: [SUGGESTED], assetIds: $assetIds }) {
      totalCount
    }
  }
`);

type Counts = readonly { value: string; count: number }[] | null | undefined;
const sumOf = (counts: Counts): number | null => counts?.reduce((sum, { count }) => sum + count, 0) ?? null;

const HOUR = 3_600_000;
function startOfDay(now: number): string {
  const start = new Date(now);
  start.setHours(0, 0, 0, 0);
  return start.toISOString();
}

/** Five numbers, each leads to its list. One that cannot be had says so: it is never 0 then. */
export function Figures({ scope }: { scope: Scope }) {
  const { ownerIds } = scope;
  const today = startOfDay(useNow(HOUR));
  const [{ data, fetching }, again] = useQuery({ query: FIGURES, variables: { ownerIds, today } });
  const own = useOwnAssets(ownerIds);
  const [{ data: labels, fetching: isCounting }, countAgain] = useQuery({
    query: FIGURES_LABELS,
    variables: { assetIds: own.ids },
    pause: own.isLoading,
  });
  useRefresh(['policy.', 'asset.', 'source.'], () => again({ requestPolicy: 'network-only' }));
  useRefresh(['classification.', 'asset.'], () => countAgain({ requestPolicy: 'network-only' }));

  const isLoading = fetching && !data;
  const critical = data?.open?.find(({ value }) => value === 'CRITICAL')?.count ?? (data?.open ? 0 : null);
  const raised = sumOf(data?.raised);
  const oldest = data?.oldest?.nodes[0];
  const { everything, unowned } = data ?? {};
  const share =
    everything?.totalCount != null && unowned?.totalCount != null && everything.totalCount > 0
      ? formatShare(1 - unowned.totalCount / everything.totalCount)
      : null;
  const undecided = labels?.columns?.totalCount;
  return (
    <dl className="flex flex-wrap [&>*]:-mb-px [&>*]:border-b [&>*]:border-line">
      <Figure name="Open violations" value={formatted(sumOf(data?.open))} isLoading={isLoading} href={inboxOf(scope, { status: 'OPEN' })}>
        {raised !== null && `${formatCount(raised)} raised today`}
      </Figure>
      <Figure
        name="Critical and open"
        value={formatted(critical)}
        isLoading={isLoading}
        href={inboxOf(scope, { status: 'OPEN', severity: 'CRITICAL' })}
      >
        {oldest && (
          <>
            oldest <Time at={oldest.raisedAt} />
          </>
        )}
      </Figure>
      <Figure
        name="Assets"
        value={formatted(data?.assets?.totalCount)}
        isLoading={isLoading}
        href={ownerIds ? `/search?${new URLSearchParams(ownerIds.map((id) => ['owner', id]))}` : '/search'}
      >
        {data?.changed?.totalCount != null && `${formatCount(data.changed.totalCount)} changed today`}
      </Figure>
      <Figure name="With an owner" value={share} isLoading={isLoading} href="/search?owner=none">
        {share !== null && `of all ${formatCount(everything?.totalCount ?? 0)} assets`}
      </Figure>
      <Figure
        name="Labels to decide"
        value={undecided == null ? null : formatCount(undecided, own.isCapped)}
        isLoading={own.isLoading || (isCounting && !labels)}
        href="#labels"
      >
        suggested by scans
      </Figure>
    </dl>
  );
}

const formatted = (count: number | null | undefined): string | null => (count == null ? null : formatCount(count));

type FigureProps = { name: string; value: string | null; isLoading: boolean; href: string; children: ReactNode };
const Figure = ({ name, value, isLoading, href, children }: FigureProps) => (
  <div className="relative min-w-[148px] flex-1 border-r border-line px-3.5 py-2.5 last:border-r-0 hover:bg-hover max-sm:min-w-[50%]">
    <dt className="truncate text-small text-fg-2">
      <Link href={href} className="after:absolute after:inset-0">
        {name}
      </Link>
    </dt>
    <dd className="h-7 text-figure">
      {isLoading ? (
        <Skeleton className="mt-1 h-5 w-16" />
      ) : (
        (value ?? <span className="text-base font-normal text-fg-3">not available</span>)
      )}
    </dd>
    <dd className="h-4 truncate text-small text-fg-3">{value !== null && !isLoading && children}</dd>
  </div>
);
