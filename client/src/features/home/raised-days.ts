/** Days of the chart, as the server counts them: in UTC. */
import { SEVERITIES, type Severity } from '@/components/ui/severity';
import { formatCount, plural } from '@/lib/format';

export type Day = { day: string } & Record<Severity, number>;

export const CHART_HEIGHT = 172;
const DAYS = 14;
const DAY_MS = 86_400_000;

/** Two weeks, the last is today: `2026-11-23`. */
export const daysUpTo = (now: number): string[] =>
  Array.from({ length: DAYS }, (_, index) => new Date(now - (DAYS - 1 - index) * DAY_MS).toISOString().slice(0, 10));

const format = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });
export const dayLabel = (day: string, isToday: boolean): string => (isToday ? 'today' : format.format(new Date(day)));

export const totalOf = (day: Day): number => SEVERITIES.reduce((sum, severity) => sum + day[severity], 0);

/** What the chart shows, for who cannot see it. */
export function sentenceOf(days: readonly Day[]): string {
  const total = days.reduce((sum, day) => sum + totalOf(day), 0);
  if (total === 0) return `No violation was raised in the last ${days.length} days.`;
  const most = days.reduce((before, day) => (totalOf(day) > totalOf(before) ? day : before));
  return `${plural(total, 'violation')} raised in the last ${days.length} days, the most on ${format.format(new Date(most.day))}: ${formatCount(totalOf(most))}.`;
}
