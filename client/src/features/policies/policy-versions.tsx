'use client';
import { ErrorPanel } from '@/components/ui/states';
import { SkeletonRows } from '@/components/ui/skeleton';
import { Time } from '@/components/ui/time';
import { POLICY_EVENTS } from './policy-fields';
import { usePolicyEvents, usePolicyLive } from './use-policy-events';

const WORDS: Record<string, string> = {
  name: 'name',
  description: 'description',
  params: 'parameters',
  scope: 'scope',
  severity: 'severity',
};
type Data = { version?: number; changes?: { path: string }[] };

/** “changed the scope and the severity”. */
export function changeInWords(type: string, data: unknown): string {
  const { changes = [] } = (data ?? {}) as Data;
  switch (type) {
    case 'policy.created':
      return 'wrote it';
    case 'policy.published':
      return 'published it';
    case 'policy.retired':
      return 'retired it';
    default: {
      const parts = [...new Set(changes.map(({ path }) => WORDS[path.split('/')[1] ?? ''] ?? 'something'))].map((word) => `the ${word}`);
      return `changed ${parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : (parts[0] ?? 'it')}`;
    }
  }
}

/** Each change of a policy is a version of it; the newest first. */
export function PolicyVersions({ id, version }: { id: string; version: number }) {
  const { nodes, isLoading, error, reload } = usePolicyEvents(id);
  // A change is in the log a moment after it is at the policy.
  usePolicyLive(reload, { types: POLICY_EVENTS });
  if (error && nodes.length === 0) return <ErrorPanel error={error} subject="The list of versions" onRetry={reload} />;
  if (isLoading) return <SkeletonRows rows={2} />;
  // The log may begin later than the policy: numbers are those that the log tells, the newest is the policy's.
  const versions = nodes.map((event, index) => ({
    ...event,
    number: event.type === 'policy.created' ? 1 : ((event.data as Data | null)?.version ?? version - index),
  }));
  return (
    <ol className="flex flex-col gap-2">
      {versions.map(({ id: eventId, type, data, actor, time, number }) => (
        <li key={eventId} className="grid grid-cols-[24px_minmax(0,1fr)_auto] gap-x-2">
          <span className="text-right text-fg-3" title={`Version ${number}`}>
            {number}
          </span>
          <span>
            <bdi>{actor?.name ?? 'The system'}</bdi> <span className="text-fg-2">{changeInWords(type, data)}</span>
          </span>
          <Time at={time} className="text-small leading-5 text-fg-3" />
        </li>
      ))}
    </ol>
  );
}
