import { describe, expect, it } from 'vitest';
import { changedFields, conflictsOf, inputOf, type Words } from './edit-fields';

const base: Words = {
  description: 'One row per customer.',
  owners: [{ role: 'OWNER', teamId: 't1', name: 'Sales' }],
  tags: ['core', 'gdpr'],
  terms: [],
  domain: { id: 'd1', name: 'Customer' },
};

describe('the words of an asset', () => {
  it('differ neither by the order of a list nor by blanks around a text', () => {
    expect(changedFields(base, { ...base, tags: ['gdpr', 'core'], description: ' One row per customer. ' })).toEqual([]);
  });

  it('are sent only where they changed; what was emptied is cleared', () => {
    const mine = { ...base, description: '', domain: null };
    expect(inputOf(mine, changedFields(base, mine))).toEqual({ description: null, domainId: null });
  });

  it('conflict only where both sides changed the same, to something else', () => {
    const mine = { ...base, description: 'Mine', tags: ['core'] };
    expect(conflictsOf(base, { ...base, tags: ['core'], domain: null }, mine)).toEqual([]);
    expect(conflictsOf(base, { ...base, description: 'Theirs', tags: ['core'] }, mine)).toEqual(['description']);
  });

  it('take two owners of one name for two', () => {
    expect(changedFields(base, { ...base, owners: [{ role: 'OWNER', userId: 'u1', name: 'Sales' }] })).toEqual(['owners']);
  });
});
