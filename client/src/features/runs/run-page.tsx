'use client';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState, useSyncExternalStore } from 'react';
import { useMutation } from 'urql';
import { Play, Square } from 'lucide-react';
import { Page } from '@/components/page';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Panel } from '@/components/ui/panel';
import { SkeletonRows } from '@/components/ui/skeleton';
import { ErrorPanel, NotFound } from '@/components/ui/states';
import { StatusWord } from '@/components/ui/status';
import { Time } from '@/components/ui/time';
import { toast } from '@/components/ui/toast';
import { graphql } from '@/gql';
import { errorText } from '@/lib/errors';
import { formatClock, formatDuration, formatRun, plural } from '@/lib/format';
import { codeOf } from '@/lib/graphql/client';
import { currentConnection, onConnection, type Connection } from '@/lib/graphql/connection';
import { useNow } from '@/lib/use-now';
import { useViewer } from '@/lib/viewer';
import { FoundList } from './found-list';
import { isOver, phaseLabel, phasesOf, remaining, type Seen } from './phases';
import { Review } from './review';
import { RunAside } from './run-aside';
import { RunFigures, RunProgress } from './run-progress';
import { useRun, type RunData } from './use-run';

const RUN_PAGE_CANCEL = graphql(`
  mutation RunPageCancel($input: CancelScanRunInput!) {
    cancelScanRun(input: $input) {
      run {
        id
        status
        finishedAt
        progress {
          phase
          done
          total
          message
        }
      }
    }
  }
`);
const RUN_PAGE_AGAIN = graphql(`
  mutation RunPageAgain($input: StartScanInput!) {
    startScan(input: $input) {
      run {
        id
        status
      }
    }
  }
`);

/** One scan, while it goes on and after. */
export function RunPage({ id }: { id: string }) {
  const { run, seen, error, isAbsent, reload } = useRun(id);
  if (run) return <Run run={run} seen={seen} onReload={reload} />;
  const isGone = isAbsent || codeOf(error) === 'NOT_FOUND';
  return (
    <Page title={isGone ? 'Not found' : 'Run'} crumbs={[{ label: 'Sources', href: '/sources' }]} heading={null}>
      {isGone ? (
        <NotFound thing="run" />
      ) : error ? (
        <ErrorPanel error={error} subject="The run" onRetry={reload} />
      ) : (
        <SkeletonRows rows={8} />
      )}
    </Page>
  );
}

type RunProps = { run: RunData; seen: Seen; onReload: () => void };

function Run({ run, seen, onReload }: RunProps) {
  const { maySteward } = useViewer();
  const isEnded = isOver(run.status);
  const now = useNow(isEnded ? null : 1_000);
  const name = formatRun(new Date(run.queuedAt));
  const { source } = run;
  const mayAct = maySteward({ sourceId: source.id });
  const review = run.status === 'NEEDS_REVIEW';
  return (
    <Page
      title={`Run of ${name}, ${source.name}`}
      crumbs={[
        { label: 'Sources', href: '/sources' },
        { label: source.name, href: `/sources/${source.id}` },
      ]}
      heading={null}
      fills
    >
      <div className="flex min-h-0 flex-1 max-lg:flex-col max-lg:overflow-y-auto">
        <div className="flex min-w-0 flex-1 flex-col gap-4 p-5 max-sm:p-3 lg:overflow-y-auto">
          <header className="flex flex-wrap items-center gap-x-3 gap-y-2">
            <h1 tabIndex={-1} className="text-page" suppressHydrationWarning>
              Run of {name}
            </h1>
            <StatusWord status={run.status} />
            {run.scan && (
              <span className="text-fg-3">
                scan <bdi>{run.scan.name}</bdi>
              </span>
            )}
            <div className="ml-auto flex flex-wrap items-center gap-3">
              <Elapsed run={run} now={now} />
              {mayAct && <Actions run={run} onReload={onReload} />}
            </div>
          </header>
          <ConnectionLost isShown={!isEnded} />
          {run.status === 'QUEUED' && <Queued run={run} />}
          {run.status === 'FAILED' && <Failed run={run} seen={seen} />}
          <RunProgress run={run} seen={seen} now={now} />
          <RunFigures run={run} />
          {review ? (
            <Review runId={run.id} count={run.pendingDeletions.totalCount ?? 0} maySteward={mayAct} onDone={onReload} />
          ) : (
            <FoundList
              sourceId={source.id}
              startedAt={run.startedAt}
              finishedAt={run.finishedAt}
              nextAt={run.removed > 0 ? nextRunAt(run) : (run.finishedAt ?? undefined)}
              isOver={isEnded}
              count={run.added + run.changed + run.removed}
            />
          )}
        </div>
        <RunAside run={run} />
      </div>
    </Page>
  );
}

/** When the run after this one began, as far as the source's latest runs tell. */
const nextRunAt = ({ queuedAt, source }: RunData): string | undefined =>
  source.runs.nodes.findLast((other) => other.queuedAt > queuedAt)?.queuedAt;

function Elapsed({ run, now }: { run: RunData; now: number }) {
  if (!run.startedAt) return null;
  const start = Date.parse(run.startedAt);
  if (run.finishedAt) {
    return (
      <span className="text-fg-2">
        took {formatDuration(Math.max(0, Date.parse(run.finishedAt) - start))}, ended <Time at={run.finishedAt} as="clock" />
      </span>
    );
  }
  const left = remaining(run, now);
  return (
    <span className="text-fg-2">
      {formatDuration(Math.max(0, now - start))} so far{left !== null && `, about ${formatDuration(left)} left`}
    </span>
  );
}

function Actions({ run, onReload }: { run: RunData; onReload: () => void }) {
  const router = useRouter();
  const [isAsked, setAsked] = useState(false);
  const [cancelled, cancel] = useMutation(RUN_PAGE_CANCEL);
  const [{ fetching }, scanAgain] = useMutation(RUN_PAGE_AGAIN);
  if (isOver(run.status)) {
    const start = async (): Promise<void> => {
      const { data, error } = await scanAgain({ input: { sourceId: run.source.id, scanId: run.scan?.id ?? null } });
      if (error) toast({ title: 'The scan was not started', text: errorText(error), stays: true });
      else if (data?.startScan?.run) router.push(`/runs/${data.startScan.run.id}`);
    };
    return (
      <Button busy={fetching} icon={<Play className="size-3.5" strokeWidth={1.6} />} onClick={() => void start()}>
        {fetching ? 'Starting' : 'Scan again'}
      </Button>
    );
  }
  const confirm = async (): Promise<void> => {
    const { error } = await cancel({ input: { id: run.id } });
    // It may have ended while the question stood there: then what it became is shown.
    if (error && codeOf(error) !== 'CONFLICT') toast({ title: 'The run was not cancelled', text: errorText(error), stays: true });
    else onReload();
  };
  const isCancelling = cancelled.data !== undefined && !cancelled.error;
  return (
    <>
      <Button
        variant="danger"
        busy={isCancelling}
        icon={<Square className="size-3" strokeWidth={1.6} />}
        onClick={() => !isCancelling && setAsked(true)}
      >
        {isCancelling ? 'Cancelling' : 'Cancel'}
      </Button>
      <ConfirmDialog
        open={isAsked}
        title="Cancel this run?"
        action="Cancel run"
        dismiss="Let it run"
        onConfirm={confirm}
        onClose={() => setAsked(false)}
      >
        {run.status === 'QUEUED' ? 'It has not begun: nothing was read or written.' : 'What was written stays. Nothing is deleted.'}
      </ConfirmDialog>
    </>
  );
}

function Queued({ run }: { run: RunData }) {
  const before = run.source.runs.nodes.find(({ id, status }) => id !== run.id && status === 'RUNNING');
  return (
    <p className="text-fg-2">
      {before ? (
        <>
          Waits for the{' '}
          <Link href={`/runs/${before.id}`} className="text-primary-text hover:underline">
            run of {formatRun(new Date(before.queuedAt))}
          </Link>{' '}
          of this source.
        </>
      ) : (
        'Waits for its turn.'
      )}
    </p>
  );
}

function Failed({ run, seen }: { run: RunData; seen: Seen }) {
  const phase = phasesOf(run, seen, 0).find(({ state }) => state === 'failed')?.id ?? run.progress.phase;
  return (
    <Panel name="Failure" className="shrink-0">
      <ErrorPanel
        error={{
          title: `The run failed in the phase ${phaseLabel(phase)}`,
          text: `${run.error ?? 'The cause is not known.'} A failed run deletes nothing${run.added + run.changed > 0 ? `; ${plural(run.added + run.changed, 'asset that was', 'assets that were')} written before stay` : ''}.`,
          code: 'FAILED',
        }}
      />
    </Panel>
  );
}

const IDLE: Connection = { state: 'idle' };
/** The numbers stay, and it says as of when; the live events go on where they stopped. */
function ConnectionLost({ isShown }: { isShown: boolean }) {
  const connection = useSyncExternalStore(onConnection, currentConnection, () => IDLE);
  if (!isShown || (connection.state !== 'waiting' && connection.state !== 'stopped')) return null;
  return (
    <p className="rounded-control bg-warning-subtle px-3 py-1.5 text-warning-text">
      The connection is lost. This is as of {formatClock(new Date(connection.since))}; it goes on where it stopped. The run itself is not
      affected.
    </p>
  );
}
