import { describe, expect, it } from 'vitest';
import { decode, encode, placeOf } from './stored.ts';

describe('encode', () => {
  it.each(['', 'plain_text.1', 'Ünï CÖDE', '客户', ' ends ', '~', 'a"b\\c', '😀', "'); drop"])(
    'gives %j back, as ASCII without quotes',
    (text) => {
      expect(encode(text)).toMatch(/^[a-z0-9=#.^|_~-]+$/);
      expect(decode(encode(text))).toBe(text);
    },
  );
  it('keeps beginnings, and tells cases apart', () => {
    expect(encode('客户订单').startsWith(encode('客户'))).toBe(true);
    expect(encode('Abc').startsWith(encode('a'))).toBe(false);
  });
});

it('places are whole numbers that a double holds', () => {
  expect(placeOf('0190a5c2-7b1e-7cc3-bfff-ffffffffffff')).toBe(2 ** 52 - 1);
});
