import { expect, it } from 'vitest';
import { otherNumbers } from './numbers.ts';

it.each([
  ['customer', 'customers'],
  ['company', 'companies'],
  ['address', 'addresses'],
  ['box', 'boxes'],
  ['branch', 'branches'],
  ['status', 'statuses'],
  ['day', 'days'],
  ['case', 'cases'],
  ['movie', 'movies'],
])('%j and %j are each other', (one, many) => {
  expect(otherNumbers(one)).toEqual([many]);
  expect(otherNumbers(many)).toContain(one);
});

it.each(['', 'a', 'id', 'ids', 'dns', 'p2007', 'p2007s', '订单', 'größe'])('%j has no other number', (word) => {
  expect(otherNumbers(word)).toEqual([]);
});
