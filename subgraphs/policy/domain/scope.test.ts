import { buildASTSchema, parse, type GraphQLInputObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { findAppError } from '#platform/errors.ts';
import { readTypeDefs } from '#platform/graphql/subgraph.ts';
import { newId } from '#platform/ids.ts';
import { assetFacts } from '../testing/facts.ts';
import { checkScope, compileScope, SCOPE_FIELDS } from './scope.ts';

const matches = (scope: unknown, given: Parameters<typeof assetFacts>[0] = {}): boolean =>
  compileScope(checkScope(scope)).matches(assetFacts(given));
const refused = (scope: unknown): unknown => {
  try {
    return checkScope(scope);
  } catch (error) {
    return findAppError(error)!.details['field'];
  }
};

it('has the fields of an AssetFilter, and no other', () => {
  const schema = buildASTSchema(parse(readTypeDefs('catalog')), { assumeValidSDL: true });
  const filter = schema.getType('AssetFilter') as GraphQLInputObjectType;
  expect(SCOPE_FIELDS.toSorted()).toEqual(Object.keys(filter.getFields()).toSorted());
});

describe('a scope that is refused names its field', () => {
  it.each([
    [[], 'input.scope'],
    ['TABLE', 'input.scope'],
    [{ kind: ['TABLE'] }, 'input.scope.kind'],
    [{ kinds: 'TABLE' }, 'input.scope.kinds'],
    [{ kinds: ['TABLE', 'SPREADSHEET'] }, 'input.scope.kinds.1'],
    [{ tags: [1] }, 'input.scope.tags.0'],
    [{ tags: [null] }, 'input.scope.tags.0'],
    [{ hasOwner: 'yes' }, 'input.scope.hasOwner'],
    [{ namePrefix: 'a\0' }, 'input.scope.namePrefix'],
    [{ ownerIds: Array.from({ length: 1001 }, newId) }, 'input.scope.ownerIds'],
    [{ updatedAfter: 'yesterday' }, 'input.scope.updatedAfter'],
    [{ includeDeleted: true }, 'input.scope.includeDeleted'],
  ])('%j', (scope, field) => expect(refused(scope)).toBe(field));
});

it('takes null for absence, and everything for nothing', () => {
  expect(checkScope(null)).toEqual({});
  expect(checkScope({ kinds: null, hasOwner: false, includeDeleted: false })).toEqual({ hasOwner: false, includeDeleted: false });
  expect(matches(undefined)).toBe(true);
});

describe('a scope', () => {
  const [id, other] = [newId(), newId()];
  const owned = (userId: string | null, teamId: string | null) => ({ owners: [{ userId, teamId, role: 'OWNER' as const }] });

  it('knows sources, domains and owners, users or teams, however their ids are written', () => {
    expect(matches({ sourceIds: [id.toUpperCase(), other] }, { sourceId: id })).toBe(true);
    expect(matches({ sourceIds: [other] }, { sourceId: id })).toBe(false);
    expect(matches({ domainIds: [id] }, { domainId: id })).toBe(true);
    expect(matches({ domainIds: [id] }, { domainId: null })).toBe(false);
    expect(matches({ ownerIds: [id] }, owned(id, null))).toBe(true);
    expect(matches({ ownerIds: [id] }, owned(null, id))).toBe(true);
    expect(matches({ ownerIds: [id] }, owned(other, null))).toBe(false);
  });

  it('matches nothing with an empty list, or with what is no id', () => {
    for (const scope of [{ sourceIds: [] }, { kinds: [] }, { tags: [] }, { labels: [] }, { ownerIds: ['nobody'] }])
      expect(matches(scope, { ...owned(id, null), tags: ['red'], columns: { a: ['EMAIL'] } }), JSON.stringify(scope)).toBe(false);
  });

  it('distinguishes case in names, and takes an empty prefix for any name', () => {
    expect(matches({ namePrefix: 'shop.public.ord' })).toBe(true);
    expect(matches({ namePrefix: 'Shop' })).toBe(false);
    expect(matches({ namePrefix: '' })).toBe(true);
    expect(matches({ namespace: '' })).toBe(false);
  });

  it('is content with one of several tags or labels', () => {
    expect(matches({ tags: ['red', 'blue'] }, { tags: ['blue'] })).toBe(true);
    expect(matches({ tags: ['e\u0301'] }, { tags: ['\u00e9'] })).toBe(true);
    expect(matches({ tags: ['red'] }, { tags: ['blue'] })).toBe(false);
    expect(matches({ labels: ['EMAIL', 'IBAN'] }, { columns: { a: ['IBAN'] } })).toBe(true);
    expect(matches({ labels: ['EMAIL'] }, { columns: { a: ['IBAN'] } })).toBe(false);
  });

  it('asks whether there is an owner or a domain', () => {
    expect(matches({ hasOwner: true }, owned(id, null))).toBe(true);
    expect(matches({ hasOwner: false }, owned(id, null))).toBe(false);
    expect(matches({ hasOwner: false })).toBe(true);
    expect(matches({ hasDomain: true })).toBe(false);
    expect(matches({ hasDomain: false })).toBe(true);
  });

  it('compares moments, not their texts, and leaves out the moment itself', () => {
    const asset = { updatedAt: '2026-03-01T12:00:00.000Z' };
    expect(matches({ updatedAfter: '2026-03-01T13:00:00+02:00' }, asset)).toBe(true);
    expect(matches({ updatedAfter: '2026-03-01T12:00:00Z' }, asset)).toBe(false);
  });

  it('has no tombstones, and needs all of its fields to match', () => {
    expect(matches({}, { deletedAt: '2026-01-01T00:00:00.000Z' })).toBe(false);
    expect(matches({ kinds: ['TABLE'], tags: ['red'] }, { tags: [] })).toBe(false);
  });
});
