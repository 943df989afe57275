/** A schedule in words, and the presets that make one. All of it is in UTC, as the API keeps it. */
export type Preset = 'none' | 'hourly' | 'daily' | 'weekly' | 'cron';
export const PRESETS: readonly { value: Preset; label: string }[] = [
  { value: 'none', label: 'By hand' },
  { value: 'hourly', label: 'Hourly' },
  { value: 'daily', label: 'Daily' },
  { value: 'weekly', label: 'Weekly' },
  { value: 'cron', label: 'Cron' },
];
export const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

export const cronOf = (preset: 'hourly' | 'daily' | 'weekly', { minute = 0, hour = 2, day = 1 } = {}): string =>
  preset === 'hourly' ? `${minute} * * * *` : preset === 'daily' ? `${minute} ${hour} * * *` : `${minute} ${hour} * * ${day}`;

type Fields = { minute: string; hour: string; date: string; month: string; day: string };
function fieldsOf(cron: string): Fields | null {
  const [minute, hour, date, month, day, ...rest] = cron.trim().split(/\s+/);
  if (minute === undefined || hour === undefined || date === undefined || month === undefined || day === undefined || rest.length > 0)
    return null;
  return { minute, hour, date, month, day };
}
const isNumber = (field: string): boolean => /^\d{1,2}$/.test(field);

export function presetOf(cron: string | null): Preset {
  if (cron === null) return 'none';
  const fields = fieldsOf(cron);
  if (!fields || !isNumber(fields.minute) || fields.date !== '*' || fields.month !== '*') return 'cron';
  if (fields.hour === '*') return fields.day === '*' ? 'hourly' : 'cron';
  if (!isNumber(fields.hour)) return 'cron';
  if (fields.day === '*') return 'daily';
  return /^[0-6]$/.test(fields.day) ? 'weekly' : 'cron';
}

/** What a preset asks for, from its expression. */
export function partsOf(cron: string | null): { minute: number; hour: number; day: number } {
  const fields = cron === null ? null : fieldsOf(cron);
  const number = (field: string | undefined, otherwise: number): number => (field && isNumber(field) ? Number(field) : otherwise);
  return { minute: number(fields?.minute, 0), hour: number(fields?.hour, 2), day: number(fields?.day, 1) % 7 };
}

const two = (number: number | string): string => String(number).padStart(2, '0');
const every = (step: number, unit: string): string => (step === 1 ? `Every ${unit}` : `Every ${step} ${unit}s`);

function daysInWords(day: string): string | null {
  if (day === '*') return 'Every day';
  if (day === '1-5') return 'On weekdays';
  if (!/^[0-7](,[0-7])*$/.test(day)) return null;
  const names = day.split(',').map((each) => DAYS[Number(each) % 7]!);
  return `Every ${names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`}`;
}

/** `Every day at 02:00 UTC`; null where only the expression itself says it. */
export function scheduleInWords(cron: string | null): string | null {
  if (cron === null) return 'Started by hand';
  const fields = fieldsOf(cron);
  if (!fields || fields.month !== '*') return null;
  const { minute, hour, date, day } = fields;
  const minuteStep = /^\*(?:\/(\d+))?$/.exec(minute);
  const hourStep = /^\*(?:\/(\d+))?$/.exec(hour);
  const isAnyDay = date === '*' && day === '*';
  if (minuteStep && hour === '*' && isAnyDay) return every(Number(minuteStep[1] ?? 1), 'minute');
  if (!isNumber(minute)) return null;
  if (hourStep && isAnyDay) return `${every(Number(hourStep[1] ?? 1), 'hour')} at :${two(minute)}`;
  if (!isNumber(hour)) return null;
  const at = `at ${two(hour)}:${two(minute)} UTC`;
  if (isNumber(date) && day === '*') return `On day ${Number(date)} of each month ${at}`;
  const days = date === '*' ? daysInWords(day) : null;
  return days && `${days} ${at}`;
}
