import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const HOUR = 3_600_000;
const tokenOf = (userId: string) => `x.${Buffer.from(JSON.stringify({ sub: userId, name: '¿ñ?' })).toString('base64url')}.x`;
/** What the session route answers. */
let answer: (path: string) => { body: object; date?: Date };
const reload = vi.fn();
beforeEach(() => {
  vi.resetModules();
  reload.mockClear();
  vi.stubGlobal('location', { reload });
  vi.stubGlobal('fetch', async (path: string) => {
    const { body, date = new Date() } = answer(path);
    return new Response(JSON.stringify(body), { headers: { date: date.toUTCString() } });
  });
});
afterEach(() => vi.unstubAllGlobals());
const session = (userId: string, at = Date.now()) => ({
  accessToken: tokenOf(userId),
  expiresAt: new Date(at + 300_000).toISOString(),
  user: null,
});

it("counts a token's time by the server's clock", async () => {
  for (const skew of [-HOUR, HOUR]) {
    vi.resetModules();
    const { isTokenOld, resume } = await import('./session');
    answer = () => ({ body: session('ada', Date.now() + skew), date: new Date(Date.now() + skew) });
    await resume();
    expect(isTokenOld()).toBe(false);
    vi.useFakeTimers({ now: Date.now() + 270_000 });
    expect(isTokenOld()).toBe(true);
    vi.useRealTimers();
  }
});

it('knows the person while nobody can say their name, and starts anew for another one', async () => {
  const { accessToken, currentSession, resume, signIn } = await import('./session');
  answer = () => ({ body: session('ada') });
  await resume();
  await accessToken({ renew: true });
  expect([currentSession(), reload.mock.calls.length]).toEqual([{ status: 'signed-in', userId: 'ada', ended: false }, 0]);
  answer = () => ({ body: session('bob') });
  await signIn('bob@example.org', 'a password');
  expect(reload).toHaveBeenCalledTimes(1);
});

it('takes the session that was asked for before it came itself, once, and by the clock of then', async () => {
  const { accessToken, isTokenOld, resume } = await import('./session');
  const came = Date.now() - 20_000;
  answer = () => ({ body: session('bob') });
  const early = { ...session('ada', came), answers: [{ name: 'Me', hash: 'h', variables: { b: 1, a: 2 }, data: { me: 1 } }] };
  vi.stubGlobal('pursightFirst', {
    response: Promise.resolve(new Response(JSON.stringify(early), { headers: { date: new Date(came).toUTCString() } })),
    at: came,
    isVoid: false,
  });
  await resume();
  expect(await accessToken()).toBe(tokenOf('ada'));
  vi.useFakeTimers({ now: came + 254_000 });
  expect(isTokenOld()).toBe(false);
  vi.useFakeTimers({ now: came + 256_000 });
  expect(isTokenOld()).toBe(true);
  vi.useRealTimers();
  expect('pursightFirst' in globalThis).toBe(false);
});

it('asks itself where another page has signed in or out meanwhile, or the first answer did not come', async () => {
  answer = () => ({ body: session('bob') });
  const refused = () => Promise.resolve(new Response(JSON.stringify({ error: { code: 'UNAUTHENTICATED', message: 'over' } })));
  for (const first of [
    { response: refused(), at: Date.now(), isVoid: true },
    { response: Promise.reject(new TypeError('no network')), at: 0, isVoid: false },
    { response: refused(), at: Date.now() - 3_600_000, isVoid: false },
  ]) {
    vi.resetModules();
    vi.stubGlobal('pursightFirst', first);
    const { accessToken, resume } = await import('./session');
    await resume();
    expect(await accessToken()).toBe(tokenOf('bob'));
  }
});

it('ends when a token is refused, and not when a server is in trouble', async () => {
  const { accessToken, isSignedIn, resume } = await import('./session');
  answer = () => ({ body: session('ada') });
  await resume();
  answer = () => ({ body: { error: { code: 'UPSTREAM_UNAVAILABLE', message: 'away' } } });
  await expect(accessToken({ renew: true })).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  expect(isSignedIn()).toBe(true);
  answer = () => ({ body: { error: { code: 'UNAUTHENTICATED', message: 'over' } } });
  await expect(accessToken({ renew: true })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(isSignedIn()).toBe(false);
});
