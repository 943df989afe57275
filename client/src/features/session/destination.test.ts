import { expect, it } from 'vitest';
import { destinationOf } from './destination';

const ORIGIN = 'http://pursight.example:3000';
const lead = (to: string): string => new URL(destinationOf({ origin: ORIGIN, search: `?to=${encodeURIComponent(to)}` }), ORIGIN).href;

it('leads back to the page that was wanted', () => {
  expect(lead('/assets/1?tab=lineage&q=a%20b')).toBe(`${ORIGIN}/assets/1?tab=lineage&q=a%20b`);
  expect(destinationOf({ origin: ORIGIN, search: '' })).toBe('/');
});

it('leads nowhere else', () => {
  for (const to of [
    '//evil.example',
    '/.//evil.example',
    '/..//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
  ])
    expect(new URL(lead(to)).origin).toBe(ORIGIN);
  for (const to of ['https://evil.example', '//[', 'evil']) expect(lead(to)).toBe(`${ORIGIN}/`);
});
