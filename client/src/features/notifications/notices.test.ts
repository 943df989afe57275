import { describe, expect, it } from 'vitest';
import { groupsOf, merge, MOST, type Notice } from './notices';

const notice = (id: string, minute: number, group = 'policy', isRead = false): Notice => ({
  id,
  group,
  label: group,
  text: id,
  place: '',
  href: '/',
  groupHref: '/',
  at: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
  isRead,
});

describe('what the bell holds', () => {
  it('has each once, the newest first', () => {
    const { notices, fresh } = merge([notice('a', 1)], [notice('b', 2), notice('a', 3), notice('b', 2)]);
    expect(notices.map(({ id }) => id)).toEqual(['b', 'a']);
    expect(fresh.map(({ id }) => id)).toEqual(['b']);
  });

  it('keeps the last fifty', () => {
    const many = Array.from({ length: MOST + 20 }, (_, index) => notice(`${index}`, index));
    const { notices } = merge([], many);
    expect(notices).toHaveLength(MOST);
    expect(notices[0]!.id).toBe(`${MOST + 19}`);
  });

  it('is grouped, and a group is read when all of it is', () => {
    const groups = groupsOf([notice('a', 3, 'x', true), notice('b', 2, 'y'), notice('c', 1, 'x')]);
    expect(groups.map(({ key, notices, isRead }) => [key, notices.length, isRead])).toEqual([
      ['x', 2, false],
      ['y', 1, false],
    ]);
  });
});
