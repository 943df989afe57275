import { decodeJwt, decodeProtectedHeader } from 'jose';
import { verify } from '@node-rs/argon2';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { countStatements } from '#platform/testing/statements.ts';
import { createIdentity } from '../index.ts';
import { createTestIdentity, PASSWORD, type TestIdentity } from '../testing/identity.ts';

// Only listened to: what is compared is part of what these tests are about.
vi.mock('@node-rs/argon2', { spy: true });

const HOME = '192.0.2.1';
const MINUTE = 60_000;
const DAY = 86_400_000;

let world: TestIdentity;
beforeAll(async () => {
  world = await createTestIdentity();
});
afterAll(() => world.test.drop());
// Failures of one test are no longer counted in the next.
beforeEach(() => world.clock.advance(MINUTE));

const signIn = (email = 'ada@example.com', password = PASSWORD, address = HOME) =>
  world.identity.sessions.signIn({ email, password }, address);
const refresh = (refreshToken: string) => world.identity.sessions.refresh({ refreshToken });
const authenticate = (token: string) => world.identity.sessions.authenticate(token);
const codeOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'ok',
    (error) => error.code ?? String(error),
  );
const lastEventId = async (): Promise<number> => (await world.eventsSince()).at(-1)?.id ?? 0;

describe('signing in', () => {
  it('gives a token that names user and session, lives five minutes and is signed by a stored key', async () => {
    const session = await signIn();
    const claims = decodeJwt(session.accessToken);
    const { kid, alg } = decodeProtectedHeader(session.accessToken);
    expect(claims).toEqual({
      iss: 'pursight',
      sub: world.administrator.userId,
      sid: session.viewer.sessionId,
      iat: Math.floor(world.clock.now().getTime() / 1000),
      exp: Math.floor(world.clock.now().getTime() / 1000) + 300,
    });
    expect(alg).toBe('EdDSA');
    expect(session.expiresAt.getTime()).toBe(claims.exp! * 1000);
    const keys = await world.test.owner`select id, public_jwk from identity.signing_keys`;
    expect(keys.map((key) => key.id)).toEqual([kid]);
    expect(keys[0]!.publicJwk).not.toHaveProperty('d');
    expect(await authenticate(session.accessToken)).toEqual(session.viewer);
  });

  it('takes the email in any case and with space around it', async () => {
    expect(await codeOf(signIn('  ADA@Example.com '))).toBe('ok');
  });

  it('answers alike for a wrong password, an unknown email and a user without a password', async () => {
    const { data } = await world.run(
      'mutation { createUser(input: { email: "nopass@example.com", name: "No", roles: [] }) { user { id } } }',
    );
    const after = await lastEventId();
    const answers = await Promise.all(
      [signIn('ada@example.com', 'wrong wrong wrong'), signIn('nobody@example.com'), signIn('nopass@example.com', '')].map((attempt) =>
        attempt.then(
          () => 'ok',
          (error) => `${error.code} ${error.message}`,
        ),
      ),
    );
    expect(new Set(answers)).toEqual(new Set(['UNAUTHENTICATED The email or the password is wrong.']));
    const events = await world.eventsSince(after);
    expect(events.map((event) => event.type)).toEqual(Array(3).fill('identity.signInFailed'));
    expect(new Set(events.map((event) => event.subject))).toEqual(new Set([world.administrator.userId, null, data.createUser.user.id]));
    expect(JSON.stringify(events)).not.toContain('example.com');
  });

  it('does the same work for an unknown email as for a wrong password, so that the time does not tell', async () => {
    const work = async (email: string) => {
      vi.mocked(verify).mockClear();
      const attempt = () => signIn(email, 'wrong wrong wrong', '198.51.100.1');
      const statements = await countStatements(world.test.owner, 'identity', () => codeOf(attempt()));
      const comparisons = vi.mocked(verify).mock.calls.map(([hash]) => String(hash).split('$').slice(0, 4).join('$'));
      return { comparisons, statements };
    };
    await work('nobody@example.com');
    const unknown = await work('nobody@example.com');
    expect(unknown.comparisons).toEqual(['$argon2id$v=19$m=19456,t=2,p=1']);
    expect(await work('ada@example.com')).toEqual(unknown);
    expect(await work('nopass@example.com')).toEqual(unknown);
  });

  it('refuses text that PostgreSQL cannot hold', async () => {
    expect(await codeOf(signIn('a\0@example.com'))).toBe('BAD_USER_INPUT');
    expect(await codeOf(signIn('ada@example.com', '\ud800'))).toBe('BAD_USER_INPUT');
    expect(await codeOf(signIn('a'.repeat(1000)))).toBe('BAD_USER_INPUT');
  });
});

describe('the limits of failed sign-ins', () => {
  it('refuse even the right password of an account after ten failures, for at most a minute, and nobody else', async () => {
    await world.addUser('bob@example.com');
    for (let attempt = 0; attempt < 10; attempt++)
      expect(await codeOf(signIn('bob@example.com', `guess number ${attempt}`))).toBe('UNAUTHENTICATED');
    world.clock.advance(10_000);
    const refusal = await signIn('BOB@example.com').catch((error) => error);
    expect(refusal).toMatchObject({ code: 'RATE_LIMITED', details: { retryAfterMs: 50_000 } });
    expect(await codeOf(signIn('bob@example.com', PASSWORD, '203.0.113.9'))).toBe('RATE_LIMITED');
    expect(await codeOf(signIn('ada@example.com'))).toBe('ok');
    world.clock.advance(50_001);
    expect(await codeOf(signIn('bob@example.com'))).toBe('ok');
  });

  it('count guesses that are made at once one after the other', async () => {
    await world.addUser('carol@example.com');
    const codes = await Promise.all(
      Array.from({ length: 40 }, (_, n) => codeOf(signIn('carol@example.com', `guess number ${n}`, `192.0.2.${100 + n}`))),
    );
    expect(codes.filter((code) => code === 'UNAUTHENTICATED')).toHaveLength(10);
    expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(30);
  });

  it('refuse failures from an address after twenty, over accounts, while a right password from there still passes', async () => {
    const codes: string[] = [];
    for (let attempt = 0; attempt < 25; attempt++)
      codes.push(await codeOf(signIn(`someone${attempt}@example.com`, 'guess guess guess', '198.51.100.77')));
    expect(codes).toEqual([...Array(20).fill('UNAUTHENTICATED'), ...Array(5).fill('RATE_LIMITED')]);
    const refusal = await signIn('eve@example.com', 'guess guess guess', '198.51.100.77').catch((error) => error);
    expect(refusal.details.retryAfterMs).toBeGreaterThan(0);
    expect(refusal.details.retryAfterMs).toBeLessThanOrEqual(MINUTE);
    expect(await codeOf(signIn('ada@example.com', PASSWORD, '198.51.100.77'))).toBe('ok');
  });

  it('still count for the account what an address fails beyond its own limit', async () => {
    await world.addUser('dave@example.com');
    for (let attempt = 0; attempt < 20; attempt++)
      await codeOf(signIn(`other${attempt}@example.com`, 'guess guess guess', '198.51.100.78'));
    for (let attempt = 0; attempt < 10; attempt++) await codeOf(signIn('dave@example.com', 'guess guess guess', '198.51.100.78'));
    expect(await codeOf(signIn('dave@example.com', PASSWORD, '198.51.100.78'))).toBe('RATE_LIMITED');
  });

  it('hold over processes, store no address or email, and forget after a minute', async () => {
    const other = createIdentity({
      database: world.database,
      rootKey: world.test.location.rootKey,
      logger: (await import('pino')).pino({ level: 'silent' }),
      now: world.clock.now,
    });
    for (let attempt = 0; attempt < 10; attempt++) await codeOf(signIn('erin@example.com', 'guess guess guess'));
    expect(await codeOf(other.sessions.signIn({ email: 'erin@example.com', password: PASSWORD }, HOME))).toBe('RATE_LIMITED');
    world.clock.advance(MINUTE + 1);
    await codeOf(signIn('frank@example.com', 'guess guess guess'));
    const [row] = await world.test.owner`select count(*) as count from identity.sign_in_failures`;
    expect(row!.count).toBeLessThanOrEqual(2 + 100);
    const [old] = await world.test
      .owner`select count(*) as count from identity.sign_in_failures where at < ${new Date(world.clock.now().getTime() - MINUTE)}`;
    expect(old!.count).toBe(0);
  });

  it('hold up nobody at another address while one floods', async () => {
    let answered = 0;
    const flood = Array.from({ length: 90 }, (_, n) =>
      codeOf(signIn(`flood${n}@example.com`, 'guess guess guess', '198.51.100.99')).then(() => answered++),
    );
    expect(await codeOf(signIn('ada@example.com', PASSWORD, '192.0.2.200'))).toBe('ok');
    expect(answered).toBeLessThan(45);
    await Promise.all(flood);
  });
});

describe('refreshing', () => {
  it('gives a new pair and makes the old refresh token end the session', async () => {
    const first = await signIn();
    const second = await refresh(first.refreshToken);
    const third = await refresh(second.refreshToken);
    expect(new Set([first, second, third].map((session) => session.refreshToken)).size).toBe(3);
    expect(third.viewer).toEqual(first.viewer);
    const after = await lastEventId();

    await expect(refresh(first.refreshToken)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('used before'),
    });
    expect(await codeOf(refresh(third.refreshToken))).toBe('UNAUTHENTICATED');
    expect(await codeOf(authenticate(third.accessToken))).toBe('UNAUTHENTICATED');
    expect(await world.eventsSince(after)).toMatchObject([
      { type: 'identity.sessionRevoked', subject: first.viewer.userId, data: { sessionId: first.viewer.sessionId } },
    ]);
  });

  it('lets at most one of many at once through, and then ends the session', async () => {
    const { refreshToken, accessToken } = await signIn();
    const codes = await Promise.all(Array.from({ length: 8 }, () => codeOf(refresh(refreshToken))));
    expect(codes.filter((code) => code === 'ok').length).toBe(1);
    expect(codes.filter((code) => code === 'UNAUTHENTICATED').length).toBe(7);
    expect(await codeOf(authenticate(accessToken))).toBe('UNAUTHENTICATED');
  });

  it('is not ended by a token that was made up from a session id', async () => {
    const { refreshToken, viewer } = await signIn();
    for (const forged of [
      `${viewer.sessionId}.${Buffer.alloc(48, 7).toString('base64url')}`,
      `${viewer.sessionId}.`,
      viewer.sessionId!,
      'x',
      '',
      `${refreshToken}.x`,
      `${refreshToken}=`,
    ]) {
      expect(await codeOf(refresh(forged))).toBe('UNAUTHENTICATED');
    }
    expect(await codeOf(refresh(refreshToken))).toBe('ok');
  });

  it('lasts thirty days from the last use', async () => {
    const first = await signIn();
    world.clock.advance(29 * DAY);
    const second = await refresh(first.refreshToken);
    world.clock.advance(29 * DAY);
    const third = await refresh(second.refreshToken);
    world.clock.advance(30 * DAY);
    expect(await codeOf(refresh(third.refreshToken))).toBe('UNAUTHENTICATED');
  });

  it('keeps neither token in the database or the log', async () => {
    const { accessToken, refreshToken } = await signIn();
    const renewed = await refresh(refreshToken);
    const rows = await world.test
      .owner`select to_jsonb(s) as row from identity.sessions s union all select to_jsonb(o) from events.outbox o`;
    const kept = JSON.stringify(rows) + world.logged.join();
    for (const secret of [accessToken, refreshToken, renewed.accessToken, renewed.refreshToken, refreshToken.split('.')[1]!, PASSWORD]) {
      expect(kept).not.toContain(secret);
      expect(kept).not.toContain(Buffer.from(secret).toString('hex'));
    }
  });
});

describe('a viewer behind an access token', () => {
  it('is nobody without one, and UNAUTHENTICATED with a wrong, foreign or expired one', async () => {
    const { accessToken } = await signIn();
    const [header, payload, signature] = accessToken.split('.');
    expect(await world.identity.sessions.authenticate(undefined)).toBeNull();
    expect(await codeOf(authenticate(`Bearer ${accessToken}`))).toBe('ok');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const otherKid = Buffer.from('{"alg":"EdDSA","kid":"0190"}').toString('base64url');
    const wrong = [
      '',
      'x',
      'Basic eDp5',
      `Basic ${accessToken}`,
      `${header}.${payload}.${signature!.slice(0, -4)}AAAA`,
      `${none}.${payload}.`,
      `${otherKid}.${payload}.${signature}`,
    ];
    for (const token of wrong) expect(await codeOf(authenticate(token)), token).toBe('UNAUTHENTICATED');
    world.clock.advance(4 * MINUTE);
    expect(await codeOf(authenticate(accessToken))).toBe('ok');
    world.clock.advance(MINUTE + 6000);
    await expect(authenticate(accessToken)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('refreshSession'),
    });
  });

  it('has the roles of now, not of when the token was made', async () => {
    const bob = await world.addUser('roles@example.com', [{ role: 'READER' }]);
    const { accessToken } = await signIn('roles@example.com');
    const sourceId = '0190b5a0-0000-7000-8000-000000000001';
    await world.run('mutation ($input: SetUserRolesInput!) { setUserRoles(input: $input) { user { id } } }', {
      variables: { input: { userId: bob.userId, roles: [{ role: 'STEWARD', sourceId }] } },
    });
    expect((await authenticate(accessToken)).roles).toEqual([{ role: 'STEWARD', sourceId, domainId: null }]);
  });

  it('costs one statement', async () => {
    const { accessToken } = await signIn();
    await authenticate(accessToken);
    expect(await countStatements(world.test.owner, 'identity', () => authenticate(accessToken))).toBe(1);
  });

  it('is signed out at once: of one session, or of all', async () => {
    const [first, second, third] = [await signIn(), await signIn(), await signIn()];
    const after = await lastEventId();
    await world.identity.sessions.signOut(first.viewer, {});
    await expect(authenticate(first.accessToken)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', reason: 'ended' });
    expect(await codeOf(refresh(first.refreshToken))).toBe('UNAUTHENTICATED');
    expect(await codeOf(authenticate(second.accessToken))).toBe('ok');
    await world.identity.sessions.signOut(second.viewer, { everywhere: true });
    expect(await codeOf(authenticate(third.accessToken))).toBe('UNAUTHENTICATED');
    expect((await world.eventsSince(after)).map(({ type, data }) => [type, data])).toEqual([
      ['identity.signedOut', { sessionId: first.viewer.sessionId, everywhere: false }],
      ['identity.signedOut', { sessionId: second.viewer.sessionId, everywhere: true }],
    ]);
    expect(await codeOf(world.identity.sessions.signOut(null, {}))).toBe('UNAUTHENTICATED');
  });
});

describe('the signing key', () => {
  it('is one, also when processes start together, and opens only under the root key', async () => {
    await world.test.owner`delete from identity.signing_keys`;
    const pino = (await import('pino')).pino({ level: 'silent' });
    const start = () =>
      createIdentity({ database: world.database, rootKey: world.test.location.rootKey, logger: pino, now: world.clock.now });
    const sessions = await Promise.all(
      Array.from({ length: 4 }, (_, n) => start().sessions.signIn({ email: 'ada@example.com', password: PASSWORD }, `192.0.2.${n}`)),
    );
    expect(new Set(sessions.map((session) => decodeProtectedHeader(session.accessToken).kid)).size).toBe(1);
    const [row] = await world.test.owner`select count(*) as count from identity.signing_keys`;
    expect(row!.count).toBe(1);
    expect(await start().sessions.authenticate(sessions[0]!.accessToken)).toEqual(sessions[0]!.viewer);

    const stranger = createIdentity({ database: world.database, rootKey: Buffer.alloc(32, 9), logger: pino, now: world.clock.now });
    await expect(stranger.sessions.authenticate(sessions[0]!.accessToken)).rejects.toThrow('root key');
  });
});
