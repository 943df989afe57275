'use client';
import Link from 'next/link';
import { useState } from 'react';
import { useMutation } from 'urql';
import { LabelChip } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { KindIcon } from '@/components/ui/kind';
import { Name } from '@/components/ui/name';
import { Panel } from '@/components/ui/panel';
import { Owners } from '@/components/ui/people';
import { RestMissing } from '@/components/ui/rest-missing';
import { SkeletonRows } from '@/components/ui/skeleton';
import { ErrorPanel } from '@/components/ui/states';
import { toast } from '@/components/ui/toast';
import { graphql } from '@/gql';
import type { ReviewQuery } from '@/gql/graphql';
import { errorText } from '@/lib/errors';
import { formatCount, plural } from '@/lib/format';
import { usePages } from '@/lib/graphql/use-pages';

const REVIEW = graphql(`
  query Review($id: ID!, $after: String) {
    scanRun(id: $id) {
      id
      pendingDeletions(first: 50, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          id
          kind
          name
          path
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
          labels {
            id
            name
          }
          violations(first: 1, filter: { statuses: [OPEN] }) {
            totalCount
          }
          downstream(first: 20) {
            nodes {
              id
            }
            pageInfo {
              hasNextPage
            }
          }
        }
      }
    }
  }
`);
const REVIEW_DECIDE = graphql(`
  mutation ReviewDecide($input: ReviewScanRunInput!) {
    reviewScanRun(input: $input) {
      run {
        id
        status
        removed
        finishedAt
        progress {
          phase
          done
          total
          message
        }
        warnings {
          code
          subject
          message
        }
        pendingDeletions(first: 1) {
          totalCount
        }
      }
    }
  }
`);
type Held = NonNullable<ReviewQuery['scanRun']>['pendingDeletions']['nodes'][number];

const schemaOf = ({ path, kind }: Held): string => (kind === 'SCHEMA' || kind === 'DATABASE' ? path : path.slice(0, -1)).join('.');

/** By schema, in the order of the list. */
function groupsOf(held: readonly Held[]): [schema: string, assets: Held[]][] {
  const groups = new Map<string, Held[]>();
  for (const asset of held) groups.set(schemaOf(asset), [...(groups.get(schemaOf(asset)) ?? []), asset]);
  return [...groups];
}

type Props = { runId: string; count: number; maySteward: boolean; onDone: () => void };

/** Deletions that a run holds, because they are too many at once: a person decides. */
export function Review({ runId, count, maySteward, onDone }: Props) {
  const held = usePages(REVIEW, { id: runId }, (data) => data.scanRun?.pendingDeletions);
  const [{ fetching }, decide] = useMutation(REVIEW_DECIDE);
  const [isAsked, setAsked] = useState(false);
  async function review(acceptDeletions: boolean): Promise<void> {
    const { error } = await decide({ input: { id: runId, acceptDeletions } });
    if (error) toast({ title: 'This was not decided', text: errorText(error), stays: true });
    onDone();
  }
  return (
    <Panel
      name="Held deletions"
      title="Held deletions"
      count={formatCount(count)}
      className="shrink-0"
      actions={
        maySteward && (
          <>
            <Button variant="danger" disabled={fetching} onClick={() => setAsked(true)}>
              Delete {formatCount(count)}
            </Button>
            <Button variant="primary" busy={fetching} onClick={() => void review(false)}>
              Keep them
            </Button>
          </>
        )
      }
    >
      <p className="border-b border-line px-3 py-2 text-fg-2">
        {plural(count, 'asset was', 'assets were')} not found any more, too large a share of this source to be removed without asking.
        Additions and changes are in the catalog already. Kept ones are asked about again by the next run.
      </p>
      {held.error && held.nodes.length === 0 ? (
        <ErrorPanel error={held.error} subject="The list of deletions" onRetry={held.reload} />
      ) : held.isLoading ? (
        <SkeletonRows rows={6} />
      ) : (
        <div className="max-h-[56vh] overflow-auto">
          <table className="w-full border-separate border-spacing-0" aria-label="Held deletions">
            <thead className="sticky top-0 z-10 bg-surface text-left text-small text-fg-3">
              <tr className="[&>th]:h-8 [&>th]:border-b [&>th]:border-line [&>th]:px-3 [&>th]:font-normal">
                <th scope="col">Asset</th>
                <th scope="col" className="max-sm:hidden">
                  Owner
                </th>
                <th scope="col" className="max-md:hidden">
                  Labels
                </th>
                <th scope="col" className="text-right whitespace-nowrap">
                  Open violations
                </th>
                <th scope="col" className="text-right max-sm:hidden">
                  Downstream
                </th>
              </tr>
            </thead>
            {groupsOf(held.nodes).map(([schema, assets]) => (
              <tbody key={schema}>
                <tr>
                  <th scope="rowgroup" colSpan={5} className="border-b border-line bg-subtle px-3 py-1 text-left font-medium">
                    <Name name={schema} />{' '}
                    <span className="font-normal text-fg-3">
                      {formatCount(assets.length)}
                      {held.hasNextPage && ' loaded'}
                    </span>
                  </th>
                </tr>
                {assets.map((asset) => (
                  <HeldRow key={asset.id} asset={asset} />
                ))}
              </tbody>
            ))}
          </table>
          {held.hasNextPage && (
            <div className="p-2">
              {held.retryRest ? (
                <RestMissing isFetching={held.isFetching} onRetry={held.retryRest} />
              ) : (
                <Button size="small" busy={held.isFetching} onClick={held.loadMore}>
                  {formatCount(count - held.nodes.length)} more
                </Button>
              )}
            </div>
          )}
        </div>
      )}
      <ConfirmDialog
        open={isAsked}
        title={`Delete ${plural(count, 'asset')}?`}
        action={`Delete ${formatCount(count)}`}
        onConfirm={() => review(true)}
        onClose={() => setAsked(false)}
      >
        They become tombstones: their history, owners and descriptions are kept, and come back when a later run finds them again.
      </ConfirmDialog>
    </Panel>
  );
}

const HeldRow = ({ asset: { id, kind, name, path, owners, labels, violations, downstream } }: { asset: Held }) => (
  <tr className="[&>td]:h-row [&>td]:border-b [&>td]:border-line [&>td]:px-3 hover:[&>td]:bg-hover">
    <td className="max-w-0 min-w-40">
      <Link href={`/assets/${id}`} className="flex min-w-0 items-center gap-2 hover:underline">
        <KindIcon kind={kind} />
        <Name name={path.at(-1) ?? name} title={name} />
      </Link>
    </td>
    <td className="max-sm:hidden">
      <Owners owners={owners} />
    </td>
    <td className="max-md:hidden">
      <span className="flex gap-1">
        {labels?.slice(0, 3).map((label) => (
          <LabelChip key={label.id} name={label.name} />
        ))}
      </span>
    </td>
    <td className="text-right">{violations?.totalCount ? formatCount(violations.totalCount) : null}</td>
    <td className="text-right max-sm:hidden">
      {downstream?.nodes.length ? formatCount(downstream.nodes.length, downstream.pageInfo.hasNextPage) : null}
    </td>
  </tr>
);
