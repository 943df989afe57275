'use client';
import { useMemo } from 'react';
import { formatFull } from '@/lib/format';
import { usePreferences } from '@/lib/preferences';

/** The zone that the viewer wants times in, as in `Europe/Vienna`: it holds in summer and in winter. */
function useZone(): string {
  const { zone } = usePreferences();
  return zone === 'utc' ? 'UTC' : new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** A column's head: the zone of all the times below it. */
export const ZonedHead = ({ children }: { children: string }) => {
  const zone = useZone();
  return (
    <span title={`${children}, ${zone}`} suppressHydrationWarning>
      {children}, {zone}
    </span>
  );
};

/** To the second; the zone is in the column's head. */
export function AuditTime({ at }: { at: string }) {
  const timeZone = useZone();
  const format = useMemo(() => new Intl.DateTimeFormat(undefined, { timeZone, dateStyle: 'medium', timeStyle: 'medium' }), [timeZone]);
  const moment = new Date(at);
  return (
    <time dateTime={moment.toISOString()} title={formatFull(moment)} suppressHydrationWarning>
      {format.format(moment)}
    </time>
  );
}
