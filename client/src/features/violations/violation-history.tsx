'use client';
import { useEffect } from 'react';
import { useQuery } from 'urql';
import { SkeletonRows } from '@/components/ui/skeleton';
import { ErrorPanel } from '@/components/ui/states';
import { StatusMark, type Status } from '@/components/ui/status';
import { Time } from '@/components/ui/time';
import { graphql } from '@/gql';
import { formatMoment } from '@/lib/format';

const VIOLATION_HISTORY = graphql(`
  query ViolationHistory($id: ID!) {
    events(subject: $id, first: 200, direction: DESC) {
      pageInfo {
        hasNextPage
      }
      nodes {
        id
        type
        time
        data
        actor {
          id
          name
        }
      }
    }
  }
`);

type Data = { because?: string; until?: string };
const WORDS: Record<string, (data: Data, by: string) => [Status, string]> = {
  'policy.violated': () => ['OPEN', 'Raised'],
  'policy.resolved': () => ['RESOLVED', 'Resolved, its cause is gone'],
  'policy.acknowledged': (_, by) => ['ACKNOWLEDGED', `Acknowledged${by}`],
  'policy.waived': ({ until }, by) => ['WAIVED', `Waived${by}${until ? ` until ${formatMoment(new Date(until))}` : ''}`],
  'policy.reopened': ({ because }, by) => ['OPEN', because === 'the waiver expired' ? 'Opened again, the waiver ended' : `Reopened${by}`],
};

/** What became of it, the latest first. `updatedAt`: of the violation; a later one has a longer history. */
export function ViolationHistory({ id, updatedAt }: { id: string; updatedAt: string }) {
  const [{ data, error, fetching }, again] = useQuery({ query: VIOLATION_HISTORY, variables: { id } });
  useEffect(() => again({ requestPolicy: 'network-only' }), [updatedAt, again]);
  const events = data?.events?.nodes;
  if (!events) {
    return fetching || !error ? (
      <SkeletonRows rows={2} />
    ) : (
      <ErrorPanel className="p-0" error={error} subject="The history" onRetry={() => again({ requestPolicy: 'network-only' })} />
    );
  }
  return (
    <ol className="flex flex-col gap-1.5">
      {events.map(({ id: eventId, type, time, data: given, actor }) => {
        const details = (given ?? {}) as Data;
        const [status, text] = WORDS[type]?.(details, actor ? ` by ${actor.name}` : '') ?? (['OPEN', type] as [Status, string]);
        return (
          <li key={eventId} className="flex items-start gap-2">
            <StatusMark status={status} className="mt-[3px]" />
            <span className="min-w-0 flex-1 break-words">
              {text}
              {type === 'policy.waived' && details.because && <q className="block text-fg-2">{details.because}</q>}
            </span>
            <Time at={time} className="shrink-0 text-small leading-5 text-fg-3" />
          </li>
        );
      })}
      {data?.events?.pageInfo.hasNextPage && <li className="text-fg-3">What happened before is in the log.</li>}
    </ol>
  );
}
