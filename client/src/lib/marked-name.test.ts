import { describe, expect, it } from 'vitest';
import { showHidden, splitName } from './marked-name.ts';

describe('a name that is cut', () => {
  it('has its last component apart', () => {
    expect(splitName('shop.sales.orders')).toEqual(['shop.sales', '.orders']);
    expect(splitName('orders')).toEqual(['', 'orders']);
    expect(splitName('shop.مبيعات.العملاء')).toEqual(['shop.مبيعات', '.العملاء']);
  });

  it('takes a quoted component for one, whatever is in it', () => {
    expect(splitName('shop.sales."my.own ""table"".2"')).toEqual(['shop.sales', '."my.own ""table"".2"']);
    expect(splitName('"my.shop".orders')).toEqual(['"my.shop"', '.orders']);
  });

  it('loses nothing, whatever it is', () => {
    for (const name of ['', '.', 'a.', '.a', '"', 'a."b', 'a..b', showHidden('a\u202e.b\t')]) expect(splitName(name).join('')).toBe(name);
  });
});
