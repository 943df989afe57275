'use client';
import dynamic from 'next/dynamic';
import { useEffect, useMemo, useRef } from 'react';
import { useQuery } from 'urql';
import { DataTable } from '@/components/ui/data-table';
import { ErrorPanel } from '@/components/ui/states';
import { Tabs } from '@/components/ui/tabs';
import { graphql } from '@/gql';
import type { ViolationFilter } from '@/gql/graphql';
import { announce } from '@/lib/announce';
import { formatCount } from '@/lib/format';
import { usePages } from '@/lib/graphql/use-pages';
import { useKeys } from '@/lib/keys';
import { withParams } from '@/lib/url-params';
import { useUrlState } from '@/lib/url-state';
import { useLater } from '@/lib/use-later';
import { useIsNarrow } from '@/lib/use-media';
import { useNow } from '@/lib/use-now';
import { useViewer } from '@/lib/viewer';
import { ArrivalsBar, arrivalText } from './arrivals-bar';
import { DecisionBar, DecisionDialogs, Said } from './decision-parts';
import { FilterBar } from './filter-bar';
import { FILTERS, orderOf, scopeOf, statusesOf, tabOf, TABS } from './inbox-filter';
import { NoneMatches, NoViolations } from './no-violations';
import { useArrivals } from './use-arrivals';
import { useDeciding } from './use-deciding';
import { columnsOf, CompactViolation } from './violation-columns';

// What is opened later comes later.
const ViolationPanel = dynamic(() => import('./violation-panel').then((file) => file.ViolationPanel));

const INBOX = graphql(`
  query Inbox($filter: ViolationFilter, $orderBy: ViolationOrder, $after: String) {
    violations(filter: $filter, orderBy: $orderBy, first: 50, after: $after) {
      nodes {
        ...ViolationRow
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      totalCount
    }
  }
`);
const INBOX_COUNTS = graphql(`
  query InboxCounts($filter: ViolationFilter) {
    violationCounts(by: STATUS, filter: $filter) {
      value
      count
    }
  }
`);

const HOUR = 3_600_000;

/** Violations to work down: tabs and filters of the address, the list, the details of one, decisions on one or many. */
export function Inbox() {
  const { params, get, set } = useUrlState();
  const { viewer } = useViewer();
  const isNarrow = useIsNarrow();
  const now = useNow(HOUR);
  const tab = tabOf(params);
  const scope = scopeOf(params, viewer, now);
  const statuses = statusesOf(params);
  const filter: ViolationFilter = { ...scope, statuses };
  const orderBy = orderOf(params);
  const { nodes, totalCount, isLoading, isFetching, error, hasNextPage, loadMore, retryRest, reload } = usePages(
    INBOX,
    { filter, orderBy },
    (data) => data.violations,
  );
  const [{ data: counted }, countAgain] = useQuery({ query: INBOX_COUNTS, variables: { filter: scope } });
  const countLater = useLater(() => countAgain({ requestPolicy: 'network-only' }), 1_000);
  const { waiting, gone, shown, take } = useArrivals({
    filter: scope,
    statuses,
    isListed: (id) => nodes.some((row) => row.id === id),
    onEvent: countLater,
  });
  const show = () => {
    take();
    reload();
  };
  const news = waiting.size > 0 ? arrivalText([...waiting.values()]) : '';
  useEffect(() => {
    if (news) announce(news);
  }, [news]);
  const rows = useMemo(() => nodes.filter((row) => row.asset && !gone.has(row.id)), [nodes, gone]);

  const deciding = useDeciding({ rows, filter, orderBy, onDecided: countLater });
  const { selection, chosen, targets, acknowledge, waive } = deciding;
  const isAllChosen = rows.length > 0 && chosen.length === rows.length && rows.every(({ id }) => selection.has(id));
  const openedId = get('violation');
  const list = useRef<HTMLDivElement>(null);
  const open = (id: string | null) => set({ violation: id }, { push: isNarrow && id !== null });
  const close = () => {
    const index = rows.findIndex(({ id }) => id === openedId);
    open(null);
    list.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus();
  };
  const follow = useFollow((id) => set({ violation: id }));
  useKeys({ '.': show }, waiting.size > 0);

  const countOf = (of: readonly string[]) =>
    counted?.violationCounts?.reduce((sum, { value, count }) => sum + (of.includes(value) ? count : 0), 0);
  const isFiltered = FILTERS.some((name) => params.has(name));
  const isPast = tab.id === 'resolved' || tab.id === 'all';
  const hrefOf = (id: string) =>
    `?${withParams(new URLSearchParams(params), { tab: id === 'active' ? null : id, status: null, violation: null })}`;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <Tabs
        label="Violations by status"
        current={tab.id}
        tabs={TABS.map(({ id, label, statuses: of }) => {
          const count = countOf(of);
          return { id, label, href: hrefOf(id), count: count === undefined ? undefined : formatCount(count) };
        })}
      />
      <FilterBar />
      <ArrivalsBar text={news} onShow={show} />
      <Said deciding={deciding} />
      <div ref={list} className="relative flex min-h-0 flex-1">
        {error && rows.length === 0 ? (
          <ErrorPanel className="flex-1" error={error} subject="The list of violations" onRetry={reload} />
        ) : (
          <DataTable
            label="Violations"
            rows={rows}
            columns={columnsOf({ sort: get('sort'), onSort: (sort) => set({ sort }) }, isPast)}
            idOf={({ id }) => id}
            totalCount={totalCount}
            isLoading={isLoading}
            isFetching={isFetching}
            hasMore={hasNextPage}
            onMore={loadMore}
            onRetryRest={retryRest}
            selection={deciding.maySelect ? selection : undefined}
            openedId={openedId}
            onOpen={({ id }, { newTab }) => (newTab ? window.open(`/violations?tab=all&violation=${id}`, '_blank', 'noopener') : open(id))}
            onFocusRow={({ id }) => openedId && !isNarrow && follow(id)}
            rowKeys={{ a: (row) => acknowledge(targets(row)), w: (row) => waive(targets(row)) }}
            rowClass={({ id }) => (shown.has(id) ? 'new-row' : undefined)}
            compact={(row) => <CompactViolation row={row} isPast={isPast} />}
            empty={
              isFiltered ? (
                <NoneMatches onClear={() => set(Object.fromEntries(FILTERS.map((name) => [name, null])))} />
              ) : (
                <NoViolations
                  title={tab.id === 'active' || tab.id === 'all' ? 'No violations' : `No ${tab.label.toLowerCase()} violations`}
                />
              )
            }
          />
        )}
        {openedId && (
          <ViolationPanel
            id={openedId}
            onClose={close}
            onAcknowledge={(row) => acknowledge([row])}
            onWaive={(row) => waive([row])}
            onReopen={deciding.reopen}
          />
        )}
        <DecisionBar deciding={deciding} total={hasNextPage && isAllChosen ? totalCount : null} />
      </div>
      <DecisionDialogs deciding={deciding} />
    </div>
  );
}

/** The details follow the row that the keys are on, once they rest on it. */
function useFollow(open: (id: string) => void): (id: string) => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (id) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => open(id), 100);
  };
}
