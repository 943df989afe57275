import { describe, expect, it } from 'vitest';
import { addEvents, MOST_ROWS, type FeedEvent } from './feed-rows';

const event = (seq: number, type: string, name = 'shop.crm.customers', second = seq): FeedEvent => ({
  cursor: `e.${seq}`,
  type,
  at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
  subject: null,
  data: { namespace: 'postgres://db', name, policyName: 'Tables have an owner' },
  actor: null,
});

describe('the feed', () => {
  it('has the newest first, and each once', () => {
    const rows = addEvents([], [event(1, 'scan.started'), event(2, 'scan.completed'), event(1, 'scan.started')]);
    expect(rows.map(({ event: { type } }) => type)).toEqual(['scan.completed', 'scan.started']);
  });

  it('folds a burst of one kind, also where others come between', () => {
    const rows = addEvents([], [event(1, 'asset.created'), event(2, 'policy.violated'), event(3, 'asset.created', 'shop.sales.orders')]);
    expect(rows.map(({ event: { type }, count }) => [type, count])).toEqual([
      ['asset.created', 2],
      ['policy.violated', 1],
    ]);
    expect(rows[0]!.event.data.name).toBe('shop.sales.orders');
  });

  it('keeps apart what comes later, and what is of another database', () => {
    const rows = addEvents(
      [],
      [event(1, 'asset.created'), event(2, 'asset.created', 'crm.public.leads'), event(3, 'asset.created', undefined, 50)],
    );
    expect(rows.map(({ count }) => count)).toEqual([1, 1, 1]);
  });

  it('keeps a hundred rows', () => {
    const rows = addEvents(
      [],
      Array.from({ length: 150 }, (_, index) => event(index, 'scan.started')),
    );
    expect(rows).toHaveLength(MOST_ROWS);
    expect(rows[0]!.event.cursor).toBe('e.149');
  });
});
