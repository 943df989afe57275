import { describe, expect, it } from 'vitest';
import type { FeedEvent } from './feed-rows';
import { sentenceOf } from './feed-sentence';

const say = (type: string, data: Record<string, unknown>, count = 1, actor: string | null = null): string => {
  const event: FeedEvent = { cursor: 'e.1', type, at: '2026-01-01T00:00:00.000Z', subject: 'id', data, actor };
  const { strong, text } = sentenceOf({ key: 'e.1', event, count });
  return `${strong} ${text}`;
};
const asset = { kind: 'TABLE', namespace: 'n', name: 'shop.crm.customers' };

describe('an event in words', () => {
  it('tells of assets, one or many', () => {
    expect(say('asset.created', asset)).toBe('crm.customers added, found by a scan');
    expect(say('asset.updated', asset, 1, 'Ada')).toBe('crm.customers changed by Ada');
    expect(say('asset.created', asset, 41)).toBe('41 assets added in shop');
  });

  it('tells of violations by their policy', () => {
    const words = { ...asset, policyName: 'Masked', column: 'email' };
    expect(say('policy.violated', words)).toBe('Masked violated by crm.customers.email');
    expect(say('policy.violated', words, 3)).toBe('Masked violated 3 times');
    expect(say('policy.acknowledged', words, 1, 'Ada')).toBe('Masked acknowledged on crm.customers.email by Ada');
  });

  it('tells of runs and what they found', () => {
    expect(say('scan.completed', { added: 2, changed: 0, removed: 1, warnings: 3, status: 'COMPLETED_WITH_WARNINGS' })).toBe(
      'Scan completed, 2 added, 1 removed, 3 warnings',
    );
    expect(say('scan.completed', {})).toBe('Scan completed, nothing new');
  });

  it('tells of labels and of what it knows only by its noun', () => {
    expect(say('classification.suggested', { ...asset, changes: [{ label: 'EMAIL', column: 'mail' }] })).toBe(
      'EMAIL suggested on crm.customers.mail',
    );
    expect(say('policy.published', { name: 'Masked' }, 1, 'Ada')).toBe('Policy Masked published by Ada');
    expect(say('something.happened', {})).toBe('Something happened');
  });
});
