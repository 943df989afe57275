import { execute, parse } from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import type { Viewer } from '#platform/auth/viewer.ts';
import { Unauthenticated } from '#platform/errors.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { createSessionSubgraph, type SessionKeeper } from './index.ts';

const viewer: Viewer = { userId: 'ada', sessionId: 'session', roles: [] };
const signedIn = { accessToken: 'access', refreshToken: 'refresh', expiresAt: new Date(0), viewer };

function setUp(as: Viewer | null = null) {
  const sessions = {
    signIn: vi.fn<SessionKeeper['signIn']>(async () => signedIn),
    refresh: vi.fn<SessionKeeper['refresh']>(async () => signedIn),
    signOut: vi.fn<SessionKeeper['signOut']>(async () => true),
  };
  const { schema } = createSessionSubgraph({ sessions, version: '1.2.3' });
  const context: RequestContext = { viewer: as, requestId: 'request', address: '192.0.2.1' };
  const run = async (text: string) => await execute({ schema, document: parse(text), contextValue: context });
  return { sessions, context, run };
}

const SESSION = 'session { accessToken refreshToken expiresAt user { id } }';
const answer = { session: { accessToken: 'access', refreshToken: 'refresh', expiresAt: '1970-01-01T00:00:00.000Z', user: { id: 'ada' } } };

describe('the session subgraph', () => {
  it('signs in from the caller’s address, and runs the rest of the operation as who has signed in', async () => {
    const { sessions, context, run } = setUp();
    expect(await run(`mutation { signIn(input: { email: "a@b.c", password: "p" }) { ${SESSION} } }`)).toEqual({ data: { signIn: answer } });
    expect(sessions.signIn).toHaveBeenCalledWith({ email: 'a@b.c', password: 'p' }, '192.0.2.1');
    expect(context.viewer).toBe(viewer);
  });

  it('refreshes', async () => {
    const { sessions, context, run } = setUp();
    expect(await run(`mutation { refreshSession(input: { refreshToken: "old" }) { ${SESSION} } }`)).toEqual({
      data: { refreshSession: answer },
    });
    expect(sessions.refresh).toHaveBeenCalledWith({ refreshToken: 'old' });
    expect(context.viewer).toBe(viewer);
  });

  it('signs out here unless told everywhere', async () => {
    const { sessions, run } = setUp(viewer);
    expect(await run('mutation { one: signOut(input: {}) { signedOut } all: signOut(input: { everywhere: true }) { signedOut } }')).toEqual(
      {
        data: { one: { signedOut: true }, all: { signedOut: true } },
      },
    );
    expect(sessions.signOut.mock.calls).toEqual([
      [viewer, { everywhere: false }],
      [viewer, { everywhere: true }],
    ]);
  });

  it('leaves the viewer as it was when nobody signed in', async () => {
    const { sessions, context, run } = setUp();
    sessions.signIn.mockRejectedValueOnce(new Unauthenticated('no'));
    const { data, errors } = await run(`mutation { signIn(input: { email: "a@b.c", password: "p" }) { ${SESSION} } }`);
    expect([data, errors?.[0]?.message, context.viewer]).toEqual([{ signIn: null }, 'no', null]);
  });

  it('says when there was no session to end', async () => {
    const { sessions, run } = setUp(viewer);
    sessions.signOut.mockResolvedValueOnce(false);
    expect(await run('mutation { signOut(input: {}) { signedOut } }')).toEqual({ data: { signOut: { signedOut: false } } });
  });

  it('tells its version to whoever has a reading role', async () => {
    const reader: Viewer = { ...viewer, roles: [{ role: 'READER', sourceId: null, domainId: null }] };
    expect((await setUp(reader).run('{ serverVersion }')).data).toEqual({ serverVersion: '1.2.3' });
    for (const [as, code] of [
      [null, 'UNAUTHENTICATED'],
      [viewer, 'FORBIDDEN'],
    ] as const) {
      const { data, errors } = await setUp(as).run('{ serverVersion }');
      expect([data, errors?.[0]?.originalError]).toEqual([{ serverVersion: null }, expect.objectContaining({ code })]);
    }
  });
});
