import { describe, expect, it } from 'vitest';
import { formatAge, formatBytes, formatConfidence, formatCount, formatDuration, formatEnum, formatNames, setZone } from './format';
import { showHidden } from './marked-name';
import { withParams } from './url-params';

setZone('UTC');
const now = new Date('2026-11-23T12:00:00Z');
const ago = (milliseconds: number): string => formatAge(new Date(now.getTime() - milliseconds), now);
const HOUR = 3_600_000;

describe('what people read', () => {
  it('tells an age in the unit that matters', () => {
    expect([ago(20_000), ago(4 * 60_000), ago(2 * HOUR), ago(20 * HOUR), ago(3 * 24 * HOUR)]).toEqual([
      'now',
      '4 min',
      '2 h',
      'yesterday',
      '3 days',
    ]);
    expect(ago(400 * 24 * HOUR)).toContain('2025');
    expect(formatAge(new Date(now.getTime() + 20 * HOUR), now)).toMatch(/^tomorrow 08:00$/);
  });

  it('tells durations, sizes and counts', () => {
    expect([200, 84_000, 7_500_000].map(formatDuration)).toEqual(['0.2 s', '1:24', '2 h 05 min']);
    expect([0, 999, 642_000_000, 1_500].map(formatBytes)).toEqual(['0 B', '999 B', '642 MB', '1.5 kB']);
    expect(formatCount(10_000, true)).toBe('10,000+');
  });

  it('calls only what is certain 100 %', () => {
    expect([0.999, 1, 0.91].map(formatConfidence)).toEqual(['99%', '100%', '91%']);
  });

  it('names the first of many', () => {
    expect(formatNames(['Payments team', 'A', 'B'])).toBe('Payments team and 2 more');
    expect(formatEnum('MATERIALIZED_VIEW')).toBe('Materialized view');
  });

  it('shows characters that hide', () => {
    expect(showHidden('a\u202eb\u0000c')).toBe('a‹U+202E›b␀c');
    expect(showHidden('имя 🦊 اسم')).toBe('имя 🦊 اسم');
  });

  it('changes an address and leaves the rest of it alone', () => {
    const params = new URLSearchParams('q=a&kind=TABLE&kind=VIEW');
    expect(withParams(params, { kind: ['VIEW'], q: null, tab: 'x', empty: '' }).toString()).toBe('kind=VIEW&tab=x');
  });
});
