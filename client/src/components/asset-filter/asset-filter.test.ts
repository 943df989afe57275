import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { FILTER_FIELDS, type AssetFilterValue } from './fields';
import { checkFilter, filterOf, formatFilter, parseFilter, rowsOf } from './rows';
import { filterInWords } from './words';

const FULL: AssetFilterValue = {
  sourceIds: ['s1', 's2'],
  kinds: ['TABLE', 'VIEW'],
  namespace: 'postgres://db:5432',
  namePrefix: 'shop.crm.',
  tags: ['pii'],
  labels: ['EMAIL', 'IBAN'],
  ownerIds: ['u1'],
  domainIds: ['d1'],
  hasOwner: true,
  hasDomain: false,
  updatedAfter: '2026-03-01T12:00:00.000Z',
};

describe('rows of conditions', () => {
  it('are the filter again', () => {
    expect(filterOf(rowsOf(FULL))).toEqual(FULL);
    expect(rowsOf({})).toEqual([]);
    expect(filterOf([])).toEqual({});
  });

  it('count only once something is chosen', () =>
    expect(
      filterOf([
        { field: 'tags', values: [] },
        { field: 'namePrefix', values: [''] },
        { field: 'hasOwner', values: ['false'] },
      ]),
    ).toEqual({ hasOwner: false }));

  it('are of the fields that the API has, but for what a scope may not have', () => {
    const schema = readFileSync('schema/api.graphql', 'utf8');
    const [, body] = /^input AssetFilter \{([^}]+)\}/m.exec(schema)!;
    const fields = [...body!.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name!);
    expect(new Set<string>([...FILTER_FIELDS.map(({ field }) => field), 'includeDeleted'])).toEqual(new Set(fields));
  });
});

describe('JSON', () => {
  it('is the filter again', () => expect(parseFilter(formatFilter(FULL))).toEqual({ filter: FULL }));

  it('means every asset where there is nothing', () => {
    expect(parseFilter(' ')).toEqual({ filter: {} });
    expect(checkFilter(null)).toEqual({ filter: {} });
    expect(checkFilter({ tags: null })).toEqual({ filter: {} });
  });

  it.each([
    ['{', /no JSON yet/],
    ['[]', /an object/],
    ['{"colour": "red"}', /no field "colour"/],
    ['{"tags": "pii"}', /list of texts/],
    ['{"tags": []}', /empty/],
    ['{"kinds": ["DRAWER"]}', /no kind "DRAWER"/],
    ['{"hasOwner": "yes"}', /true or false/],
    ['{"namePrefix": 5}', /a text/],
    ['{"updatedAfter": "2026-03-01"}', /with its zone/],
  ])('that says nothing is told why: %s', (text, why) => expect(parseFilter(text).problem).toMatch(why));
});

describe('words', () => {
  const names = new Map([['s1', 'shop-production'], ['s2', 'crm'], ['u1', 'Payments'], ['d1', 'Sales']]); // prettier-ignore

  it.each<[string, AssetFilterValue]>([
    ['Every asset', {}],
    ['Tables and views in shop-production', { kinds: ['TABLE', 'VIEW'], sourceIds: ['s1'] }],
    ['Tables, views and materialized views', { kinds: ['TABLE', 'VIEW', 'MATERIALIZED_VIEW'] }],
    ['Assets in shop-production or crm, without an owner', { sourceIds: ['s1', 's2'], hasOwner: false }],
    ['Assets owned by Payments, in a domain', { ownerIds: ['u1'], hasDomain: true }],
    ['Tables whose name begins with shop.crm., tagged pii', { kinds: ['TABLE'], namePrefix: 'shop.crm.', tags: ['pii'] }],
    ['Assets of the domain Sales or unknown', { domainIds: ['d1', 'gone'] }],
    ['Assets with a column labelled EMAIL or IBAN', { labels: ['EMAIL', 'IBAN'] }],
    ['Nothing: a condition has no value', { tags: [] }],
  ])('%s', (words, filter) => expect(filterInWords(filter, names)).toBe(words));
});
