'use client';
import { formatAge, formatClock, formatFull, formatMoment } from '@/lib/format';
import { useNow } from '@/lib/use-now';

const FORMATS = { age: formatAge, clock: formatClock, moment: formatMoment, full: formatFull };

type Props = { at: string | Date; as?: keyof typeof FORMATS; className?: string };

/** A moment in the viewer's locale and zone; the full one in the tooltip. An age goes on by itself. */
export function Time({ at, as = 'age', className }: Props) {
  useNow(as === 'age' ? 30_000 : null);
  const moment = new Date(at);
  return (
    <time dateTime={moment.toISOString()} title={formatFull(moment)} className={className} suppressHydrationWarning>
      {FORMATS[as](moment)}
    </time>
  );
}
