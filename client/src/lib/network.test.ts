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

const json = (status: number, body: object) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
const away = (extensions: object) => json(502, { errors: [{ message: 'away', extensions }] });

it('sends again, in the order in which they were made, changes that certainly did not arrive', async () => {
  [answers, online.onLine] = [true, true];
  const { currentOffline, sendChange } = await import('./network');
  let isUp = false;
  const tried: number[] = [];
  const arrived: number[] = [];
  const send = (n: number) =>
    sendChange(async () => {
      tried.push(n);
      if (!isUp) return away({ code: 'UPSTREAM_UNAVAILABLE', reached: false });
      arrived.push(n);
      return json(200, { data: n });
    });
  const first = send(1);
  await vi.waitFor(() => expect(currentOffline()).toEqual({ since: expect.any(Number), waiting: 1 }));
  const others = [send(2), send(3)];
  await vi.waitFor(() => expect(currentOffline().waiting).toBe(3));
  expect(new Set(tried)).toEqual(new Set([1]));
  expect(page.dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(false);
  isUp = true;
  page.dispatchEvent(new Event('online'));
  const answered = await Promise.all([first, ...others]);
  expect(await Promise.all(answered.map((response) => response.json()))).toEqual([{ data: 1 }, { data: 2 }, { data: 3 }]);
  expect(arrived).toEqual([1, 2, 3]);
  expect(currentOffline()).toEqual({ since: null, waiting: 0 });
  await send(4);
  expect(arrived).toEqual([1, 2, 3, 4]);
});

it('never sends again what may have arrived', async () => {
  [answers, online.onLine] = [true, true];
  const { currentOffline, sendChange } = await import('./network');
  let sent = 0;
  for (const answer of [away({ code: 'UPSTREAM_UNAVAILABLE' }), new Response('Bad gateway', { status: 502 }), json(200, { data: null })]) {
    sent = 0;
    expect(await sendChange(async () => (sent++, answer))).toBe(answer);
    expect(sent).toBe(1);
  }
  sent = 0;
  await expect(sendChange(() => (sent++, Promise.reject(new TypeError('Failed to fetch'))))).rejects.toThrow('Failed to fetch');
  expect([sent, currentOffline()]).toEqual([1, { since: null, waiting: 0 }]);
});

it('looks before it sends where the live connection is lost', async () => {
  [answers, online.onLine] = [false, true];
  const { currentOffline, whenReachable } = await import('./network');
  const going = whenReachable({ isDoubtful: true });
  await vi.waitFor(() => expect(currentOffline()).toEqual({ since: expect.any(Number), waiting: 1 }));
  answers = true;
  page.dispatchEvent(new Event('online'));
  await going;
  expect(currentOffline()).toEqual({ since: null, waiting: 0 });
});

it('holds nothing back from a server that answers without a network', async () => {
  [answers, online.onLine] = [true, false];
  const { currentOffline, watchNetwork, whenReachable } = await import('./network');
  watchNetwork();
  page.dispatchEvent(new Event('offline'));
  await whenReachable();
  expect(currentOffline()).toEqual({ since: null, waiting: 0 });
});
