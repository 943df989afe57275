import { expect, it } from 'vitest';
import { nextTick, ticksOf } from './moments';

const at = (text: string): number => Date.parse(text);
const intervals = [
  { from: 'a', to: 'b', validFrom: '2026-01-01T00:00:00.000Z', validTo: '2026-01-03T00:00:00.000Z' },
  { from: 'a', to: 'b', validFrom: '2026-01-01T00:00:00.000Z', validTo: '2026-01-03T00:00:00.000Z' },
  { from: 'a', to: 'c', validFrom: '2026-01-01T00:00:00.200Z', validTo: null },
  { from: 'a', to: 'd', validFrom: '2027-01-01T00:00:00.000Z', validTo: null },
];
const ticks = ticksOf(intervals, at('2026-02-01T00:00:00Z'));

it('makes one mark of what one scan changed, counts nothing twice, and leaves out the future', () => {
  expect(ticks).toEqual([
    { at: at('2026-01-01T00:00:00.200Z'), changes: 2 },
    { at: at('2026-01-03T00:00:00.000Z'), changes: 1 },
  ]);
});
it('leads from one change to the next, and to none at the ends', () => {
  expect(nextTick(ticks, at('2026-01-02T00:00:00Z'), 1)).toBe(at('2026-01-03T00:00:00Z'));
  expect(nextTick(ticks, at('2026-01-03T00:00:00Z'), 1)).toBeNull();
  expect(nextTick(ticks, at('2026-01-03T00:00:00Z'), -1)).toBe(at('2026-01-01T00:00:00.200Z'));
});
