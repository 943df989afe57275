import { describe, expect, it } from 'vitest';
import { createMetrics, type CountedOperation, type Metrics } from './metrics.ts';

const lines = async (metrics: Metrics, name: string): Promise<string[]> =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(name));
const operation = (name: string | null, more: Partial<CountedOperation> = {}): CountedOperation => ({
  type: 'query',
  name,
  isSignedIn: true,
  errorCodes: [],
  milliseconds: 30,
  ...more,
});
const DURATION = 'pursight_graphql_operation_duration_seconds';

describe('operations', () => {
  it('are timed by their names, and counted by type and by their errors', async () => {
    const metrics = createMetrics();
    metrics.countOperation(operation('Assets'));
    metrics.countOperation(operation('Assets', { milliseconds: 2_000, errorCodes: ['NOT_FOUND', 'FORBIDDEN'] }));
    metrics.countOperation(operation(null, { type: 'mutation' }));
    expect(await lines(metrics, `${DURATION}_count`)).toEqual([
      `${DURATION}_count{operation="Assets"} 2`,
      `${DURATION}_count{operation="anonymous"} 1`,
    ]);
    expect(await lines(metrics, `${DURATION}_bucket{le="0.05",operation="Assets"}`)).toEqual([
      `${DURATION}_bucket{le="0.05",operation="Assets"} 1`,
    ]);
    expect(await lines(metrics, 'pursight_graphql_operations_total')).toEqual([
      'pursight_graphql_operations_total{type="query"} 2',
      'pursight_graphql_operations_total{type="mutation"} 1',
    ]);
    expect(await lines(metrics, 'pursight_graphql_errors_total')).toHaveLength(2);
  });

  it('that make payloads of events share one name, and use up no others', async () => {
    const metrics = createMetrics();
    for (let index = 0; index < 250; index++) metrics.countOperation(operation(`Live${index}__event`, { type: 'event' }));
    metrics.countOperation(operation('Assets'));
    expect(await lines(metrics, `${DURATION}_count`)).toEqual([
      `${DURATION}_count{operation="event"} 250`,
      `${DURATION}_count{operation="Assets"} 1`,
    ]);
    expect(await lines(metrics, 'pursight_graphql_operations_total')).toEqual([
      'pursight_graphql_operations_total{type="event"} 250',
      'pursight_graphql_operations_total{type="query"} 1',
    ]);
  });

  it('have at most 200 names, none that is very long, and none of who is not signed in', async () => {
    const metrics = createMetrics();
    metrics.countOperation(operation('Stranger', { isSignedIn: false }));
    metrics.countOperation(operation('x'.repeat(101)));
    for (let index = 0; index < 250; index++) metrics.countOperation(operation(`Name${index}`));
    metrics.countOperation(operation('Name7', { isSignedIn: false }));
    const counts = await lines(metrics, `${DURATION}_count`);
    expect(counts).toHaveLength(201);
    expect(counts).toContain(`${DURATION}_count{operation="other"} 52`);
    expect(counts).toContain(`${DURATION}_count{operation="Name7"} 2`);
    expect(counts.join()).not.toMatch(/Stranger|xxx/);
  });
});

it('levels go up and down, and what was sent is counted', async () => {
  const metrics = createMetrics();
  metrics.subscriptions.inc();
  metrics.subscriptions.inc();
  metrics.subscriptions.dec();
  metrics.sockets.inc();
  metrics.countMessage();
  metrics.countScan({ status: 'COMPLETED', milliseconds: 700 });
  const text = await metrics.text();
  expect(text).toContain('\npursight_subscriptions_active 1\n');
  expect(text).toContain('\npursight_websockets_open 1\n');
  expect(text).toContain('\npursight_subscription_messages_total 1\n');
  expect(text).toContain('pursight_scan_duration_seconds_bucket{le="1",status="COMPLETED"} 1\n');
  expect(text).toContain('pursight_scan_duration_seconds_bucket{le="0.5",status="COMPLETED"} 0\n');
});

it('belong to one product: a second one in the process begins with nothing', async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.countRequest('/graphql', 200);
  expect(await lines(one, 'pursight_http_requests_total')).toHaveLength(1);
  expect(await lines(other, 'pursight_http_requests_total')).toHaveLength(0);
  expect(await lines(other, 'process_cpu_seconds_total')).toHaveLength(1);
});

describe('the log', () => {
  it('is looked at each time, and what is gone is told no more', async () => {
    const metrics = createMetrics();
    expect(await lines(metrics, 'pursight_events_lag_seconds')).toEqual([]);
    let consumers = [{ consumer: 'catalog.search', events: 3, deadLetters: 1 }];
    metrics.followEvents(async () => ({ oldestUnsealedSeconds: 1.5, consumers }));
    const text = await metrics.text();
    expect(text).toContain('\npursight_events_lag_seconds 1.5\n');
    expect(text).toContain('\npursight_consumer_lag_events{consumer="catalog.search"} 3\n');
    expect(text).toContain('\npursight_dead_letters{consumer="catalog.search"} 1\n');
    consumers = [];
    expect(await metrics.text()).not.toContain('catalog.search');
  });

  it('has no numbers while the database is away; the others are told', async () => {
    const metrics = createMetrics();
    metrics.countRequest('/graphql', 200);
    metrics.followEvents(() => Promise.reject(new Error('away')));
    const text = await metrics.text();
    expect(text).not.toMatch(/^pursight_events_lag_seconds/m);
    expect(text).toContain('pursight_http_requests_total{');
  });
});
