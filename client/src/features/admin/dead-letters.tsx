'use client';
import { useState } from 'react';
import { useMutation } from 'urql';
import { Page } from '@/components/page';
import { BulkBar } from '@/components/ui/bulk-bar';
import { Button } from '@/components/ui/button';
import { DataTable, type TableColumn } from '@/components/ui/data-table';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { Time } from '@/components/ui/time';
import { toast } from '@/components/ui/toast';
import { graphql } from '@/gql';
import type { DeadLettersQuery } from '@/gql/graphql';
import { errorText } from '@/lib/errors';
import { focusHeading } from '@/lib/focus';
import { plural } from '@/lib/format';
import { usePages } from '@/lib/graphql/use-pages';
import { useSelection } from '@/lib/use-selection';
import { AdminOnly } from './admin-only';
import { Subject } from './audit-subject';

const DEAD_LETTERS = graphql(`
  query DeadLetters($after: String) {
    deadLetters(first: 50, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        consumer
        attempts
        lastError
        failedAt
        event {
          id
          seq
          type
        }
      }
    }
  }
`);
const DEAD_LETTERS_REDRIVE = graphql(`
  mutation DeadLettersRedrive($id: ID!) {
    redriveDeadLetter(input: { id: $id }) {
      deadLetter {
        id
      }
    }
  }
`);
type Letter = NonNullable<DeadLettersQuery['deadLetters']>['nodes'][number];

export const DeadLetters = () => (
  <AdminOnly>
    <Letters />
  </AdminOnly>
);

function Letters() {
  const letters = usePages(DEAD_LETTERS, {}, (data) => data.deadLetters);
  const selection = useSelection();
  const [, redrive] = useMutation(DEAD_LETTERS_REDRIVE);
  const [isBusy, setBusy] = useState(false);

  async function tryAgain(ids: readonly string[]) {
    setBusy(true);
    const failed: string[] = [];
    for (const id of ids) {
      const { error } = await redrive({ id });
      if (error) failed.push(errorText(error));
    }
    setBusy(false);
    selection.clear();
    letters.reload();
    // The button went with the selection, or with its row.
    requestAnimationFrame(focusHeading);
    if (failed.length > 0) toast({ title: `${plural(failed.length, 'event')} could not be tried again`, text: failed[0], stays: true });
  }

  const columns: TableColumn<Letter>[] = [
    { id: 'consumer', header: 'Consumer', width: 180, cell: ({ consumer }) => <code>{consumer}</code> },
    {
      id: 'event',
      header: 'Event',
      width: 240,
      cell: ({ event }) =>
        event && (
          <code>
            <Subject text={`${event.seq} ${event.type}`} href={`/admin/audit?event=${event.id}`} />
          </code>
        ),
      priority: 2,
    },
    { id: 'attempts', header: 'Attempts', width: 84, align: 'end', cell: ({ attempts }) => attempts, priority: 3 },
    { id: 'error', header: 'Last error', cell: ({ lastError }) => <span title={lastError}>{lastError}</span> },
    { id: 'failed', header: 'Failed', width: 96, align: 'end', cell: ({ failedAt }) => <Time at={failedAt} /> },
    {
      id: 'again',
      header: <span className="sr-only">Try again</span>,
      width: 116,
      align: 'end',
      cell: ({ id }) => (
        <Button size="small" disabled={isBusy} onClick={() => void tryAgain([id])}>
          Try again
        </Button>
      ),
    },
  ];
  return (
    <Page title="Dead letters" count={letters.totalCount} fills>
      {letters.error && letters.nodes.length === 0 ? (
        <ErrorPanel error={letters.error} subject="The list of dead letters" onRetry={letters.reload} />
      ) : (
        <DataTable
          label="Events that a consumer gave up"
          rows={letters.nodes}
          columns={columns}
          idOf={({ id }) => id}
          totalCount={letters.totalCount}
          isLoading={letters.isLoading}
          isFetching={letters.isFetching}
          hasMore={letters.hasNextPage}
          onMore={letters.loadMore}
          onRetryRest={letters.retryRest}
          selection={selection}
          compact={({ consumer, event, lastError, failedAt }) => (
            <div className="min-w-0">
              <p className="flex justify-between gap-2">
                <code className="truncate">
                  {consumer} {event && <span className="text-fg-3">{event.type}</span>}
                </code>{' '}
                <Time at={failedAt} className="shrink-0 text-small whitespace-nowrap text-fg-3" />
              </p>
              <p className="truncate text-small text-fg-2">{lastError}</p>
            </div>
          )}
          empty={<EmptyState title="No dead letters">Every event reached all of its consumers.</EmptyState>}
        />
      )}
      <BulkBar count={selection.ids.size} onClear={selection.clear}>
        <Button busy={isBusy} onClick={() => void tryAgain([...selection.ids])}>
          Try again
        </Button>
      </BulkBar>
    </Page>
  );
}
