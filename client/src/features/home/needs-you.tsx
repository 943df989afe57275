'use client';
import Link from 'next/link';
import { useState, type ReactNode } from 'react';
import { useQuery, type CombinedError } from 'urql';
import { Button, ButtonLink } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { RestMissing } from '@/components/ui/rest-missing';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { graphql } from '@/gql';
import { formatCount, plural } from '@/lib/format';
import { useAllPages } from '@/lib/graphql/use-all-pages';
import { usePages } from '@/lib/graphql/use-pages';
import { useViewer } from '@/lib/viewer';
import { LabelRow, ReviewRow, ViolationRow } from './needs-rows';
import { useRefresh } from './refresh';
import { inboxOf, type Scope } from './scope';
import { useOwnAssets } from './use-own-assets';

const NEEDS_VIOLATIONS = graphql(`
  query NeedsViolations($ownerIds: [ID!]) {
    violations(first: 6, filter: { statuses: [OPEN], ownerIds: $ownerIds }, orderBy: { field: SEVERITY, direction: DESC }) {
      nodes {
        ...NeedsViolation
      }
      totalCount
    }
    elsewhere: violationCounts(by: STATUS, filter: { statuses: [OPEN] }) {
      value
      count
    }
  }
`);
const NEEDS_REVIEWS = graphql(`
  query NeedsReviews($after: String) {
    sources(first: 200, after: $after) {
      nodes {
        ...NeedsReview
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
const NEEDS_LABELS = graphql(`
  query NeedsLabels($assetIds: [ID!], $first: Int!) {
    columns(first: $first, filter: { labelStates: [SUGGESTED], assetIds: $assetIds }) {
      nodes {
        ...NeedsLabel
      }
      totalCount
    }
  }
`);

const FEW = 5;
const MORE = 20;
const MOST = 100;

/** What waits for the viewer: the worst violations of their assets, runs whose deletions are held, suggested labels. */
export function NeedsYou({ scope }: { scope: Scope }) {
  const { ownerIds } = scope;
  const { maySteward } = useViewer();
  const own = useOwnAssets(ownerIds);
  const [first, setFirst] = useState(FEW);
  const [violations, askViolations] = useQuery({ query: NEEDS_VIOLATIONS, variables: { ownerIds } });
  const reviews = useAllPages(usePages(NEEDS_REVIEWS, {}, ({ sources }) => sources));
  const [labels, askLabels] = useQuery({ query: NEEDS_LABELS, variables: { assetIds: own.ids, first }, pause: own.isLoading });
  const anew = { requestPolicy: 'network-only' } as const;
  useRefresh(['policy.'], () => askViolations(anew));
  useRefresh(['scan.', 'source.'], reviews.reload);
  useRefresh(['classification.', 'asset.'], () => askLabels(anew));

  const found = violations.data?.violations;
  // What was decided meanwhile, here or elsewhere, needs nobody any more.
  const open = found?.nodes.filter(({ status, asset }) => asset && status === 'OPEN');
  // As long as not all have been read nobody is told that there is none.
  const heldSoFar = reviews.nodes.filter(({ id, lastRun }) => lastRun?.status === 'NEEDS_REVIEW' && maySteward({ sourceId: id }));
  const held = reviews.isWhole || heldSoFar.length > 0 ? heldSoFar : undefined;
  const columns = labels.data?.columns?.nodes;
  // Which columns wait is known without their labels, but not what for.
  const suggested = columns?.every((column) => column.labels)
    ? columns.filter((column) => column.labels!.some(({ state }) => state === 'SUGGESTED'))
    : undefined;
  const counts = [found?.totalCount, reviews.isWhole ? held?.length : null, labels.data?.columns?.totalCount];
  const total = counts.every((count) => count != null) ? counts.reduce<number>((sum, count) => sum + count!, 0) : null;
  const everywhere = violations.data?.elsewhere?.reduce((sum, { count }) => sum + count, 0) ?? 0;

  if (total === 0) {
    return (
      <Panel name="Needs you" title="Needs you">
        <EmptyState
          title="Nothing needs you"
          action={scope.id !== 'all' && everywhere > 0 ? <ButtonLink href="/?of=all">Show everything</ButtonLink> : undefined}
        >
          {everywhere > 0
            ? `${plural(everywhere, 'violation')} ${everywhere === 1 ? 'is' : 'are'} open elsewhere.`
            : 'No violation is open.'}
        </EmptyState>
      </Panel>
    );
  }
  return (
    <Panel
      name="Needs you"
      title="Needs you"
      count={total === null ? undefined : formatCount(total, own.isCapped)}
      actions={<span className="text-small text-fg-3 max-sm:hidden">the worst first, then the newest</span>}
    >
      <Section
        title={`Violations on ${scope.assets}`}
        count={found?.totalCount}
        state={violations}
        items={open}
        onRetry={() => askViolations(anew)}
        action={
          <Link href={inboxOf(scope)} className="text-primary-text hover:underline">
            Open inbox
          </Link>
        }
      >
        {(violation) => <ViolationRow key={violation.id} violation={violation} />}
      </Section>
      <Section
        title="Runs to review"
        count={reviews.isWhole ? held?.length : null}
        state={{ fetching: reviews.isFetching, error: reviews.error }}
        items={held}
        rest={reviews.retryRest && <RestMissing isFetching={reviews.isFetching} onRetry={reviews.retryRest} />}
        onRetry={reviews.retryRest ?? reviews.reload}
      >
        {(source) => <ReviewRow key={source.id} source={source} />}
      </Section>
      <Section
        id="labels"
        title="Labels to decide"
        count={labels.data?.columns?.totalCount}
        state={labels}
        items={suggested}
        onRetry={() => askLabels(anew)}
        action={
          (labels.data?.columns?.totalCount ?? 0) > first &&
          first < MOST && (
            <Button size="small" variant="quiet" onClick={() => setFirst(Math.min(MOST, first + MORE))}>
              Show more
            </Button>
          )
        }
      >
        {(column) => <LabelRow key={column.id} column={column} />}
      </Section>
    </Panel>
  );
}

type SectionProps<Item> = {
  id?: string;
  title: string;
  count?: number | null;
  action?: ReactNode;
  state: { fetching: boolean; error?: CombinedError };
  /** Undefined: not known yet, or not to be had. */
  items: readonly Item[] | undefined;
  onRetry: () => void;
  /** After the items: what is missing of them. */
  rest?: ReactNode;
  children: (item: Item) => ReactNode;
};

/** One kind of thing that waits; where there is none it takes no place. */
function Section<Item>({ id, title, count, action, state, items, onRetry, rest, children }: SectionProps<Item>) {
  if (items && items.length === 0) return null;
  return (
    <section id={id} aria-label={title} className="border-t border-line first:border-t-0">
      <header className="flex h-[30px] items-center gap-2 border-b border-line bg-subtle px-3 text-small">
        <h3 className="text-base font-medium">{title}</h3>
        {count != null && <span className="text-fg-3">{formatCount(count)}</span>}
        <div className="ml-auto">{action}</div>
      </header>
      {items ? (
        <>
          <ul className="[&>li]:border-b [&>li]:border-line [&>li:last-child]:border-b-0">{items.map(children)}</ul>
          {rest && <p className="border-t border-line px-3 py-2 text-small">{rest}</p>}
        </>
      ) : state.error && !state.fetching ? (
        <ErrorPanel error={state.error} subject="This list" onRetry={onRetry} />
      ) : (
        <SkeletonRows rows={3} />
      )}
    </section>
  );
}
