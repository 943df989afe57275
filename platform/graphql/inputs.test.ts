import { describe, expect, it } from 'vitest';
import { newId } from '../ids.ts';
import { checkIdValues, checkItems, checkName, checkText, checkValues } from './inputs.ts';

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

describe('a list of a client', () => {
  it('is of at most 200 items where these are to be changed', () => {
    const items = Array.from({ length: 200 }, (_, index) => ({ index }));
    expect(checkItems(items, 'input.items')).toBe(items);
    expect(refusal(() => checkItems([...items, {}], 'input.ids'))).toEqual({ field: 'input.ids', max: 200 });
  });

  it('has at most 1,000 values in a filter, each once and in one order, and is none when it is not given', () => {
    expect(checkValues(['b', 'a', 'b'], 'filter.labels')).toEqual(['a', 'b']);
    expect([checkValues([], 'f'), checkValues(null, 'f'), checkValues(undefined, 'f')]).toEqual([[], undefined, undefined]);
    const many = Array.from({ length: 1_001 }, () => 'a');
    expect(checkValues(many.slice(1), 'f')).toEqual(['a']);
    expect(refusal(() => checkValues(many, 'filter.labels'))).toEqual({ field: 'filter.labels', max: 1_000 });
  });

  it('has each value of a filter checked under the index at which it was given', () => {
    const check = (value: string, index: number) => checkText(value, `f.${index}`, { max: 1 });
    expect(refusal(() => checkValues(['b', 'too long', 'a'], 'f', check))).toEqual({ field: 'f.1', max: 1 });
  });

  it('has the ids of a filter in lower case, without what can be none', () => {
    const [id, other] = [newId(), newId()];
    expect(checkIdValues([other, 'nobody', id.toUpperCase(), '', id], 'f')).toEqual([id, other]);
    expect([checkIdValues(['nobody'], 'f'), checkIdValues(null, 'f')]).toEqual([[], undefined]);
    expect(refusal(() => checkIdValues(Array(1_001).fill('nobody'), 'f'))).toEqual({ field: 'f', max: 1_000 });
  });
});
