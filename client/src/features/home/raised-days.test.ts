import { describe, expect, it } from 'vitest';
import { daysUpTo, sentenceOf, type Day } from './raised-days';

const day = (name: string, counts: Partial<Day> = {}): Day => ({ day: name, CRITICAL: 0, ERROR: 0, WARNING: 0, INFO: 0, ...counts });

describe('the days of the chart', () => {
  it('are fourteen, the last is today in UTC', () => {
    const days = daysUpTo(Date.UTC(2026, 2, 3, 23, 59));
    expect(days).toHaveLength(14);
    expect([days[0], days.at(-1)]).toEqual(['2026-02-18', '2026-03-03']);
  });

  it('are told in a sentence', () => {
    expect(sentenceOf([day('2026-03-02', { ERROR: 2 }), day('2026-03-03', { INFO: 3, CRITICAL: 1 })])).toMatch(
      /^6 violations raised in the last 2 days, the most on .*3.*: 4\.$/,
    );
    expect(sentenceOf([day('2026-03-02')])).toBe('No violation was raised in the last 1 days.');
  });
});
