import { describe, expect, it } from 'vitest';
import { levelFilter, placesOf } from './browse-place';

describe('a place among the sources', () => {
  it('is reached from its source down', () => {
    const source = { id: 's', name: 'shop-production' };
    const asset = { id: 'c', displayName: 'crm', source, parent: { id: 'd', displayName: 'shop', parent: null } };
    expect(placesOf({ source: null, asset }).map(({ name }) => name)).toEqual(['shop-production', 'shop', 'crm']);
    expect(placesOf({ source, asset: null })).toEqual([source]);
    expect(placesOf({ source: null, asset: null })).toEqual([]);
  });

  it('holds what its own source has there, a level at a time', () => {
    expect(levelFilter({ kind: 'SOURCE', id: 's', name: 'shop', isFlat: false }, '')).toEqual({ sourceIds: ['s'], kinds: ['DATABASE'] });
    expect(levelFilter({ kind: 'SOURCE', id: 's', name: 'lake', isFlat: true }, 'cu')).toEqual({ sourceIds: ['s'], namePrefix: 'cu' });
    const database = { kind: 'ASSET', id: 'd', name: 'shop', sourceId: 's', isDatabase: true } as const;
    expect(levelFilter(database, 'c')).toEqual({ sourceIds: ['s'], kinds: ['SCHEMA'], namePrefix: 'shop.c' });
    const schema = { kind: 'ASSET', id: 'c', name: 'shop.crm', sourceId: 's', isDatabase: false } as const;
    expect(levelFilter(schema, 'cust')).toEqual({ sourceIds: ['s'], namePrefix: 'shop.crm.cust' });
  });
});
