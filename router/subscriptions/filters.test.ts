import { describe, expect, it } from 'vitest';
import type { EventAttributes } from '#platform/events/types.ts';
import { newId } from '#platform/ids.ts';
import { matchAssets, matchViolations, type AssetFilter, type ViolationFilter } from './filters.ts';

const [source, domain, owner, team, asset, policy] = [newId(), newId(), newId(), newId(), newId(), newId()];
const time = new Date('2026-03-01T12:00:00Z');
const [before, after] = [new Date(time.getTime() - 1), new Date(time.getTime() + 1)];

describe('an asset’s event', () => {
  const attributes: EventAttributes = {
    sourceId: source,
    domainId: domain,
    kind: 'TABLE',
    namespace: 'postgres://shop:5432',
    name: 'shop.public.orders',
    tags: ['core', 'Caf\u00e9'],
    labels: ['EMAIL'],
    ownerIds: [owner, team],
  };
  const bare: EventAttributes = { sourceId: source, kind: 'TABLE', namespace: 'n', name: 'x', tags: [], ownerIds: [] };
  const matches = (filter: AssetFilter, of = attributes, type = 'asset.updated') => matchAssets(filter)({ type, time, attributes: of });

  it.each<[AssetFilter, boolean]>([
    [{}, true],
    [{ sourceIds: [newId(), source.toUpperCase()] }, true],
    [{ sourceIds: [newId()] }, false],
    [{ sourceIds: [] }, false],
    [{ sourceIds: ['no id', ''] }, false],
    [{ sourceIds: null, kinds: null, tags: null, hasOwner: null, updatedAfter: null, namespace: null, namePrefix: null }, true],
    [{ kinds: ['VIEW', 'TABLE'] }, true],
    [{ kinds: ['VIEW'] }, false],
    [{ namespace: 'postgres://shop:5432' }, true],
    [{ namespace: 'postgres://shop' }, false],
    [{ namespace: '' }, false],
    [{ namePrefix: 'shop.public.' }, true],
    [{ namePrefix: 'public' }, false],
    [{ namePrefix: '' }, true],
    [{ tags: ['x', 'core'] }, true],
    [{ tags: ['Cafe\u0301'] }, true],
    [{ tags: ['Core'] }, false],
    [{ labels: ['EMAIL', 'IBAN'] }, true],
    [{ labels: ['IBAN'] }, false],
    [{ ownerIds: [team.toUpperCase()] }, true],
    [{ ownerIds: [newId()] }, false],
    [{ domainIds: [domain] }, true],
    [{ domainIds: [newId()] }, false],
    [{ hasOwner: true, hasDomain: true }, true],
    [{ hasOwner: false }, false],
    [{ hasDomain: false }, false],
    [{ updatedAfter: before }, true],
    [{ updatedAfter: time }, false],
    [{ kinds: ['TABLE'], sourceIds: [newId()] }, false],
  ])('fits %j: %s', (filter, fits) => expect(matches(filter)).toBe(fits));

  it('without owner, domain, tags or labels fits what asks for none', () => {
    expect(matches({ hasOwner: false, hasDomain: false }, bare)).toBe(true);
    for (const filter of [
      { hasOwner: true },
      { hasDomain: true },
      { tags: [''] },
      { labels: ['EMAIL'] },
      { domainIds: [domain] },
      { ownerIds: [''] },
    ])
      expect(matches(filter, bare), JSON.stringify(filter)).toBe(false);
  });

  it('of a deletion is left out only when nobody wants to know', () => {
    for (const includeDeleted of [undefined, null, true]) expect(matches({ includeDeleted }, attributes, 'asset.deleted')).toBe(true);
    expect(matches({ includeDeleted: false }, attributes, 'asset.deleted')).toBe(false);
    expect(matches({ includeDeleted: false })).toBe(true);
  });

  it.each<[string, AssetFilter]>([
    ['filter.sourceIds', { sourceIds: Array<string>(1_001).fill('x') }],
    ['filter.tags.1', { tags: ['x', 'a\0b'] }],
    ['filter.labels.0', { labels: ['\ud800'] }],
    ['filter.namePrefix', { namePrefix: 'x'.repeat(2_001) }],
    ['filter.namespace', { namespace: '\0' }],
  ])('cannot be filtered by what no list takes: %s', (field, filter) => {
    expect(() => matchAssets(filter)).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', details: expect.objectContaining({ field }) }),
    );
  });
});

describe('a violation’s event', () => {
  const attributes: EventAttributes = {
    sourceId: source,
    domainId: domain,
    assetId: asset,
    policyId: policy,
    severity: 'ERROR',
    status: 'OPEN',
    ownerIds: [owner],
    raisedAt: time.toISOString(),
  };
  it.each<[ViolationFilter, boolean]>([
    [{}, true],
    [{ assetIds: [asset.toUpperCase()], policyIds: [policy], sourceIds: [source], ownerIds: [owner] }, true],
    [{ assetIds: [policy] }, false],
    [{ policyIds: [asset] }, false],
    [{ sourceIds: [asset] }, false],
    [{ domainIds: [source, domain.toUpperCase()] }, true],
    [{ domainIds: [source] }, false],
    [{ ownerIds: [] }, false],
    [{ statuses: ['OPEN', 'WAIVED'], severities: ['ERROR'] }, true],
    [{ statuses: ['RESOLVED'] }, false],
    [{ severities: ['INFO'] }, false],
    [{ raisedAfter: before }, true],
    [{ raisedAfter: time }, false],
    [{ updatedAfter: time }, true],
    [{ updatedAfter: after }, false],
  ])('fits %j: %s', (filter, fits) => expect(matchViolations(filter)({ type: 'policy.waived', time: after, attributes })).toBe(fits));
});
