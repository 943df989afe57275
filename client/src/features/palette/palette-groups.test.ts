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
};
const titles = (known: Partial<typeof KNOWN>) =>
  toGroups({ ...KNOWN, ...known }).map(({ title, entries }) => `${title}: ${entries.map(({ id }) => id).join(', ')}`);

describe('the palette', () => {
  it('begins with what was looked at last', () => {
    expect(titles({})[0]).toBe('Recent: orders');
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
