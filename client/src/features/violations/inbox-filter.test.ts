import { describe, expect, it } from 'vitest';
import { orderOf, scopeOf, statusesOf, tabOf } from './inbox-filter';

const me = { id: 'me', teams: [{ id: 'team' }] };
const params = (query: string) => new URLSearchParams(query);

describe('the address of the inbox', () => {
  it('shows what is active, the worst first, when it says nothing', () => {
    expect(tabOf(params('')).id).toBe('active');
    expect(statusesOf(params(''))).toEqual(['OPEN', 'ACKNOWLEDGED']);
    expect(scopeOf(params(''), me, 0)).toEqual({});
    expect(orderOf(params(''))).toEqual({ field: 'SEVERITY', direction: 'DESC' });
  });

  it('takes several values of a filter, and leaves out what is none', () => {
    expect(scopeOf(params('severity=ERROR&severity=LOUD&source=s&domain=d&domain=e&owner=teams'), me, 0)).toEqual({
      severities: ['ERROR'],
      sourceIds: ['s'],
      domainIds: ['d', 'e'],
      ownerIds: ['me', 'team'],
    });
  });

  it('narrows the statuses of its tab only', () => {
    expect(statusesOf(params('status=OPEN'))).toEqual(['OPEN']);
    expect(statusesOf(params('tab=waived&status=OPEN'))).toEqual(['WAIVED']);
  });

  it('counts days from midnight', () => {
    const now = new Date(2026, 10, 23, 15, 30).getTime();
    expect(scopeOf(params('raised=1'), me, now).raisedAfter).toBe(new Date(2026, 10, 23).toISOString());
    expect(scopeOf(params('raised=7'), me, now).raisedAfter).toBe(new Date(2026, 10, 17).toISOString());
  });
});
