import { expect, it } from 'vitest';
import { filterOf, fromField, hrefWith, readFilterOf, takes, toField } from './audit-filter';

const from = (query: string) => {
  const params = new URLSearchParams(query);
  return (name: string) => params.get(name);
};
const filter = (query: string) => filterOf(from(query));

it('takes a noun for all of its events, and leaves out what is no moment', () => {
  expect(filter('type=policy&since=2026-11-01T00:00:00Z&until=soon')).toEqual({
    types: ['policy.*'],
    actorId: null,
    subject: null,
    since: '2026-11-01T00:00:00.000Z',
    until: null,
  });
  expect(filter('type=policy.waived&actor=a&subject=s')).toMatchObject({ types: ['policy.waived'], actorId: 'a', subject: 's' });
  expect(filter('type=policy.*').types).toEqual(['policy.*']);
});

it.each(['browser', 'utc'] as const)('gives a field the moment that it comes back as (%s)', (zone) => {
  const moment = '2026-03-29T01:30:00.000Z';
  expect(fromField(toField(moment, zone), zone)).toBe(moment);
  expect([toField(null, zone), toField('soon', zone), fromField('', zone)]).toEqual(['', '', null]);
});

it('shows a field in UTC where the viewer wants that', () => expect(toField('2026-03-29T01:30:00+02:00', 'utc')).toBe('2026-03-28T23:30'));

it('counts what comes only if it is asked for', () => {
  const event = { time: '2026-11-02T00:00:00Z', actor: { id: 'a' } };
  expect(takes(filter(''), event)).toBe(true);
  expect(takes(filter('actor=a&since=2026-11-02T00:00:00Z'), event)).toBe(true);
  expect(takes(filter('actor=b'), event)).toBe(false);
  expect(takes(filter('actor=a'), { ...event, actor: null })).toBe(false);
  expect(takes(filter('until=2026-11-02T00:00:00Z'), event)).toBe(false);
});

it('asks for reads by the same who, what and when, and by no type', () => {
  const get = from('type=policy&actor=a&subject=s&since=2026-11-01T00:00:00Z&until=soon&event=e');
  expect(readFilterOf(get)).toEqual({ userId: 'a', subject: 's', since: '2026-11-01T00:00:00.000Z', until: null });
  expect(hrefWith(get, 'reads')).toBe('/admin/audit?tab=reads&actor=a&subject=s&since=2026-11-01T00%3A00%3A00Z&until=soon');
  expect(hrefWith(get, null, 'x')).toBe('/admin/audit?actor=a&subject=x&since=2026-11-01T00%3A00%3A00Z&until=soon');
  expect(hrefWith(from('tab=reads'), null)).toBe('/admin/audit');
});
