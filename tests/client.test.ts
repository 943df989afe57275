/** The web client's server in front of the product: sessions in a cookie, operations and sockets at one address, and whose address counts. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectLive, openSocket } from '#platform/testing/liveClient.ts';
import { startTestServer, type TestServer } from '../client/server/testing/server.ts';
import { createWorld, EMAIL, PASSWORD, type World } from './world.ts';

const SECRET = 'a secret that the router and the client share';

let world: World;
let client: TestServer;
beforeAll(async () => {
  world = await createWorld({ environment: { CLIENT_SECRET: SECRET, WS_MAX_PER_ADDRESS: '2' } });
  client = await startTestServer(world.url, { secret: SECRET });
});
afterAll(async () => {
  await client?.stop();
  await world?.stop();
});

type Body = {
  accessToken?: string;
  expiresAt?: string;
  user?: { email: string };
  signedOut?: boolean;
  error?: { code: string; retryAfterMs?: number };
};

/** A browser, as far as it keeps the cookie. */
function browser() {
  let cookie = '';
  return {
    cookie: () => cookie,
    async post(path: string, body: object = {}) {
      const response = await fetch(`${client.url}/session/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: client.url, ...(cookie && { cookie }) },
        body: JSON.stringify(body),
      });
      const [set] = (response.headers.get('set-cookie') ?? cookie).split(';');
      cookie = set!.endsWith('=') ? '' : set!;
      return { status: response.status, body: (await response.json()) as Body };
    },
    /** As a copy of the cookie from before. */
    restore: (before: string) => void (cookie = before),
  };
}

async function ask(
  url: string,
  query: string,
  { token, headers = {}, variables }: { token?: string; headers?: Record<string, string>; variables?: object } = {},
) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }), ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as { data?: any; errors?: { extensions: { code: string } }[] };
}

it('signs in, goes on after a reload, and signs out', async () => {
  const page = browser();
  expect(await page.post('refresh')).toEqual({ status: 200, body: { error: { code: 'UNAUTHENTICATED', message: expect.any(String) } } });
  const signedIn = await page.post('sign-in', { email: EMAIL, password: PASSWORD });
  expect(signedIn).toEqual({
    status: 200,
    body: {
      accessToken: expect.any(String),
      expiresAt: expect.any(String),
      user: { id: expect.any(String), name: expect.any(String), email: EMAIL },
    },
  });
  const first = page.cookie();
  const refreshed = await page.post('refresh');
  expect(page.cookie()).not.toBe(first);
  expect((await ask(client.url, '{ me { email } }', { token: refreshed.body.accessToken! })).data).toEqual({ me: { email: EMAIL } });

  // Two tabs that wake up together, and one that was reloaded before its answer.
  const [one, other] = await Promise.all([page.post('refresh'), page.post('refresh')]);
  expect(one.body).toEqual(other.body);
  page.restore(first);
  expect((await page.post('refresh')).body).toEqual(refreshed.body);

  expect(await page.post('sign-out')).toEqual({ status: 200, body: { signedOut: true } });
  expect(page.cookie()).toBe('');
  expect((await ask(client.url, '{ me { email } }', { token: one.body.accessToken! })).errors![0]!.extensions.code).toBe('UNAUTHENTICATED');
});

it('takes the cookie away when its token is refused, and a sign-out is one then, too', async () => {
  const page = browser();
  await page.post('sign-in', { email: EMAIL, password: PASSWORD });
  const old = page.cookie();
  await page.post('sign-out');
  page.restore(old);
  expect(await page.post('sign-out')).toEqual({ status: 200, body: { signedOut: true } });
  page.restore(`pursight_session_${new URL(client.url).port}=nonsense`);
  expect(await page.post('refresh')).toMatchObject({ status: 401, body: { error: { code: 'UNAUTHENTICATED' } } });
  expect(page.cookie()).toBe('');
});

it('ends all other sessions, too, when asked', async () => {
  const { email } = await world.createUser([{ role: 'READER' }]);
  const [page, other] = [browser(), browser()];
  await other.post('sign-in', { email, password: PASSWORD });
  await page.post('sign-in', { email, password: PASSWORD });
  expect((await page.post('sign-out', { everywhere: true })).body).toEqual({ signedOut: true });
  expect(await other.post('refresh')).toMatchObject({ status: 401, body: { error: { code: 'UNAUTHENTICATED' } } });
});

it('passes a socket on, with its subscriptions', async () => {
  const { body } = await browser().post('sign-in', { email: EMAIL, password: PASSWORD });
  const live = connectLive(client.url, body.accessToken!);
  const events = live.subscribe('subscription { eventPublished { event { type } } }');
  await new Promise((resolve) => setTimeout(resolve, 300));
  await world.admin('mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }', {
    input: { email: 'seen@example.org', name: 'Seen', password: PASSWORD, roles: [] },
  });
  expect((await events.next()).data.eventPublished.event.type).toBe('identity.userCreated');
  await live.close();
});

it('counts the sockets of each page by its own address', async () => {
  const forwarded = (address: string, secret: string) => ({ 'x-forwarded-for': `1.1.1.1, ${address}`, 'x-pursight-forwarder': secret });
  const open = (headers: Record<string, string>) => openSocket(world.url, { headers });
  const sockets = await Promise.all([1, 2, 3, 4].map((n) => open(forwarded(`10.0.0.${n}`, SECRET))));
  expect(sockets.every(({ ws }) => ws.readyState === ws.OPEN)).toBe(true);
  // Without the secret, or with another, all of them are this machine's.
  const forged = await Promise.all([1, 2, 3].map((n) => open(forwarded(`10.0.1.${n}`, `${SECRET.slice(0, -1)}x`))));
  expect(await Promise.any(forged.map(({ closeCode }) => closeCode()))).toBe(1013);
  for (const { ws } of [...sockets, ...forged]) ws.terminate();
});

it('counts failed sign-ins by the address that the client tells, and by no forged one', async () => {
  const attempt = (n: number, headers: Record<string, string>, url = world.url) =>
    ask(url, 'mutation ($input: SignInInput!) { signIn(input: $input) { session { expiresAt } } }', {
      variables: { input: { email: `nobody${n}@example.org`, password: 'a wrong password' } },
      headers,
    }).then(({ errors }) => errors?.[0]!.extensions.code);
  const codes = await Promise.all(
    Array.from({ length: 24 }, (_, n) => attempt(n, { 'x-forwarded-for': `10.1.0.${n}`, 'x-pursight-forwarder': SECRET })),
  );
  expect(new Set(codes)).toEqual(new Set(['UNAUTHENTICATED']));
  // The page's own words about where it comes from count for nothing: the client adds the address that it sees.
  const forged = await Promise.all(
    Array.from({ length: 24 }, (_, n) => attempt(100 + n, { 'x-forwarded-for': `10.2.0.${n}` }, client.url)),
  );
  expect(forged.filter((code) => code === 'RATE_LIMITED')).toHaveLength(4);
  const direct = await attempt(200, { 'x-forwarded-for': '10.3.0.1', 'x-pursight-forwarder': 'guess' });
  expect(direct).toBe('RATE_LIMITED');
  const limited = await browser().post('sign-in', { email: 'nobody@example.org', password: 'a wrong password' });
  expect(limited).toMatchObject({ status: 429, body: { error: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) } } });
});
