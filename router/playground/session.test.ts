import { afterEach, describe, expect, it, vi } from 'vitest';
import { createSessionStore } from './session.ts';

type Sent = { query: string; variables?: { input?: Record<string, string> }; token: string | null };

/** A server that gives tokens a1, a2, …; r1, r2, …; and refuses access tokens that are not the last one. */
function serve({ lifetimeMs = 300_000, refuseRefresh = false } = {}) {
  const sent: Sent[] = [];
  let issued = 0;
  const server = { revokeAccess: false, refuseRefresh };
  vi.stubGlobal('fetch', async (_path: string, init: { body: string; headers: Record<string, string> }) => {
    const { query, variables } = JSON.parse(init.body) as Sent;
    const token = init.headers.authorization?.replace('Bearer ', '') ?? null;
    sent.push({ query, variables, token });
    const session = () => {
      issued++;
      server.revokeAccess = false;
      const expiresAt = new Date(Date.now() + lifetimeMs).toISOString();
      return { session: { accessToken: `a${issued}`, refreshToken: `r${issued}`, expiresAt, user: { name: 'Ada' } } };
    };
    const refused = { errors: [{ message: 'No.', extensions: { code: 'UNAUTHENTICATED' } }] };
    const answer = query.includes('signIn(')
      ? { data: { signIn: session() } }
      : query.includes('refreshSession(')
        ? server.refuseRefresh
          ? refused
          : { data: { refreshSession: session() } }
        : server.revokeAccess || token !== `a${issued}`
          ? refused
          : { data: { me: { name: 'Ada' } } };
    return new Response(JSON.stringify(answer));
  });
  return { sent, server };
}

function createStorage(initial: Record<string, string> = {}): Storage {
  const items = new Map(Object.entries(initial));
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => items.set(key, value),
    removeItem: (key: string) => items.delete(key),
  } as unknown as Storage;
}

afterEach(() => vi.unstubAllGlobals());
const ME = { query: '{ me { name } }' };

describe('the playground session', () => {
  it('signs in, keeps only the refresh token, and sends the access token', async () => {
    const { sent } = serve();
    const storage = createStorage();
    const session = createSessionStore(storage);
    await session.signIn('ada@example.org', 'secret');
    expect(storage.getItem('pursight.refreshToken')).toBe('r1');
    expect(await session.send(ME)).toEqual({ data: { me: { name: 'Ada' } } });
    expect(sent.at(-1)!.token).toBe('a1');
  });

  it('refreshes before the token ends, once for all that is sent at the same time', async () => {
    const { sent } = serve({ lifetimeMs: 10_000 });
    const session = createSessionStore(createStorage());
    await session.signIn('a', 'b');
    await Promise.all([session.send(ME), session.send(ME), session.send(ME)]);
    expect(sent.filter(({ query }) => query.includes('refreshSession'))).toHaveLength(1);
    expect(sent.slice(-3).map(({ token }) => token)).toEqual(['a2', 'a2', 'a2']);
  });

  it('refreshes and asks again when the server refuses the token early', async () => {
    const { server } = serve();
    const session = createSessionStore(createStorage());
    await session.signIn('a', 'b');
    server.revokeAccess = true;
    expect(await session.send(ME)).toEqual({ data: { me: { name: 'Ada' } } });
  });

  it('gives sockets a token that is fresh, or another one than before', async () => {
    const { server } = serve();
    const session = createSessionStore(createStorage());
    await expect(session.accessToken()).rejects.toThrow('Your session has ended');
    await session.signIn('a', 'b');
    expect([await session.accessToken(), await session.accessToken({ renew: true }), await session.accessToken()]).toEqual([
      'a1',
      'a2',
      'a2',
    ]);
    server.refuseRefresh = true;
    await expect(session.accessToken({ renew: true })).rejects.toThrow('No.');
    expect(session.current()).toBeNull();
  });

  it('goes on after a reload', async () => {
    const { sent } = serve();
    const session = createSessionStore(createStorage({ 'pursight.refreshToken': 'r0' }));
    await session.resume();
    expect(session.current()?.accessToken).toBe('a1');
    expect(sent[0]!.variables!.input).toEqual({ refreshToken: 'r0' });
  });

  it('ends when the refresh token is refused, and tells', async () => {
    const { server } = serve({ lifetimeMs: 10_000 });
    const storage = createStorage();
    const session = createSessionStore(storage);
    await session.signIn('a', 'b');
    const listener = vi.fn();
    session.subscribe(listener);
    server.refuseRefresh = true;
    await expect(session.send(ME)).rejects.toThrow('No.');
    expect(session.current()).toBeNull();
    expect(storage.getItem('pursight.refreshToken')).toBeNull();
    expect(listener).toHaveBeenCalled();
  });

  it('outlasts a server that cannot be reached', async () => {
    serve({ lifetimeMs: 10_000 });
    const session = createSessionStore(createStorage());
    await session.signIn('a', 'b');
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
    await expect(session.send(ME)).rejects.toThrow('The server cannot be reached. Is it still running?');
    expect(session.current()).not.toBeNull();
  });
});
