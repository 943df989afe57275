'use client';
import { Time } from '@/components/ui/time';
import { formatMoment } from '@/lib/format';
import { useNextTimes, useSoonest } from './next-times';

/** When the soonest of several schedules is due. */
export function NextRun({ schedules }: { schedules: readonly string[] }) {
  const at = useSoonest(schedules);
  return at ? <Time at={at} /> : null;
}

const utc = new Intl.DateTimeFormat(undefined, {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** The next three times, here and in UTC. */
export function NextTimes({ schedule }: { schedule: string }) {
  const times = useNextTimes(schedule, 3);
  if (!times) return null;
  return (
    <ul className="flex flex-col gap-0.5" aria-label="Next times">
      {times.map((at) => (
        <li key={at.toISOString()} className="text-small text-fg-2">
          <time dateTime={at.toISOString()}>{formatMoment(at)}</time> <span className="text-fg-3">{utc.format(at)} UTC</span>
        </li>
      ))}
    </ul>
  );
}
