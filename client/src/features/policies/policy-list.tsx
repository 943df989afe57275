'use client';
import { Plus } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useQuery } from 'urql';
import { useFilterNames } from '@/components/asset-filter/use-names';
import { filterInWords, type Names } from '@/components/asset-filter/words';
import { Page } from '@/components/page';
import { ButtonLink } from '@/components/ui/button';
import { DataTable, type TableColumn } from '@/components/ui/data-table';
import { SeverityMark, SeverityWord } from '@/components/ui/severity';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { StatusWord } from '@/components/ui/status';
import { Time } from '@/components/ui/time';
import { graphql } from '@/gql';
import type { PolicyListQuery } from '@/gql/graphql';
import { formatCount } from '@/lib/format';
import { usePages } from '@/lib/graphql/use-pages';
import { useViewer } from '@/lib/viewer';
import { scopeOf } from './policy-fields';
import { usePolicyEvents, usePolicyLive } from './use-policy-events';

const POLICY_LIST = graphql(`
  query PolicyList($after: String) {
    policies(first: 50, after: $after) {
      totalCount
      nodes {
        ...PolicyFields
        violations(first: 1, filter: { statuses: [OPEN] }) {
          totalCount
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
const POLICY_LIST_RULES = graphql(`
  query PolicyListRules {
    ruleTypes {
      name
      description
    }
  }
`);

type Row = NonNullable<PolicyListQuery['policies']>['nodes'][number];

export function PolicyList() {
  const router = useRouter();
  const { mayStewardAll } = useViewer();
  const pages = usePages(POLICY_LIST, {}, ({ policies }) => policies);
  const events = usePolicyEvents(null);
  usePolicyLive(() => {
    pages.reload();
    events.reload();
  });
  const names = useFilterNames(pages.nodes.map(({ scope }) => scopeOf(scope)));
  const changedAt = new Map(events.nodes.toReversed().map(({ subject, time }) => [subject, time]));

  const columns: TableColumn<Row>[] = [
    {
      id: 'name',
      header: 'Name',
      cell: ({ id, name }) => (
        <Link href={`/policies/${id}`} className="font-medium hover:underline" tabIndex={-1}>
          <bdi>{name}</bdi>
        </Link>
      ),
    },
    { id: 'rule', header: 'Rule', width: 170, priority: 3, cell: ({ ruleType }) => <code>{ruleType.name}</code> },
    { id: 'scope', header: 'Scope', priority: 4, cell: (row) => <Scope row={row} names={names} /> },
    { id: 'severity', header: 'Severity', width: 110, cell: ({ severity }) => <SeverityWord severity={severity} /> },
    { id: 'status', header: 'Status', width: 190, priority: 2, cell: (row) => <Status row={row} /> },
    {
      id: 'open',
      header: 'Open violations',
      width: 120,
      align: 'end',
      priority: 2,
      cell: ({ violations }) => openCount(violations.totalCount),
    },
    {
      id: 'changed',
      header: 'Changed',
      width: 100,
      align: 'end',
      priority: 3,
      cell: ({ id }) => changedAt.has(id) && <Time at={changedAt.get(id)!} className="text-fg-3" />,
    },
  ];
  return (
    <Page
      title="Policies"
      count={pages.totalCount === null ? null : formatCount(pages.totalCount)}
      fills
      actions={
        mayStewardAll && (
          <ButtonLink variant="primary" href="/policies/new" icon={<Plus className="size-3.5" strokeWidth={1.6} />}>
            New policy
          </ButtonLink>
        )
      }
    >
      {pages.error && pages.nodes.length === 0 ? (
        <ErrorPanel error={pages.error} subject="The list of policies" onRetry={pages.reload} />
      ) : (
        <DataTable
          label="Governance policies, by name"
          rows={pages.nodes}
          columns={columns}
          idOf={({ id }) => id}
          totalCount={pages.totalCount}
          isLoading={pages.isLoading}
          isFetching={pages.isFetching}
          hasMore={pages.hasNextPage}
          onMore={pages.loadMore}
          onRetryRest={pages.retryRest}
          onOpen={({ id }, { newTab }) => (newTab ? window.open(`/policies/${id}`, '_blank', 'noopener') : router.push(`/policies/${id}`))}
          compact={(row) => (
            <div className="flex min-w-0 items-start gap-2">
              <SeverityMark severity={row.severity} className="mt-[3px]" />
              <div className="min-w-0 flex-1">
                <p className="flex gap-2">
                  <bdi className="min-w-0 flex-1 truncate font-medium">{row.name}</bdi>
                  {openCount(row.violations.totalCount)} open
                </p>
                <p className="flex gap-2 text-small text-fg-2">
                  <span className="min-w-0 flex-1 truncate">{filterInWords(scopeOf(row.scope), names)}</span>
                  <Status row={row} />
                </p>
              </div>
            </div>
          )}
          empty={<Empty mayEdit={mayStewardAll} />}
        />
      )}
    </Page>
  );
}

const openCount = (count: number | null): string => (count === null ? '' : formatCount(count));

function Scope({ row, names }: { row: Row; names: Names }) {
  const words = filterInWords(scopeOf(row.scope), names);
  return (
    <span className="text-fg-2" title={words}>
      {words}
    </span>
  );
}

const Status = ({ row: { status, draft } }: { row: Row }) => (
  <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
    <StatusWord status={status} />
    {draft && <span className="text-small text-fg-3">draft waits</span>}
  </span>
);

/** Rule types are what one starts from. */
function Empty({ mayEdit }: { mayEdit: boolean }) {
  const [{ data }] = useQuery({ query: POLICY_LIST_RULES, pause: !mayEdit });
  if (!mayEdit) return <EmptyState title="No policies">A policy states a rule, and finds the assets that break it.</EmptyState>;
  return (
    <div className="mx-auto flex max-w-[680px] flex-col gap-4 py-8">
      <EmptyState title="No policies" className="py-2">
        Start from a rule type.
      </EmptyState>
      <ul className="mx-5 rounded-panel border border-line">
        {data?.ruleTypes?.map(({ name, description }) => (
          <li key={name} className="border-b border-line last:border-b-0">
            <Link href={`/policies/new?rule=${encodeURIComponent(name)}`} className="flex flex-col gap-0.5 px-3 py-2 hover:bg-hover">
              <code className="font-medium">{name}</code>
              <span className="text-fg-2">{description}</span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
