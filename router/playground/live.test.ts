import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { newId } from '#platform/ids.ts';
import { assetEvent, reader, startLiveRouter, type LiveRouter } from '../testing/live.ts';
import { createLive } from './live.ts';
import type { SessionStore } from './session.ts';

let live: LiveRouter;
beforeAll(async () => {
  live = await startLiveRouter();
  vi.stubGlobal('location', { origin: live.url });
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await live.stop();
});

it('a subscription in the playground goes on with another token where it was when the first one ended', async () => {
  live.tokens.set('first', { ...reader, userId: newId(), expiresAt: new Date(Date.now() + 1_000) });
  const asked: (boolean | undefined)[] = [];
  const session = {
    current: () => ({}),
    accessToken: async ({ renew }: { renew?: boolean } = {}) => (asked.push(renew), renew ? 'reader' : 'first'),
  } as unknown as SessionStore;
  const cursors: string[] = [];
  const failures: unknown[] = [];
  const { unsubscribe } = createLive(session)({
    query: 'subscription ($after: String) { assetChanged(after: $after) { cursor } }',
  }).subscribe({
    next: ({ data }) => void cursors.push(String(data!.assetChanged!.cursor)),
    error: (error) => void failures.push(error),
    complete: () => {},
  });
  const published: string[] = [];
  const publish = async () => void published.push(await live.publish(assetEvent(newId())));
  while (cursors.length === 0) await publish();
  // The token ends meanwhile; what is published without a connection comes with the next one.
  while (asked.length < 2) await publish();
  await publish();
  await expect.poll(() => cursors.at(-1), { timeout: 10_000 }).toBe(published.at(-1));
  expect(cursors).toEqual(published.slice(published.indexOf(cursors[0]!)));
  expect({ asked, failures }).toEqual({ asked: [false, true], failures: [] });
  unsubscribe();
});

it('an operation that cannot be subscribed to tells its errors', async () => {
  const session = { current: () => ({}), accessToken: async () => 'reader' } as unknown as SessionStore;
  const { promise, resolve } = Promise.withResolvers<unknown>();
  createLive(session)({ query: 'subscription { nothing { cursor } }' }).subscribe({ next: () => {}, error: resolve, complete: () => {} });
  expect(await promise).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
});
