import { afterEach, beforeEach, expect, it, vi } from 'vitest';

let answers: boolean;
const page = new EventTarget();
const online = { onLine: false };
beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal('navigator', online);
  for (const name of ['addEventListener', 'removeEventListener'] as const) vi.stubGlobal(name, page[name].bind(page));
  vi.stubGlobal('fetch', async () => (answers ? { ok: true } : Promise.reject(new TypeError('Failed to fetch'))));
});
afterEach(() => vi.unstubAllGlobals());

it('has changes wait until the server answers, and the page stay as long', async () => {
  [answers, online.onLine] = [false, false];
  const { currentOffline, whenReachable } = await import('./network');
  const sent: number[] = [];
  const all = [1, 2].map((n) => whenReachable().then(() => sent.push(n)));
  await vi.waitFor(() => expect(currentOffline()).toEqual({ since: expect.any(Number), waiting: 2 }));
  const leaving = new Event('beforeunload', { cancelable: true });
  page.dispatchEvent(leaving);
  expect([sent, leaving.defaultPrevented]).toEqual([[], true]);
  [answers, online.onLine] = [true, true];
  page.dispatchEvent(new Event('online'));
  await Promise.all(all);
  expect([sent, currentOffline()]).toEqual([[1, 2], { since: null, waiting: 0 }]);
  expect(page.dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(true);
});

it('holds nothing back from a server that answers without a network', async () => {
  [answers, online.onLine] = [true, false];
  const { currentOffline, watchNetwork, whenReachable } = await import('./network');
  watchNetwork();
  page.dispatchEvent(new Event('offline'));
  await whenReachable();
  expect(currentOffline()).toEqual({ since: null, waiting: 0 });
});
