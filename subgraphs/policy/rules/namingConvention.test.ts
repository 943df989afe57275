import { expect, it } from 'vitest';
import { assetFacts } from '../testing/facts.ts';
import { namingConvention } from './namingConvention.ts';

const asset = (pattern: string, ...path: string[]): number =>
  namingConvention.check(assetFacts({ path }), { pattern, target: 'asset' }).length;

it('looks at the last component of the name only', () => {
  expect(asset('^[a-z]+$', 'Shop', 'Public', 'orders')).toBe(0);
  expect(asset('^[a-z]+$', 'shop', 'public', 'Orders')).toBe(1);
  expect(asset('^[a-z]+$', 'Shop')).toBe(1);
});

it('takes a component as it is, not as it is written in a name', () => {
  expect(asset('^a\\.b$', 'shop', 'public', 'a.b')).toBe(0);
  expect(asset('"', 'shop', 'public', 'a.b')).toBe(1);
});

it('matches anywhere unless the pattern says otherwise', () => {
  expect(asset('rd', 'shop', 'public', 'orders')).toBe(0);
  expect(asset('^rd', 'shop', 'public', 'orders')).toBe(1);
});

it('looks at every column, and at nothing else, where columns are meant', () => {
  const facts = assetFacts({ path: ['shop', 'public', 'Orders'], columns: { id: [], Name: [], 'two words': [] } });
  const found = namingConvention.check(facts, { pattern: '^[a-z_]+$', target: 'column' });
  expect(found.map(({ columnId }) => columnId)).toEqual([facts.columns[1]!.id, facts.columns[2]!.id]);
  expect(namingConvention.check(assetFacts({ path: ['shop', 'public', 'Orders'] }), { pattern: '^x$', target: 'column' })).toEqual([]);
});

it('refuses what is no pattern of RE2, and says so', () => {
  for (const pattern of ['(', '[a', '(?=lookahead)', '(a)\\1', '', 'a'.repeat(1001), 5]) {
    const { error } = namingConvention.paramsSchema.safeParse({ pattern, target: 'asset' });
    expect(error!.issues[0]!.path, String(pattern)).toEqual(['pattern']);
  }
  for (const pattern of ['(?i)^ORDERS$', '\\pL', 'a'.repeat(1000)])
    expect(namingConvention.paramsSchema.safeParse({ pattern, target: 'column' }).success, pattern).toBe(true);
});

it('refuses a pattern that gets too large, and a long one without reading it', () => {
  for (const pattern of ['(a{30}){30}', `${'.{0,1000}Z|'.repeat(89)}Z`]) {
    const { error } = namingConvention.paramsSchema.safeParse({ pattern, target: 'asset' });
    expect(error!.issues.map(({ path, message }) => [path, message])).toEqual([[['pattern'], expect.stringMatching(/too large/)]]);
  }
  const { error } = namingConvention.paramsSchema.safeParse({ pattern: '('.repeat(1001), target: 'asset' });
  expect(error!.issues.map(({ code }) => code)).toEqual(['too_big']);
});

it('takes no time without end for a pattern that other engines choke on', () => {
  expect(asset('^(a+)+$', 'shop', 'public', `${'a'.repeat(60)}!`)).toBe(1);
});
