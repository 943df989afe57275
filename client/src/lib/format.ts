/** Numbers, shares, times and sizes as people read them: in the viewer's locale and zone. */
const number = new Intl.NumberFormat(undefined);
const oneDigit = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });
const wholePercent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 0 });

/** `isCapped`: there may be more. */
export const formatCount = (count: number, isCapped = false): string => `${number.format(count)}${isCapped ? '+' : ''}`;
/** An estimate in prose: about 1.8 million. */
export function formatAbout(count: number): string {
  if (count < 10_000) return `about ${number.format(count)}`;
  return `about ${new Intl.NumberFormat(undefined, { notation: 'compact', compactDisplay: 'long', maximumSignificantDigits: 3 }).format(count)}`;
}
export const formatShare = (share: number): string => percent.format(share);
/** A confidence, 0 to 1, as a whole percentage; only what is certain is 100. */
export const formatConfidence = (share: number): string => wholePercent.format(share < 1 ? Math.min(share, 0.99) : 1);

export const plural = (count: number, one: string, many = `${one}s`): string => `${number.format(count)} ${count === 1 ? one : many}`;
/** `Payments team and 2 more`. */
export const formatNames = (names: readonly string[]): string =>
  names.length <= 1 ? (names[0] ?? '') : `${names[0]} and ${names.length - 1} more`;

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value >= 100 || power === 0 ? number.format(Math.round(value)) : oneDigit.format(value)} ${UNITS[power]}`;
}

/** `0.2 s`, `1:24`, `2 h 05 min`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${oneDigit.format(seconds)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}

/** The zone in which times are shown; undefined: the browser's. */
let zone: string | undefined;
let formats = makeFormats();
function makeFormats() {
  const base = { timeZone: zone } as const;
  return {
    full: new Intl.DateTimeFormat(undefined, { ...base, dateStyle: 'medium', timeStyle: 'long' }),
    moment: new Intl.DateTimeFormat(undefined, {
      ...base,
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
    }),
    clock: new Intl.DateTimeFormat(undefined, { ...base, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }),
    short: new Intl.DateTimeFormat(undefined, { ...base, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    day: new Intl.DateTimeFormat(undefined, { ...base, day: 'numeric', month: 'short' }),
    dayAndYear: new Intl.DateTimeFormat(undefined, { ...base, day: 'numeric', month: 'short', year: 'numeric' }),
    key: new Intl.DateTimeFormat('en-CA', { ...base, year: 'numeric', month: '2-digit', day: '2-digit' }),
  };
}
export function setZone(name: string | undefined): void {
  zone = name;
  formats = makeFormats();
}

/** With seconds and zone: for tooltips and wherever the moment matters. */
export const formatFull = (at: Date): string => formats.full.format(at);
/** `22 Nov 2026, 18:00`: for as-of, expiry, versions. */
export const formatMoment = (at: Date): string => formats.moment.format(at);
/** `10:42:07`: for feeds and runs. */
export const formatClock = (at: Date): string => formats.clock.format(at);

const MINUTE = 60_000;
const DAY = 86_400_000;

/** `4 min`, `2 h`, `yesterday`, `3 days`, `12 Sep`, `12 Sep 2025`. */
export function formatAge(at: Date, now = new Date()): string {
  const age = now.getTime() - at.getTime();
  if (age < -MINUTE) return formatAhead(at, now);
  if (age < MINUTE) return 'now';
  if (age < 60 * MINUTE) return `${Math.floor(age / MINUTE)} min`;
  const days = Math.round((Date.parse(formats.key.format(now)) - Date.parse(formats.key.format(at))) / DAY);
  if (days <= 0 || age < 12 * 60 * MINUTE) return `${Math.floor(age / (60 * MINUTE))} h`;
  if (days === 1) return 'yesterday';
  if (days <= 14) return `${days} days`;
  return formatDay(at, now);
}

export const formatDay = (at: Date, now = new Date()): string =>
  formats.key.format(at).slice(0, 4) === formats.key.format(now).slice(0, 4) ? formats.day.format(at) : formats.dayAndYear.format(at);

/** `tonight 02:00` and the like would need words for each language: `today 22:00`, `tomorrow 02:00`, `12 Sep`. */
function formatAhead(at: Date, now: Date): string {
  const days = Math.round((Date.parse(formats.key.format(at)) - Date.parse(formats.key.format(now))) / DAY);
  if (days === 0) return `today ${formats.short.format(at)}`;
  if (days === 1) return `tomorrow ${formats.short.format(at)}`;
  return formatDay(at, now);
}
/** A run's name is its start: `today, 10:41`. */
export function formatRun(at: Date, now = new Date()): string {
  const days = Math.round((Date.parse(formats.key.format(now)) - Date.parse(formats.key.format(at))) / DAY);
  const day = days === 0 ? 'today' : days === 1 ? 'yesterday' : formatDay(at, now);
  return `${day}, ${formats.short.format(at)}`;
}

/** `MATERIALIZED_VIEW` → `Materialized view`. */
export function formatEnum(value: string): string {
  const words = value.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
