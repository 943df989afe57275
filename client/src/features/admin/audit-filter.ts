/** What of the log is shown, as the page's address says it. */
import type { AuditLogQueryVariables } from '@/gql/graphql';

export const FILTERS = ['type', 'actor', 'subject', 'since', 'until'] as const;
export type FilterName = (typeof FILTERS)[number];

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
