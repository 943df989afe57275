'use client';
import Link from 'next/link';
import { KindIcon } from '@/components/ui/kind';
import { Name } from '@/components/ui/name';
import { Panel } from '@/components/ui/panel';
import { RestMissing } from '@/components/ui/rest-missing';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { StatusWord } from '@/components/ui/status';
import { SkeletonRows } from '@/components/ui/skeleton';
import { Time } from '@/components/ui/time';
import { graphql } from '@/gql';
import { formatCount } from '@/lib/format';
import { usePages } from '@/lib/graphql/use-pages';
import { usePolicyLive } from './use-policy-events';

const POLICY_VIOLATIONS = graphql(`
  query PolicyViolations($id: ID!, $after: String) {
    policy(id: $id) {
      id
      violations(first: 20, after: $after, filter: { statuses: [OPEN, ACKNOWLEDGED] }) {
        totalCount
        nodes {
          id
          message
          status
          raisedAt
          column {
            id
            name
          }
          asset {
            id
            name
            displayName
            kind
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

/** What the policy finds now, the newest first; what to do about it is done in the inbox. */
export function PolicyViolations({ id, status }: { id: string; status: string }) {
  const pages = usePages(POLICY_VIOLATIONS, { id }, ({ policy }) => policy?.violations);
  usePolicyLive(pages.reload);
  const inbox = `/violations?policy=${id}`;
  const shown = pages.nodes.filter(({ asset }) => asset !== null);
  return (
    <Panel
      name="Violations of this policy"
      title="Violations"
      count={pages.totalCount === null ? undefined : formatCount(pages.totalCount)}
      actions={
        <Link href={inbox} className="text-primary-text underline-offset-2 hover:underline">
          Open in the inbox
        </Link>
      }
    >
      {pages.error && shown.length === 0 ? (
        <ErrorPanel error={pages.error} subject="The list of violations" onRetry={pages.reload} />
      ) : pages.isLoading ? (
        <SkeletonRows rows={4} />
      ) : shown.length === 0 ? (
        <EmptyState title="No open violations">
          {status === 'PUBLISHED'
            ? 'Every asset in scope that you may see keeps to this policy.'
            : 'A policy finds nothing unless it is published.'}
        </EmptyState>
      ) : (
        <>
          <ul>
            {shown.map(({ id: violationId, asset, column, message, status: state, raisedAt }) => (
              <li
                key={violationId}
                className="grid grid-cols-[14px_minmax(0,1fr)_auto] items-center gap-x-2 border-b border-line px-3 py-1.5 last:border-b-0 sm:grid-cols-[14px_minmax(0,2fr)_minmax(0,3fr)_auto_72px]"
              >
                <KindIcon kind={asset!.kind} />
                <Link href={`/assets/${asset!.id}`} className="min-w-0 hover:underline">
                  <Name name={column ? `${asset!.name}.${column.name}` : asset!.name} title={asset!.name} />
                </Link>
                <span className="truncate text-fg-2 max-sm:hidden" title={message}>
                  {message}
                </span>
                <StatusWord status={state} className="max-sm:hidden" />
                <Time at={raisedAt} className="text-right text-fg-3" />
              </li>
            ))}
          </ul>
          {pages.retryRest && (
            <p className="border-t border-line px-3 py-2">
              <RestMissing isFetching={pages.isFetching} onRetry={pages.retryRest} />
            </p>
          )}
          {pages.hasNextPage && !pages.retryRest && (
            <button
              type="button"
              onClick={pages.loadMore}
              className="w-full border-t border-line px-3 py-2 text-left text-primary-text hover:bg-hover"
            >
              Show more
            </button>
          )}
        </>
      )}
    </Panel>
  );
}
