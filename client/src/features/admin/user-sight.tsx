'use client';
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { Skeleton } from '@/components/ui/skeleton';
import { ErrorPanel } from '@/components/ui/states';
import { graphql } from '@/gql';
import { cn } from '@/lib/class-names';
import { formatCount, plural } from '@/lib/format';
import type { RoleRow, ScopeNames } from './roles';
import { sightOf } from './sight';

const USER_SIGHT = graphql(`
  query UserSight($roles: [RoleAssignmentInput!]!) {
    seen: assetCounts(by: SOURCE, roles: $roles) {
      value
      count
    }
    all: assetCounts(by: SOURCE) {
      value
      count
    }
  }
`);

const AFTER_MS = 300;
const MOST_SHOWN = 20;

type Props = {
  /** As they stand in the form, saved or not. */
  roles: readonly RoleRow[];
  names: ScopeNames;
};

/** What somebody with these roles would see of each source. Asked for when the form rests. */
export function UserSight({ roles, names }: Props) {
  const key = JSON.stringify(roles.map(({ role, sourceId = null, domainId = null }) => ({ role, sourceId, domainId })));
  const [asked, setAsked] = useState(key);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(key), AFTER_MS);
    return () => clearTimeout(timer);
  }, [key]);
  const [{ data, error, fetching, stale }, ask] = useQuery({
    query: USER_SIGHT,
    variables: { roles: JSON.parse(asked) as RoleRow[] },
    requestPolicy: 'cache-and-network',
  });
  const isOld = fetching || stale || asked !== key;
  const sight = data?.seen && data.all ? sightOf(data.seen, data.all, JSON.parse(asked) as RoleRow[]) : null;
  const rest = sight?.sources.slice(MOST_SHOWN) ?? [];
  return (
    <section aria-labelledby="sight" aria-busy={isOld} className="flex flex-col gap-1 border-t border-line pt-3">
      <h3 id="sight" className="font-medium">
        What this user sees <span className="font-normal text-fg-3">with these roles, saved or not</span>
      </h3>
      {error && !isOld ? (
        <ErrorPanel error={error} subject="What this user sees" onRetry={() => ask({ requestPolicy: 'network-only' })} className="px-0" />
      ) : !sight ? (
        <Skeleton className="h-4 w-3/5" />
      ) : (
        <div className={cn('flex flex-col gap-1', isOld && 'text-fg-3')}>
          <p role="status">
            {sight.assets === 0
              ? 'No asset.'
              : sight.assets === sight.ofAssets
                ? `All ${plural(sight.assets, 'asset')}.`
                : `${formatCount(sight.assets)} of ${plural(sight.ofAssets, 'asset')}.`}
          </p>
          {sight.sources.length > 0 && (
            <ul aria-label="By source">
              {sight.sources.slice(0, MOST_SHOWN).map(({ id, count, of }) => (
                <li key={id} className="flex min-h-6 items-center gap-3 border-b border-line last:border-b-0">
                  <bdi className="min-w-0 flex-1 truncate">{names.sources.get(id) ?? 'a source'}</bdi>
                  <span className="shrink-0 text-fg-2">
                    {formatCount(count)}
                    {count < of && <span className="text-fg-3"> of {formatCount(of)}</span>}
                  </span>
                </li>
              ))}
            </ul>
          )}
          {rest.length > 0 && (
            <p className="text-small text-fg-3">
              and {plural(rest.length, 'more source')} with{' '}
              {plural(
                rest.reduce((sum, { count }) => sum + count, 0),
                'asset',
              )}
            </p>
          )}
        </div>
      )}
    </section>
  );
}
