import { describe, expect, it } from 'vitest';
import { clean, fold, joined, tokenize } from './words.ts';

const words = (text: string): string[] => [...tokenize(text)].map(({ word }) => word);

describe('words', () => {
  it.each([
    ['film_actor', ['film', 'actor']],
    ['order-line.item/part x', ['order', 'line', 'item', 'part', 'x']],
    ['filmActor', ['film', 'actor']],
    ['HTTPServer', ['http', 'server']],
    ['parseHTTPResponse2xx', ['parse', 'http', 'response', '2', 'xx']],
    ['t2019q1', ['t', '2019', 'q', '1']],
    ['ABC', ['abc']],
    ['  --  ', []],
    ['', []],
    ['(a&b)|!c:*', ['a', 'b', 'c']],
    ['ÉcoleÉlève', ['ecole', 'eleve']],
    ['ÄRZTEVerband', ['arzte', 'verband']],
    ['straßeØst', ['strasse', 'ost']],
    ['größe', ['grosse']],
    ['ＡＢＣ', ['abc']],
    ['½x', ['1', '2', 'x']],
    ['заказыКлиента', ['заказы', 'клиента']],
    ['😀table😀', ['table']],
  ])('of %j are %j', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  it('are the same however a letter is composed', () => {
    expect(words('cafe\u0301Noir')).toEqual(words('caf\u00e9Noir'));
  });

  it('of CJK are pairs of characters, and the last one', () => {
    expect(words('客户订单')).toEqual(['客户', '户订', '订单', '单']);
    expect(words('客')).toEqual(['客']);
    expect(words('订单table2')).toEqual(['订单', '单', 'table', '2']);
    expect(words('주문내역')).toEqual(['주문', '문내', '내역', '역']);
    expect([...tokenize('客户')].map(({ tail }) => tail)).toEqual([undefined, true]);
  });

  it('know their places in the text as it was written', () => {
    const text = 'Größe der_客户X, İx';
    expect([...tokenize(text)].map(({ word, start, end }) => [word, text.slice(start, end)])).toEqual([
      ['grosse', 'Größe'],
      ['der', 'der'],
      ['客户', '客户'],
      ['户', '户'],
      ['x', 'X'],
      ['ix', 'İx'],
    ]);
  });

  it('are cut where they are very long', () => {
    expect(words('a'.repeat(1000))[0]).toHaveLength(64);
    expect(words('é'.repeat(1000))[0]).toHaveLength(64);
    expect([...words('𐐷'.repeat(1000))[0]!]).toHaveLength(64);
  });
});

describe('joined', () => {
  it('meets whatever separates the words', () => {
    for (const text of ['customer_id', 'customerId', 'Customer ID', 'customer-id', 'customerid', 'CUSTOMER.ID'])
      expect(joined(text)).toBe('customerid');
  });
});

describe('fold', () => {
  it('leaves ASCII but for case', () => {
    expect(fold('A_b-C\0')).toBe('a_b-c\0');
  });
  it('folds what folding gave to itself', () => {
    for (const text of ['İstanbul', 'ẞ', 'ﬁle', 'ΟΔΟΣ', 'Ǆ', 'が', 'ℌ', '한글']) expect(fold(fold(text))).toBe(fold(text));
  });
});

describe('clean', () => {
  it('leaves nothing that PostgreSQL refuses', () => {
    const text = clean('a\0b\ud800c\udc00');
    expect(text.isWellFormed()).toBe(true);
    expect(text).not.toContain('\0');
  });
});
