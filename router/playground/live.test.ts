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

it('a subscription in the playground misses nothing when the connection is lost before it got anything', async () => {
  live.tokens.set('first', { ...reader, userId: newId(), expiresAt: new Date(Date.now() + 500) });
  const published: string[] = [];
  const publish = async () => void published.push(await live.publish(assetEvent(newId())));
  const cursors: Record<'early' | 'late', string[]> = { early: [], late: [] };
  const failures: unknown[] = [];
  const session = {
    current: () => ({}),
    async accessToken({ renew }: { renew?: boolean } = {}) {
      if (!renew) return 'first';
      // The first connection is gone, and the next one is not there yet.
      await publish();
      subscribe('late');
      return 'reader';
    },
  } as unknown as SessionStore;
  const start = createLive(session);
  const leave: (() => void)[] = [];
  function subscribe(name: 'early' | 'late'): void {
    const { unsubscribe } = start({ query: 'subscription ($after: String) { assetChanged(after: $after) { cursor } }' }).subscribe({
      next: ({ data }) => void cursors[name].push(String(data!.assetChanged!.cursor)),
      error: (error) => void failures.push(error),
      complete: () => {},
    });
    leave.push(unsubscribe);
  }
  subscribe('early');
  await expect.poll(() => cursors.early, { timeout: 10_000 }).toHaveLength(1);
  while (cursors.late.length === 0) await publish();
  await expect.poll(() => [cursors.early.at(-1), cursors.late.at(-1)], { timeout: 10_000 }).toEqual([published.at(-1), published.at(-1)]);
  expect(cursors.early).toEqual(published);
  // What came later begins where it was made.
  expect(cursors.late).not.toContain(published[0]);
  expect(failures).toEqual([]);
  for (const unsubscribe of leave) unsubscribe();
});

it('an operation that cannot be subscribed to tells its errors', async () => {
  const session = { current: () => ({}), accessToken: async () => 'reader' } as unknown as SessionStore;
  const { promise, resolve } = Promise.withResolvers<unknown>();
  createLive(session)({ query: 'subscription { nothing { cursor } }' }).subscribe({ next: () => {}, error: resolve, complete: () => {} });
  expect(await promise).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
});
