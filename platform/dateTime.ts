/** ISO 8601, to the minute at least, with a zone. Hours are 00 to 23: 24:00 is written as the next day's 00:00. */
const MOMENT = /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Undefined where the text is no moment, also where there is no such day: 30 February would be 2 March otherwise. */
export function parseMoment(text: string): Date | undefined {
  const parts = MOMENT.exec(text);
  if (!parts) return undefined;
  const [year, month, day] = parts.slice(1, 4).map(Number) as [number, number, number];
  const date = new Date(text);
  const isOfCalendar = day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  return isOfCalendar && !Number.isNaN(date.getTime()) ? date : undefined;
}

/**
 * When something is that follows others: `at`, or a millisecond after the latest of them. A clock may be set back, and those of two processes
 * differ: nothing is told to be before what it follows, nor to have taken no time at all, which would be as if it had never been.
 */
export function following(at: Date, ...others: readonly (Date | null | undefined)[]): Date {
  const latest = Math.max(...others.map((other) => other?.getTime() ?? -Infinity));
  return latest > at.getTime() ? new Date(latest + 1) : at;
}
