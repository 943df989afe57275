/** What of the log, or of the reads, is shown, as the page's address says it. */
import type { AuditLogQueryVariables, AuditReadsQueryVariables } from '@/gql/graphql';
import { withParams } from '@/lib/url-params';

export const FILTERS = ['type', 'actor', 'subject', 'since', 'until'] as const;
export type FilterName = (typeof FILTERS)[number];

/** Reads have no type. */
export const READ_FILTERS = ['actor', 'subject', 'since', 'until'] as const satisfies readonly FilterName[];

/** A moment of the address; null for what is none. */
const momentOf = (text: string | null): string | null => (text && !Number.isNaN(Date.parse(text)) ? new Date(text).toISOString() : null);

/** `policy` and `policy.*` are all events of policies. */
export function filterOf(get: (name: FilterName) => string | null): Omit<AuditLogQueryVariables, 'after'> {
  const type = get('type');
  return {
    types: type ? [type.includes('.') ? type : `${type}.*`] : null,
    actorId: get('actor') || null,
    subject: get('subject') || null,
    since: momentOf(get('since')),
    until: momentOf(get('until')),
  };
}

export const readFilterOf = (get: (name: FilterName) => string | null): Omit<AuditReadsQueryVariables, 'after'> => ({
  userId: get('actor') || null,
  subject: get('subject') || null,
  since: momentOf(get('since')),
  until: momentOf(get('until')),
});

/** One of the two tables, by who, what and when as the address has them, or with another subject. */
export function hrefWith(get: (name: FilterName) => string | null, tab: 'reads' | null, subject = get('subject')): string {
  const kept = Object.fromEntries(READ_FILTERS.map((name) => [name, get(name)]));
  const query = withParams(new URLSearchParams(), { tab, ...kept, subject }).toString();
  return query ? `/admin/audit?${query}` : '/admin/audit';
}

/** Whether an event that comes now, and fits what the subscription was asked for, is among them. */
export const takes = (
  { actorId, since, until }: Pick<AuditLogQueryVariables, 'actorId' | 'since' | 'until'>,
  event: { time: string; actor?: { id: string } | null },
): boolean => {
  const at = Date.parse(event.time);
  return (!actorId || event.actor?.id === actorId) && (!since || at >= Date.parse(since)) && (!until || at < Date.parse(until));
};

type Zone = 'browser' | 'utc';
const two = (part: number): string => String(part).padStart(2, '0');

/** As a field for date and time has it, in the viewer's zone; empty for what is no moment. */
export function toField(moment: string | null, zone: Zone): string {
  const known = momentOf(moment);
  if (!known) return '';
  if (zone === 'utc') return known.slice(0, 16);
  const at = new Date(known);
  return `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** What was put into such a field, as the address has it. */
export const fromField = (text: string, zone: Zone): string | null => momentOf(text && zone === 'utc' ? `${text}Z` : text);
