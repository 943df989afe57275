import { describe, expect, it } from 'vitest';
import { partsOf, placeOf, shortFinding } from './finding';

describe('a finding', () => {
  it('is the message without the advice', () => {
    expect(partsOf('Nobody owns this asset. Give it to a user or a team.')).toEqual({
      finding: 'Nobody owns this asset',
      advice: 'Give it to a user or a team.',
    });
    expect(partsOf('The name "a. b" does not match ^x. y$. Rename it.').finding).toBe('The name "a. b" does not match ^x. y$');
    expect(partsOf('Only this.')).toEqual({ finding: 'Only this', advice: '' });
  });

  it('is at a place that begins with the schema', () => {
    const asset = { path: ['shop', 'crm', 'customers'], name: 'shop.crm.customers' };
    expect(placeOf(asset)).toBe('crm.customers');
    expect(placeOf(asset, { name: 'email' })).toBe('crm.customers.email');
    expect(placeOf({ path: ['shop', 'crm'], name: 'shop.crm' })).toBe('shop.crm');
  });

  it('says a name once where the place stands beside it', () => {
    const asset = { path: ['shop', 'crm', 'customers'], name: 'shop.crm.customers' };
    expect(shortFinding('The column "email" is EMAIL. Mask it.', asset, { name: 'email' })).toBe('The column is EMAIL');
    expect(shortFinding('The name "customers" does not match ^x$. Rename it.', asset)).toBe('The name does not match ^x$');
  });
});
