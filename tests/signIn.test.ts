/** Signing in over HTTP: sessions, limits, and roles that count at once. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld, type World } from './world.ts';

const SIGN_IN = `mutation ($input: SignInInput!) { signIn(input: $input) {
  session { accessToken refreshToken expiresAt user { name email roles { role } teams { name } } } } }`;
const REFRESH =
  'mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { session { accessToken refreshToken user { name } } } }';
const CREATE_USER = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }';
const PASSWORD = 'a password of this test';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  for (const name of ['ada', 'bob', 'eve']) {
    const input = { email: `${name}@example.org`, name, password: PASSWORD, roles: [{ role: 'READER' }] };
    await world.admin(CREATE_USER, { input });
  }
});
afterAll(() => world.stop());

const signIn = (email: string, password = PASSWORD) => world.anonymous(SIGN_IN, { input: { email, password } });
const refresh = (refreshToken: string) => world.anonymous(REFRESH, { input: { refreshToken } });
const code = (answer: Awaited<ReturnType<World['ask']>>): string => answer.errors?.[0]?.extensions.code ?? 'ok';

async function ask(token: string, query: string) {
  const response = await fetch(`${world.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, body: (await response.json()) as Awaited<ReturnType<World['ask']>> };
}

it('a sign-in answers with the user, a refresh token works once, and its reuse ends the session', async () => {
  const { data, errors } = await signIn('ada@example.org');
  expect(errors).toBeUndefined();
  const { session } = data.signIn;
  expect(session.user).toEqual({ name: 'ada', email: 'ada@example.org', roles: [{ role: 'READER' }], teams: [] });
  expect((await ask(session.accessToken, '{ me { name } }')).body.data).toEqual({ me: { name: 'ada' } });

  const renewed = (await refresh(session.refreshToken)).data.refreshSession.session;
  expect(renewed.user).toEqual({ name: 'ada' });
  expect(code(await refresh(session.refreshToken))).toBe('UNAUTHENTICATED');
  expect(code(await refresh(renewed.refreshToken))).toBe('UNAUTHENTICATED');
  const ended = await ask(renewed.accessToken, '{ me { name } }');
  expect([ended.status, code(ended.body)]).toEqual([401, 'UNAUTHENTICATED']);
});

it('roles that were changed count for the next request of who is signed in', async () => {
  const { accessToken } = (await signIn('bob@example.org')).data.signIn.session;
  expect(code((await ask(accessToken, '{ users { nodes { name } } }')).body)).toBe('ok');
  const { data } = await ask(accessToken, '{ me { id } }').then(({ body }) => body);
  await world.admin('mutation ($input: SetUserRolesInput!) { setUserRoles(input: $input) { cursor } }', {
    input: { userId: data.me.id, roles: [] },
  });
  const after = await ask(accessToken, '{ me { name } users { nodes { name } } sources { nodes { name } } }');
  expect(after.body.data).toEqual({ me: { name: 'bob' }, users: null, sources: null });
  expect(after.body.errors?.map((error) => error.extensions.code)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
});

it('forty wrong passwords at once are refused without a word on who exists, and hold up nobody else', async () => {
  const codes = await Promise.all(Array.from({ length: 40 }, (_, n) => signIn('eve@example.org', `wrong password ${n}`).then(code)));
  expect(codes.filter((each) => each === 'UNAUTHENTICATED')).toHaveLength(10);
  expect(codes.filter((each) => each === 'RATE_LIMITED')).toHaveLength(30);
  const refused = await signIn('eve@example.org');
  expect(code(refused)).toBe('RATE_LIMITED');
  expect(refused.errors![0]!.extensions.retryAfterMs).toBeGreaterThan(0);
  expect(refused.errors![0]!.extensions.retryAfterMs).toBeLessThanOrEqual(60_000);
  expect(code(await signIn('ada@example.org'))).toBe('ok');

  const unknown = await Promise.all(Array.from({ length: 15 }, (_, n) => signIn(`nobody${n}@example.org`, 'wrong password').then(code)));
  expect(unknown.filter((each) => each === 'RATE_LIMITED')).toHaveLength(5);
  expect(code(await signIn('ada@example.org'))).toBe('ok');
});

it('people can sign in while the identity subgraph does not answer', async () => {
  const broken = await createWorld({ fault: 'subgraph:identity' });
  try {
    const { data, errors } = await broken.anonymous(SIGN_IN, {
      input: { email: 'admin@example.org', password: 'a password of the tests' },
    });
    expect(data.signIn.session).toMatchObject({ accessToken: expect.any(String), user: null });
    expect(errors).toHaveLength(1);
  } finally {
    await broken.stop();
  }
});
