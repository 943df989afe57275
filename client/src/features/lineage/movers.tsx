'use client';
import type { ReactNode } from 'react';
import { ArrowRight } from 'lucide-react';
import { graphql } from '@/gql';
import type { RunState } from '@/gql/graphql';
import { Button } from '@/components/ui/button';
import { KindIcon } from '@/components/ui/kind';
import { Name } from '@/components/ui/name';
import { RestMissing } from '@/components/ui/rest-missing';
import { Fact, Facts, SideSection } from '@/components/ui/side-panel';
import { ErrorPanel } from '@/components/ui/states';
import { StatusWord, type Status } from '@/components/ui/status';
import { Time } from '@/components/ui/time';
import { formatCount, formatEnum } from '@/lib/format';
import { usePages } from '@/lib/graphql/use-pages';
import { nameOf, runName, type Edge, type Flow, type Graph } from './graph';

type Job = NonNullable<Edge['job']>;
type Run = NonNullable<Edge['run']>;
type Props = { graph: Graph; flows: readonly Flow[]; onSelect: (id: string) => void };

const JOB_RUNS = graphql(`
  query JobRuns($id: ID!, $first: Int!, $after: String) {
    job(id: $id) {
      id
      runs(first: $first, after: $after) {
        nodes {
          id
          runId
          state
          startedAt
          endedAt
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);
const RUNS_AT_ONCE = 10;
const MOST_FLOWS = 12;

/** Of the job or the run that was chosen. `flows`: what it moves of what is shown. */
export function MoverDetails({ id, ...props }: Props & { id: string }) {
  const edges = props.flows.flatMap((flow) => flow.edges);
  const told = edges.find(({ run }) => run?.id === id);
  if (told?.run) return <RunDetails {...props} run={told.run} job={told.job} />;
  return <JobDetails {...props} job={edges.find(({ job }) => job?.id === id)!.job!} />;
}

function JobDetails({ job, ...props }: Props & { job: Job }) {
  return (
    <>
      <Head>{job.name}</Head>
      <SideSection>
        <Facts>
          <Fact name="Kind">Job</Fact>
          <Fact name="Namespace">
            <bdi className="font-mono break-all">{job.namespace}</bdi>
          </Fact>
        </Facts>
      </SideSection>
      <Moves {...props} />
      <Runs key={job.id} jobId={job.id} />
    </>
  );
}

function RunDetails({ run, job, ...props }: Props & { run: Run; job: Edge['job'] }) {
  return (
    <>
      <Head>{runName(run)}</Head>
      <SideSection>
        <Facts>
          <Fact name="Kind">Run</Fact>
          {job && (
            <Fact name="Of the job">
              <button type="button" className="text-left text-primary-text hover:underline" onClick={() => props.onSelect(job.id)}>
                <bdi className="font-mono break-all">{job.name}</bdi>
              </button>
            </Fact>
          )}
          <Fact name="State">
            <RunStateWord state={run.state} />
          </Fact>
          {run.startedAt && (
            <Fact name="Started">
              <Time at={run.startedAt} as="moment" />
            </Fact>
          )}
          {run.endedAt && (
            <Fact name="Ended">
              <Time at={run.endedAt} as="moment" />
            </Fact>
          )}
          <Fact name="Id">
            <span className="font-mono break-all">{run.runId}</span>
          </Fact>
        </Facts>
      </SideSection>
      <Moves {...props} />
    </>
  );
}

const Head = ({ children }: { children: ReactNode }) => (
  <SideSection>
    <div className="flex items-start gap-2">
      <KindIcon kind="PIPELINE" isNamed className="mt-1" />
      <p className="min-w-0 flex-1 font-mono font-medium break-all">
        <bdi>{children}</bdi>
      </p>
    </div>
  </SideSection>
);

/** One chooses that flow. */
function Moves({ graph, flows, onSelect }: Props) {
  const name = (id: string): string => nameOf(graph.byId.get(id)!);
  return (
    <SideSection title={<Counted title="Moves" count={flows.length} />}>
      <ul>
        {flows.slice(0, MOST_FLOWS).map(({ id, from, to }) => (
          <li key={id}>
            <button
              type="button"
              className="flex min-h-7 w-full min-w-0 items-center gap-1.5 text-left hover:underline"
              onClick={() => onSelect(id)}
            >
              <Name name={name(from)} />
              <ArrowRight aria-label="into" className="size-3.5 shrink-0 text-fg-3" strokeWidth={1.6} />
              <Name name={name(to)} />
            </button>
          </li>
        ))}
        {flows.length > MOST_FLOWS && <li className="text-fg-3">{formatCount(flows.length - MOST_FLOWS)} more</li>}
      </ul>
    </SideSection>
  );
}

const Counted = ({ title, count }: { title: string; count: number }) => (
  <>
    {title} <span className="font-normal text-fg-3">{formatCount(count)}</span>
  </>
);

/** The latest begun first, also those that told nothing of what is shown. Nothing of a job that nobody tells runs of. */
function Runs({ jobId }: { jobId: string }) {
  const runs = usePages(JOB_RUNS, { id: jobId, first: RUNS_AT_ONCE }, ({ job }) => job?.runs);
  if (runs.error && runs.nodes.length === 0) return <ErrorPanel error={runs.error} subject="The runs" onRetry={runs.reload} />;
  if (runs.nodes.length === 0) return null;
  return (
    <SideSection title="Runs">
      <ul aria-busy={runs.isFetching}>
        {runs.nodes.map((run) => (
          <li key={run.id} className="flex min-h-7 items-center justify-between gap-2">
            <RunStateWord state={run.state} />
            {run.startedAt ? (
              <Time at={run.startedAt} as="moment" className="truncate text-fg-3" />
            ) : (
              <span className="truncate text-fg-3" title={run.runId}>
                {runName(run)}
              </span>
            )}
          </li>
        ))}
      </ul>
      {runs.retryRest ? (
        <RestMissing isFetching={runs.isFetching} onRetry={runs.retryRest} />
      ) : (
        runs.hasNextPage && (
          <Button size="small" className="mt-2" busy={runs.isFetching} onClick={runs.loadMore}>
            Earlier runs
          </Button>
        )
      )}
    </SideSection>
  );
}

const STATUSES: Record<RunState, Status> = {
  STARTED: 'RUNNING',
  RUNNING: 'RUNNING',
  COMPLETED: 'COMPLETED',
  ABORTED: 'CANCELLED',
  FAILED: 'FAILED',
  OTHER: 'QUEUED',
};
const RunStateWord = ({ state }: { state: RunState }) => <StatusWord status={STATUSES[state]}>{formatEnum(state)}</StatusWord>;
