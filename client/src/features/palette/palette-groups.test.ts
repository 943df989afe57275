import { describe, expect, it } from 'vitest';
import { readTyped, toGroups, type Entry } from './palette-groups';

const entry = (name: string): Entry => ({ id: name, name, href: `/${name}` });
const asset = (fullName: string) => ({ ...entry(fullName.split('.').at(-1)!), id: fullName, fullName });
const KNOWN: Parameters<typeof toGroups>[0] = {
  mode: 'all',
  text: '',
  pageActions: [entry('Copy the link of this page')],
  actions: [entry('Register a source')],
  pages: [entry('Home'), entry('Sources'), entry('Customs')],
  recent: [entry('orders')],
  assets: [asset('shop.customer_value'), asset('shop.customers'), asset('crm.customers')],
  tags: [entry('gold')],
  owners: [entry('Ada'), entry('Team Data')],
  searches: [],
  suggestion: null,
};
const titles = (known: Partial<typeof KNOWN>) =>
  toGroups({ ...KNOWN, ...known }).map(({ title, entries }) => `${title}: ${entries.map(({ id }) => id).join(', ')}`);

describe('the palette', () => {
  it('begins with what was looked at last', () => {
    expect(titles({})[0]).toBe('Recent: orders');
    expect(titles({ searches: ['customer', 'a&b', 'c', 'd', 'e'] })[1]).toBe('Recent searches: customer, a&b, c, d');
    const [, searches] = toGroups({ ...KNOWN, searches: ['a&b'] });
    expect(searches!.entries).toEqual([{ id: 'a&b', name: 'a&b', href: '/search?q=a%26b' }]);
    expect(titles({ text: 'c', searches: ['customer'] }).join()).not.toContain('Recent searches');
  });

  it('puts exact names first, then what fits the page, assets, pages', () => {
    expect(titles({ text: 'customers' })).toEqual([
      'Exact name: shop.customers, crm.customers',
      'Assets: shop.customer_value, all-results',
    ]);
    expect(titles({ text: 'CRM.customers' })[0]).toBe('Exact name: crm.customers');
    expect(titles({ text: 'c', assets: [] })).toEqual([
      'On this page: Copy the link of this page',
      'Assets: all-results',
      'Pages: Customs, Sources',
      'Actions: Register a source',
    ]);
  });

  it('asks what was meant after what was found', () => {
    expect(titles({ text: 'custmers', suggestion: 'customers', assets: [asset('shop.customers')] })).toEqual([
      'Assets: shop.customers, all-results',
      'Did you mean: customers',
    ]);
  });

  it('limits itself to actions, tags or owners', () => {
    expect(readTyped('> reg')).toEqual({ mode: 'actions', text: 'reg' });
    expect(readTyped('a > b')).toEqual({ mode: 'all', text: 'a > b' });
    expect(titles({ ...readTyped('>reg') })).toEqual(['Actions: Register a source']);
    expect(titles({ ...readTyped('#') })).toEqual(['Tags: gold']);
    expect(titles({ ...readTyped('@data') })).toEqual(['Owners: Team Data']);
  });

  it('shows at most eight of a group', () => {
    const assets = Array.from({ length: 12 }, (_, index) => asset(`shop.t${index}`));
    expect(toGroups({ ...KNOWN, text: 't', assets }).find(({ title }) => title === 'Assets')!.entries).toHaveLength(8);
  });
});
