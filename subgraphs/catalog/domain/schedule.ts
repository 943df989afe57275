import { CronExpressionParser } from 'cron-parser';
import { InvalidInput } from '#platform/errors.ts';

/** When a cron expression (five fields, UTC) is due next after `now`; null without a schedule. */
export function nextRunAt(schedule: string | null, now: Date): Date | null {
  if (schedule === null) return null;
  return CronExpressionParser.parse(schedule, { currentDate: now, tz: 'UTC' }).next().toDate();
}

/** A schedule that can be kept, else BAD_USER_INPUT. */
export function checkSchedule(schedule: string | null | undefined, field: string): string | null {
  if (schedule == null) return null;
  const text = schedule.trim();
  try {
    if (text.split(/\s+/).length !== 5) throw new Error('five fields');
    nextRunAt(text, new Date());
  } catch {
    throw new InvalidInput(
      `"${field}" must be a cron expression of five fields in UTC, such as "0 3 * * *" for every day at 03:00.`,
      field,
    );
  }
  return text;
}
