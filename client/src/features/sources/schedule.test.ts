import { describe, expect, it } from 'vitest';
import { cronOf, partsOf, presetOf, scheduleInWords } from './schedule';
import { nextTimes } from './next-times';

describe('a schedule', () => {
  it.each([
    [null, 'Started by hand'],
    ['0 2 * * *', 'Every day at 02:00 UTC'],
    ['15 * * * *', 'Every hour at :15'],
    ['0 */6 * * *', 'Every 6 hours at :00'],
    ['*/5 * * * *', 'Every 5 minutes'],
    ['* * * * *', 'Every minute'],
    ['30 7 * * 1-5', 'On weekdays at 07:30 UTC'],
    ['0 8 * * 1,4', 'Every Monday and Thursday at 08:00 UTC'],
    ['0 8 * * 7', 'Every Sunday at 08:00 UTC'],
    ['0 3 1 * *', 'On day 1 of each month at 03:00 UTC'],
    ['0 3 1 1 *', null],
    ['0 3 1 * 1', null],
    ['nonsense', null],
  ])('%s is said as %s', (cron, words) => expect(scheduleInWords(cron)).toBe(words));

  it('is recognised as the preset that made it', () => {
    for (const preset of ['hourly', 'daily', 'weekly'] as const) {
      const cron = cronOf(preset, { minute: 5, hour: 4, day: 3 });
      expect(presetOf(cron)).toBe(preset);
      expect(cronOf(preset, partsOf(cron))).toBe(cron);
    }
    expect(presetOf(null)).toBe('none');
    expect(presetOf('0 3 * * 1-5')).toBe('cron');
  });

  it('has its next times in UTC', async () => {
    const now = new Date('2026-03-28T22:00:00Z');
    expect((await nextTimes('0 2 * * *', 3, now))?.map((at) => at.toISOString())).toEqual([
      '2026-03-29T02:00:00.000Z',
      '2026-03-30T02:00:00.000Z',
      '2026-03-31T02:00:00.000Z',
    ]);
    expect(await nextTimes('0 2 * *', 3, now)).toBeNull();
    expect(await nextTimes('0 99 * * *', 3, now)).toBeNull();
  });
});
