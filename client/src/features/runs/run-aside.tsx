'use client';
import Link from 'next/link';
import { useEffect, useRef } from 'react';
import { useQuery } from 'urql';
import { Name } from '@/components/ui/name';
import { SeverityMark } from '@/components/ui/severity';
import { SidePanel, SideSection } from '@/components/ui/side-panel';
import { ErrorPanel } from '@/components/ui/states';
import { StatusMark } from '@/components/ui/status';
import { graphql } from '@/gql';
import { formatCount, formatDuration, formatEnum, formatRun } from '@/lib/format';
import { useLive } from '@/lib/graphql/use-live';
import { isOver } from './phases';
import type { RunData } from './use-run';

const RUN_VIOLATIONS = graphql(`
  query RunViolations($filter: ViolationFilter) {
    violations(filter: $filter, first: 6) {
      totalCount
      nodes {
        id
        severity
        policy {
          id
          name
        }
        asset {
          id
          name
          displayName
        }
      }
    }
  }
`);
const RUN_VIOLATIONS_LIVE = graphql(`
  subscription RunViolationsLive($filter: ViolationFilter, $after: String) {
    violationRaised(filter: $filter, after: $after) {
      cursor
      type
      violationId
    }
  }
`);

/** What is told beside a run: warnings, deletions, violations since its start, earlier runs. */
export function RunAside({ run }: { run: RunData }) {
  return (
    <SidePanel label="About this run" className="max-lg:w-full max-lg:border-t max-lg:border-l-0">
      <Warnings run={run} />
      <Deletions run={run} />
      {run.startedAt && <Violations sourceId={run.source.id} since={run.startedAt} />}
      <Earlier run={run} />
    </SidePanel>
  );
}

const titled = (title: string, count: number | null | undefined) => (
  <>
    {title} {count !== null && count !== undefined && <span className="font-normal text-fg-3">{formatCount(count)}</span>}
  </>
);

const Warnings = ({ run: { warnings, status } }: { run: RunData }) => (
  <SideSection title={titled('Warnings', warnings.length)}>
    {warnings.length === 0 ? (
      <p className="text-fg-3">{isOver(status) ? 'None.' : 'None so far.'}</p>
    ) : (
      <ul className="flex max-h-80 flex-col gap-3 overflow-y-auto">
        {warnings.map(({ code, subject, message }, index) => (
          // Two warnings may say the same; they are only ever added.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index} className="flex items-start gap-2">
            <SeverityMark severity="WARNING" className="mt-[3px]" aria-hidden />
            <div className="min-w-0">
              {subject && <Name name={subject} />}
              <p className="break-words text-fg-2">{message}</p>
              <code className="text-micro text-fg-3">{code}</code>
            </div>
          </li>
        ))}
      </ul>
    )}
  </SideSection>
);

function Deletions({ run: { status, removed, pendingDeletions, source } }: { run: RunData }) {
  const held = pendingDeletions.totalCount ?? 0;
  return (
    <SideSection title="Deletions">
      <p className="text-fg-2">
        {status === 'NEEDS_REVIEW'
          ? `${formatCount(held)} are held: too large a share of the assets would be removed at once.`
          : status === 'FAILED'
            ? 'A failed run deletes nothing.'
            : `A scan that would remove too large a share of the assets holds them and asks. ${isOver(status) ? 'Removed' : 'So far'} ${formatCount(removed)} of ${formatCount(source.assetCount + removed)}.`}
      </p>
    </SideSection>
  );
}

/** Asked again at most so often. */
const EVERY_MS = 2_000;

function Violations({ sourceId, since }: { sourceId: string; since: string }) {
  const filter = { sourceIds: [sourceId], raisedAfter: since };
  const [{ data, error }, again] = useQuery({ query: RUN_VIOLATIONS, variables: { filter } });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const reread = () => {
    timer.current = undefined;
    again({ requestPolicy: 'network-only' });
  };
  useLive(RUN_VIOLATIONS_LIVE, {
    variables: { filter },
    onEvent: () => {
      timer.current ??= setTimeout(reread, EVERY_MS);
    },
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  const violations = data?.violations;
  return (
    <SideSection title={titled('Violations raised since the start', violations?.totalCount)}>
      {error && !violations ? (
        <ErrorPanel error={error} subject="The list of violations" className="p-0" />
      ) : (
        <ul className="flex flex-col gap-1.5">
          {violations?.nodes.map(({ id, severity, policy, asset }) => (
            <li key={id}>
              <Link href={`/violations?violation=${id}`} className="flex min-w-0 items-center gap-2 hover:underline">
                <SeverityMark severity={severity} />
                <span className="max-w-[60%] shrink-0 truncate">{policy.name}</span>
                {asset && <Name name={asset.displayName} title={asset.name} className="text-fg-3" />}
              </Link>
            </li>
          ))}
          {violations?.totalCount === 0 && <li className="text-fg-3">None.</li>}
          {(violations?.totalCount ?? 0) > 6 && (
            <li>
              <Link href={`/violations?source=${sourceId}`} className="text-primary-text hover:underline">
                See all
              </Link>
            </li>
          )}
        </ul>
      )}
    </SideSection>
  );
}

type Earlier = RunData['source']['runs']['nodes'][number];
function outcomeOf({ status, added, changed, removed, error }: Earlier): string {
  if (status === 'FAILED') return error ?? 'Failed';
  if (status !== 'COMPLETED' && status !== 'COMPLETED_WITH_WARNINGS') return formatEnum(status);
  const parts = [
    added && `${formatCount(added)} added`,
    changed && `${formatCount(changed)} changed`,
    removed && `${formatCount(removed)} removed`,
  ];
  return parts.filter(Boolean).join(', ') || 'nothing new';
}

function Earlier({ run }: { run: RunData }) {
  const earlier = run.source.runs.nodes.filter(({ id, queuedAt }) => id !== run.id && queuedAt < run.queuedAt);
  return (
    <SideSection title="Earlier runs">
      {earlier.length === 0 && <p className="text-fg-3">This is the first.</p>}
      <ul className="flex flex-col gap-1.5">
        {earlier.map((each) => (
          <li key={each.id} className="flex items-center gap-2">
            <StatusMark status={each.status} />
            <Link href={`/runs/${each.id}`} className="shrink-0 hover:underline">
              {formatRun(new Date(each.queuedAt))}
              <span className="sr-only">, {formatEnum(each.status)}</span>
            </Link>
            <span className="min-w-0 flex-1 truncate text-small text-fg-3" title={outcomeOf(each)}>
              {outcomeOf(each)}
            </span>
            {each.startedAt && each.finishedAt && (
              <span className="text-small text-fg-2">{formatDuration(Date.parse(each.finishedAt) - Date.parse(each.startedAt))}</span>
            )}
          </li>
        ))}
      </ul>
    </SideSection>
  );
}
