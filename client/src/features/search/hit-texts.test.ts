import { describe, expect, it } from 'vitest';
import { readHighlights } from './hit-texts';

const asset = {
  name: 'shop.crm.customers',
  displayName: 'customers',
  description: null,
  sourceDescription: 'A customer & <em>friend</em> who has an account',
  tags: ['customer-data'],
};

describe('what a highlight is of', () => {
  it('marks the end of the qualified name', () => {
    expect(readHighlights(['<em>customer</em>s'], asset)).toMatchObject({ prefix: 'shop.crm.', title: '<em>customer</em>s' });
    expect(readHighlights(['shop.<em>crm</em>.customers'], asset)).toMatchObject({ prefix: '', title: 'shop.<em>crm</em>.customers' });
  });

  it('tells descriptions, columns and tags apart', () => {
    const texts = readHighlights(
      ['<em>customer</em>_id', '<em>customer</em>-data', '… <em>customer</em> &amp; &lt;em&gt;friend&lt;/em&gt; who …'],
      asset,
    );
    expect(texts).toEqual({
      prefix: 'shop.crm.customers',
      title: '',
      columns: ['<em>customer</em>_id'],
      words: ['<em>customer</em>-data'],
      description: '… <em>customer</em> &amp; &lt;em&gt;friend&lt;/em&gt; who …',
    });
  });

  it('takes a column that is called like the asset for a column', () => {
    expect(readHighlights(['<em>customers</em>', '<em>customers</em>'], asset).columns).toEqual(['<em>customers</em>']);
  });
});
