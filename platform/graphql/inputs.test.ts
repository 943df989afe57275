import { describe, expect, it } from 'vitest';
import { checkName, checkText } from './inputs.ts';

const refusal = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return (error as { details: unknown }).details;
  }
};

describe('text of a client', () => {
  it('is given back as it is within its bounds, counted in characters', () => {
    expect(checkText('', 'f', { max: 3 })).toBe('');
    expect(checkText('🙂🙂🙂', 'f', { max: 3 })).toBe('🙂🙂🙂');
    expect(refusal(() => checkText('🙂🙂🙂🙂', 'f', { max: 3 }))).toEqual({ field: 'f', max: 3 });
    expect(refusal(() => checkText('x'.repeat(1_000_000), 'f', { max: 3 }))).toEqual({ field: 'f', max: 3 });
    expect(refusal(() => checkText('ab', 'f', { min: 3, max: 9 }))).toEqual({ field: 'f', min: 3 });
  });

  it('holds neither NUL nor half a surrogate pair', () => {
    for (const text of ['a\0b', '\ud800', 'x\udc00y']) expect(refusal(() => checkText(text, 'f', { max: 9 }))).toEqual({ field: 'f' });
  });

  it('is trimmed where it is a name, and not empty', () => {
    expect(checkName('  A name ', 'f')).toBe('A name');
    expect(refusal(() => checkName(' \n ', 'f'))).toEqual({ field: 'f', min: 1 });
  });
});
