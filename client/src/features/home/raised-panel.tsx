'use client';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useState } from 'react';
import { useQuery } from 'urql';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { SEVERITIES, SeverityMark, SeverityWord } from '@/components/ui/severity';
import { Skeleton } from '@/components/ui/skeleton';
import { ErrorPanel } from '@/components/ui/states';
import { graphql } from '@/gql';
import type { RaisedPanelQuery } from '@/gql/graphql';
import { formatCount, formatEnum } from '@/lib/format';
import { useNow } from '@/lib/use-now';
import { CHART_HEIGHT, dayLabel, daysUpTo, sentenceOf, type Day } from './raised-days';
import { useRefresh } from './refresh';
import { inboxOf, type Scope } from './scope';

const RAISED_PANEL = graphql(`
  query RaisedPanel($ownerIds: [ID!], $since: DateTime!) {
    CRITICAL: violationCounts(by: DAY, filter: { severities: [CRITICAL], ownerIds: $ownerIds, raisedAfter: $since }) {
      value
      count
    }
    ERROR: violationCounts(by: DAY, filter: { severities: [ERROR], ownerIds: $ownerIds, raisedAfter: $since }) {
      value
      count
    }
    WARNING: violationCounts(by: DAY, filter: { severities: [WARNING], ownerIds: $ownerIds, raisedAfter: $since }) {
      value
      count
    }
    INFO: violationCounts(by: DAY, filter: { severities: [INFO], ownerIds: $ownerIds, raisedAfter: $since }) {
      value
      count
    }
    open: violationCounts(by: SEVERITY, filter: { statuses: [OPEN], ownerIds: $ownerIds }) {
      value
      count
    }
  }
`);

const RaisedChart = dynamic(() => import('./raised-chart').then((module) => module.RaisedChart), {
  ssr: false,
  loading: () => <Skeleton className="h-full" />,
});

const HOUR = 3_600_000;

/** Whether it gets better: what was raised each day of two weeks by severity, and what of it all is open now. */
export function RaisedPanel({ scope }: { scope: Scope }) {
  const { ownerIds } = scope;
  const names = daysUpTo(useNow(HOUR));
  const [{ data, error }, again] = useQuery({ query: RAISED_PANEL, variables: { ownerIds, since: `${names[0]}T00:00:00.000Z` } });
  useRefresh(['policy.'], () => again({ requestPolicy: 'network-only' }));
  const [isTable, setTable] = useState(false);
  const isKnown = data && SEVERITIES.every((severity) => data[severity]);
  const days: Day[] = names.map((day) => ({
    day,
    ...(Object.fromEntries(
      SEVERITIES.map((severity) => [severity, data?.[severity]?.find(({ value }) => value === day)?.count ?? 0]),
    ) as Omit<Day, 'day'>),
  }));
  return (
    <Panel
      name="Violations raised a day"
      title="Violations raised a day"
      actions={
        <>
          {!isTable && (
            <span aria-hidden className="flex gap-4 text-small text-fg-2 max-md:hidden">
              {SEVERITIES.map((severity) => (
                <span key={severity} className="inline-flex items-center gap-1.5">
                  <SeverityMark severity={severity} aria-hidden /> {formatEnum(severity)}
                </span>
              ))}
            </span>
          )}
          <Button size="small" variant="quiet" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
            {isTable ? 'Show as chart' : 'Show as table'}
          </Button>
        </>
      }
    >
      <div className="flex max-sm:flex-col">
        <div className="min-w-0 flex-1 p-3">
          {isTable && isKnown ? (
            <DayTable days={days} />
          ) : isKnown ? (
            <div role="img" aria-label={sentenceOf(days)} style={{ height: CHART_HEIGHT }}>
              <RaisedChart days={days} />
            </div>
          ) : error ? (
            <ErrorPanel error={error} subject="The chart" onRetry={() => again({ requestPolicy: 'network-only' })} />
          ) : (
            <div style={{ height: CHART_HEIGHT }} aria-busy="true">
              <Skeleton className="h-full" />
            </div>
          )}
        </div>
        <div className="w-[220px] shrink-0 border-line p-3 max-sm:w-full max-sm:border-t sm:border-l">
          <h3 className="pb-1 text-small text-fg-3">Open now</h3>
          <OpenNow open={data?.open} scope={scope} isLoading={!data && !error} />
        </div>
      </div>
    </Panel>
  );
}

function OpenNow({ open, scope, isLoading }: { open: RaisedPanelQuery['open'] | undefined; scope: Scope; isLoading: boolean }) {
  if (!open) return isLoading ? <Skeleton className="h-24" /> : <p className="text-fg-3">not available</p>;
  return (
    <ul>
      {SEVERITIES.map((severity) => (
        <li key={severity}>
          <Link
            href={inboxOf(scope, { status: 'OPEN', severity })}
            className="-mx-1.5 flex h-7 items-center justify-between rounded-chip px-1.5 hover:bg-hover coarse:h-11"
          >
            <SeverityWord severity={severity} />
            <span>{formatCount(open.find(({ value }) => value === severity)?.count ?? 0)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

const DayTable = ({ days }: { days: readonly Day[] }) => (
  <table className="w-full text-right">
    <caption className="sr-only">Violations raised a day, by severity. Days are those of UTC.</caption>
    <thead className="text-small text-fg-3">
      <tr>
        <th scope="col" className="pb-1 text-left font-normal">
          Day (UTC)
        </th>
        {SEVERITIES.map((severity) => (
          <th key={severity} scope="col" className="pb-1 font-normal">
            {formatEnum(severity)}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {days.toReversed().map((day, index) => (
        <tr key={day.day} className="border-t border-line">
          <th scope="row" className="py-0.5 text-left font-normal">
            {dayLabel(day.day, index === 0)}
          </th>
          {SEVERITIES.map((severity) => (
            <td key={severity} className={day[severity] === 0 ? 'text-fg-3' : undefined}>
              {formatCount(day[severity])}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  </table>
);
