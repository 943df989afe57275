import { describe, expect, it } from 'vitest';
import { highlightsOf, markText, type HitTexts } from './highlights.ts';

const texts = (given: Partial<HitTexts>): HitTexts => ({
  title: 't',
  name: 'd.s.t',
  tags: [],
  terms: [],
  columns: [],
  descriptions: [],
  ...given,
});
const prefixes = (...words: string[]) => ({ prefixes: words, exact: [] });

describe('what matched', () => {
  it.each([
    ['customer_id', prefixes('cust'), '<em>customer</em>_id'],
    ['customer_id', prefixes('customerid'), '<em>customer_id</em>'],
    ['<b>Größe</b> & "x"', prefixes('grosse'), '&lt;b&gt;<em>Größe</em>&lt;/b&gt; &amp; &quot;x&quot;'],
    ['客户订单', prefixes('订单'), '客户<em>订单</em>'],
    ['order', { prefixes: [], exact: ['order'] }, '<em>order</em>'],
    ['orders', { prefixes: [], exact: ['order'] }, null],
    ['', prefixes('x'), null],
  ])('in %j is marked, the rest escaped', (text, sought, expected) => {
    expect(markText(text, sought)).toBe(expected);
  });

  it('comes as title, at most three columns, tags, terms and a piece of a description; nothing for what did not match', () => {
    const found = highlightsOf(
      texts({
        title: 'my_name',
        columns: ['name1', 'x', 'name2', 'name3', 'name4'],
        tags: ['names', 'y'],
        terms: ['Naming', 'Name of all'],
        descriptions: ['no', 'a name'],
      }),
      prefixes('name'),
    );
    expect(found).toEqual([
      'my_<em>name</em>',
      '<em>name</em>1',
      '<em>name</em>2',
      '<em>name</em>3',
      '<em>names</em>',
      '<em>Name</em> of all',
      'a <em>name</em>',
    ]);
    expect(highlightsOf(texts({ name: 'd.sales.t' }), prefixes('sales'))).toEqual(['d.<em>sales</em>.t']);
    expect(highlightsOf(texts({}), prefixes('zebra'))).toEqual([]);
  });

  it('stands in about 160 characters of a long description, whole characters only', () => {
    const long = `${'𐐷'.repeat(400)} quokka ${'word '.repeat(4_000)}`;
    const [piece] = highlightsOf(texts({ descriptions: [long] }), prefixes('quokka'));
    expect(piece).toContain('<em>quokka</em>');
    expect(piece!.length).toBeLessThan(260);
    expect(piece!.isWellFormed()).toBe(true);
    expect(piece).toMatch(/^… .* …$/s);
  });
});
