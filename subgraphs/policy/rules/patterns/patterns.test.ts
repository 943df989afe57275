import { RE2JS } from 're2js';
import { describe, expect, it, vi } from 'vitest';
import { matcherOf } from './patterns.ts';
import { sizeOf } from './size.ts';

const refused = (pattern: string): string => {
  try {
    matcherOf(pattern);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the size of a pattern', () => {
  it.each<[string, number]>([
    ['customers|orders', 0],
    ['^(dim|fact)_[a-z0-9]+(_[a-z0-9]+)*$', 5],
    ['^[a-z][a-z0-9_]{0,62}$', 63],
    ['a{30}', 30],
    ['(a{30}){30}', 900],
    ['((ab){10}c){3,}', 63],
    ['(?:(?P<x>a|b){0,7}){5}', 105],
    ['\\pL{50}\\p{Greek}{50}', 100],
    ['[]{9}]{5}[[:alpha:]\\]{9}]{6}', 11],
    ['a\\{9}\\Qb{9}c\\E{5}', 5],
    ['a{,9}{', 0],
    ['(){500}', 500],
  ])('%s is %d', (pattern, size) => expect(sizeOf(pattern)).toBe(size));
});

it('knows how large a program gets before it is made', () => {
  const parts = [
    'a',
    '.',
    '[a-z]',
    '[]b{9}]',
    '[[:alpha:]]',
    '\\pL',
    '\\d',
    '\\Qa{9}\\E',
    '(',
    '(?:',
    '(?i)',
    ')',
    ')',
    '|',
    '*',
    '+',
    '?',
    '{3}',
    '{2,5}',
    '{4,}',
    '{',
    '\\]',
    '^',
  ];
  let compiled = 0;
  for (let seed = 1, tried = 0; tried < 8000; tried++) {
    let pattern = '';
    for (let length = 0; length < 9; length++) {
      seed = (seed * 48_271) % 2_147_483_647;
      pattern += parts[seed % parts.length]!;
    }
    let steps: number;
    try {
      steps = RE2JS.compile(pattern).programSize();
    } catch {
      continue;
    }
    compiled += 1;
    expect(steps, pattern).toBeLessThanOrEqual(2 * (sizeOf(pattern) + pattern.length) + 4);
  }
  expect(compiled).toBeGreaterThan(500);
});

it('refuses what gets large without compiling it, and says what to do', () => {
  const compile = vi.spyOn(RE2JS, 'compile');
  for (const pattern of [`${'.{0,1000}Z|'.repeat(89)}.{0,1000}Z`, '(a{30}){30}', '((a{9}){9}){9}', '[\\pL\\pN]{500}', '.'.repeat(400)])
    expect(refused(pattern), pattern).toMatch(/too large.*Repeat less often/);
  expect(compile).not.toHaveBeenCalled();
  compile.mockRestore();
});

it('takes what names need', () => {
  for (const pattern of [
    '^[a-z][a-z0-9_]{0,62}$',
    '^.{1,255}$',
    '^(?:[a-z]{1,20}_){0,5}[a-z]{1,20}$',
    '(?i)^(?:dim|fact|stg)_[\\pL\\pN_]{1,60}$',
  ])
    expect(refused(pattern), pattern).toBe('');
});

it('compiles each of a thousand patterns once, however many assets they judge', () => {
  const compile = vi.spyOn(RE2JS, 'compile');
  for (let asset = 0; asset < 3; asset++)
    for (let policy = 0; policy < 900; policy++) expect(matcherOf(`^once_${policy}$`)(`once_${asset}`)).toBe(policy === asset);
  expect(compile).toHaveBeenCalledTimes(900);
  compile.mockRestore();
});
