import { describe, expect, it } from 'vitest';
import { covers } from './viewer';

const above = new Map([
  ['sales', null],
  ['shop', 'sales'],
  ['returns', 'shop'],
]);

describe('where a role holds', () => {
  it('is everywhere without a source or a domain', () => {
    expect(covers({ role: 'STEWARD' }, { sourceId: 'a', domainId: 'shop' }, above)).toBe(true);
  });
  it('is its source alone', () => {
    expect(covers({ role: 'STEWARD', sourceId: 'a' }, { sourceId: 'a', domainId: null }, above)).toBe(true);
    expect(covers({ role: 'STEWARD', sourceId: 'a' }, { sourceId: 'b', domainId: 'shop' }, above)).toBe(false);
  });
  it('is its domain and all below, not what is above or beside', () => {
    const role = { role: 'STEWARD', domainId: 'shop' } as const;
    expect(covers(role, { domainId: 'shop' }, above)).toBe(true);
    expect(covers(role, { domainId: 'returns' }, above)).toBe(true);
    expect(covers(role, { domainId: 'sales' }, above)).toBe(false);
    expect(covers(role, { domainId: null }, above)).toBe(false);
    expect(covers(role, { domainId: 'returns' })).toBe(false);
  });
});
