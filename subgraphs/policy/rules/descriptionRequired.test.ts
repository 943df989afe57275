import { expect, it } from 'vitest';
import { assetFacts, columnFacts } from '../testing/facts.ts';
import { descriptionRequired } from './descriptionRequired.ts';

const finds = (description: string | null, params = {}): number => descriptionRequired.check(assetFacts({ description }), params).length;

it('finds no description, and one of nothing but space', () => {
  expect(finds(null)).toBe(1);
  expect(finds('')).toBe(1);
  expect(finds(' \n\t ')).toBe(1);
});

it('is content with any words unless a length is asked for', () => {
  expect(finds('x')).toBe(0);
  expect(finds('x', { minLength: 2 })).toBe(1);
  expect(finds('  four  ', { minLength: 4 })).toBe(0);
  expect(finds('  four  ', { minLength: 5 })).toBe(1);
});

it('counts characters, not UTF-16 units', () => {
  expect(finds('🦘🦘', { minLength: 3 })).toBe(1);
  expect(finds('🦘🦘🦘', { minLength: 3 })).toBe(0);
});

it('leaves columns alone unless it is told', () => {
  const asset = { ...assetFacts({ description: 'Orders' }), columns: [columnFacts('id')] };
  expect(descriptionRequired.check(asset, {})).toEqual([]);
  expect(descriptionRequired.check(asset, { columns: false })).toEqual([]);
});

it('checks the columns as well as the asset, each for itself', () => {
  const [bare, described] = [columnFacts('id'), { ...columnFacts('name'), description: 'What it is called' }];
  const asset = { ...assetFacts(), columns: [bare, described] };
  const found = descriptionRequired.check(asset, { columns: true, minLength: 5 });
  expect(found.map(({ columnId }) => columnId)).toEqual([null, bare.id]);
  expect(found[1]!.message).toBe('This column "id" has no description. Write one.');
});

it('takes no length below 1 and no text for one', () => {
  for (const minLength of [0, -1, 1.5, '5', 1e9]) expect(descriptionRequired.paramsSchema.safeParse({ minLength }).success).toBe(false);
});
