/** What no router of ours does at a test's word: being away, slow, or odd. How sessions go with a real one is in tests/client.test.ts. */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './testing/server.ts';

let upstream: Server;
let asked: { query: string; input: unknown; token: string | undefined }[];
let answer: (query: string, response: ServerResponse) => void;
let server: TestServer;
beforeAll(async () => {
  upstream = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      const { query, variables } = JSON.parse(body) as { query: string; variables: { input: unknown } };
      asked.push({ query, input: variables.input, token: request.headers.authorization });
      answer(query, response);
    });
  }).listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  server = await startTestServer(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`);
});
beforeEach(() => (asked = []));
afterAll(async () => {
  await server.stop();
  upstream.closeAllConnections();
  upstream.close();
});

/** The cookie's: one for each product on the machine. */
const name = (): string => `pursight_session_${new URL(server.url).port}`;
const post = (
  path: string,
  { token, body = {}, headers = {} }: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
) =>
  fetch(`${server.url}/session/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { cookie: `other=1; ${name()}=${token}` }), ...headers },
    body: JSON.stringify(body),
  });
const away = (_query: string, response: ServerResponse): void => void response.destroy();
const respond = (data: object | null, errors?: object[]) => (_query: string, response: ServerResponse) =>
  void response.end(JSON.stringify({ data, errors }));
const session = (refreshToken: string) => ({
  accessToken: `access of ${refreshToken}`,
  refreshToken,
  expiresAt: '2030-01-01T00:00:00.000Z',
  user: null,
});

it('leaves the cookie as it is while the router is away', async () => {
  for (const [mode, status] of [
    [away, 502],
    [respond(null, [{ message: 'too slow', extensions: { code: 'TIMEOUT' } }]), 504],
    [(_query: string, response: ServerResponse) => void response.end('<html>'), 502],
  ] as const) {
    answer = mode;
    for (const path of ['refresh', 'sign-out']) {
      const response = await post(path, { token: `kept ${status}`.replace(' ', '-') });
      expect([response.status, response.headers.get('set-cookie')]).toEqual([status, null]);
    }
  }
});

it('gives who comes with the same token together, or shortly after, the same new one', async () => {
  let count = 0;
  answer = (_query, response) => setTimeout(() => respond({ refreshSession: { session: session(`new-${++count}`) } })('', response), 100);
  const [one, other] = await Promise.all([post('refresh', { token: 'twice' }), post('refresh', { token: 'twice' })]);
  const late = await post('refresh', { token: 'twice' });
  const bodies = await Promise.all([one, other, late].map((response) => response.json()));
  expect(bodies).toEqual(Array(3).fill({ accessToken: 'access of new-1', expiresAt: '2030-01-01T00:00:00.000Z', user: null }));
  for (const response of [one, other, late]) expect(response.headers.get('set-cookie')).toMatch(`${name()}=new-1;`);
  expect(asked).toHaveLength(1);
  await post('refresh', { token: 'another' });
  expect(asked).toHaveLength(2);
});

it('finishes a refresh whose page has left, and gives its result to the page that comes next', async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  answer = (_query, response) => {
    arrive();
    setTimeout(() => respond({ refreshSession: { session: session('after') } })('', response), 200);
  };
  const controller = new AbortController();
  const headers = { 'content-type': 'application/json', cookie: `${name()}=reloaded` };
  const first = fetch(`${server.url}/session/refresh`, { method: 'POST', headers, body: '{}', signal: controller.signal });
  await arrived;
  controller.abort();
  await expect(first).rejects.toThrow();
  expect((await post('refresh', { token: 'reloaded' })).headers.get('set-cookie')).toMatch(`${name()}=after;`);
  expect(asked).toHaveLength(1);
});

it('keeps the new token when the session was refreshed but could not be ended', async () => {
  answer = (query, response) =>
    query.includes('signOut') ? away(query, response) : respond({ refreshSession: { session: session('newer') } })(query, response);
  const response = await post('sign-out', { token: 'older' });
  expect([response.status, response.headers.get('set-cookie')]).toEqual([502, expect.stringContaining(`${name()}=newer;`)]);
});

it('sets a cookie that no script reads, no other site sends and no plain connection carries where there is TLS', async () => {
  answer = respond({ signIn: { session: session('fresh') } });
  const body = { email: 'a@example.org', password: 'a long password' };
  const cookie = async (headers: Record<string, string> = {}) => (await post('sign-in', { body, headers })).headers.get('set-cookie');
  expect(await cookie()).toBe(`${name()}=fresh; Path=/session; Max-Age=2592000; HttpOnly; SameSite=Strict`);
  expect(await cookie({ 'x-forwarded-proto': 'https' })).toBe(
    `${name()}=fresh; Path=/session; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure`,
  );
});

it('answers no page of another origin, no other method, and nothing but JSON of a bearable size', async () => {
  answer = respond({ refreshSession: { session: session('never') } });
  const statusOf = async (response: Response | Promise<Response>) => (await response).status;
  const own = new URL(server.url).host;
  expect(await statusOf(post('refresh', { token: 't', headers: { origin: 'https://evil.example' } }))).toBe(403);
  expect(await statusOf(post('refresh', { token: 't', headers: { origin: 'null' } }))).toBe(403);
  for (const site of ['cross-site', 'same-site', 'none'])
    expect(await statusOf(post('refresh', { token: 't', headers: { 'sec-fetch-site': site } }))).toBe(403);
  expect(await statusOf(fetch(`${server.url}/session/refresh`))).toBe(405);
  expect(await statusOf(post('elsewhere'))).toBe(404);
  expect(await statusOf(post('constructor'))).toBe(404);
  expect(await statusOf(post('refresh', { token: 't', headers: { 'content-type': 'text/plain' } }))).toBe(400);
  expect(await statusOf(post('refresh', { token: 't', body: { page: 1 } }))).toBe(400);
  expect(await statusOf(post('sign-in', { body: { email: 'a', password: 1 } }))).toBe(400);
  expect(await statusOf(post('sign-in', { body: { email: 'a', password: 'x'.repeat(20_000) } }))).toBe(413);
  expect(asked).toEqual([]);
  expect(await statusOf(post('refresh', { token: 't', headers: { origin: `https://${own}`, 'sec-fetch-site': 'same-origin' } }))).toBe(200);
});

it('answers what a page asks first together with its session, and leaves to the page what fails or is large', async () => {
  const user = { id: '01a20be3-061d-75d0-864a-e86f95fd956b', name: 'Ada', email: 'ada@example.org' };
  answer = (query, response) => {
    if (query.includes('refreshSession')) return respond({ refreshSession: { session: { ...session('open'), user } } })('', response);
    if (query.includes('NeedsReviews'))
      return respond({ sources: null }, [{ message: 'no', extensions: { code: 'FORBIDDEN' } }])('', response);
    if (query.includes('SourcesHealth')) return respond({ sources: 'x'.repeat(100_000) })('', response);
    if (query.includes('UseOwnAssets')) return response.destroy();
    respond({ of: /query (\w+)/.exec(query)![1] })('', response);
  };
  const response = await post('refresh', { token: 'opening', body: { page: '/' } });
  const { answers, accessToken } = (await response.json()) as { answers: { name: string; hash: string }[]; accessToken: string };
  expect([accessToken, response.headers.get('cache-control'), response.headers.get('content-encoding')]).toEqual([
    'access of open',
    'no-store',
    null,
  ]);
  const told = (name: string, variables: object) => ({ name, variables, hash: `sha256:${name}`, data: { of: name } });
  expect(answers).toEqual([
    told('ProvidersMe', {}),
    told('NavigationOpen', {}),
    told('Home', {}),
    told('NeedsViolations', { ownerIds: [user.id] }),
  ]);
  // As the viewer, with the token that the session came with.
  expect(new Set(asked.slice(1).map(({ token }) => token))).toEqual(new Set(['Bearer access of open']));
});

it('waits no longer than a moment for the first answers', async () => {
  const silent: ServerResponse[] = [];
  answer = (query, response) =>
    query.includes('refreshSession')
      ? respond({ refreshSession: { session: session('soon') } })(query, response)
      : void silent.push(response);
  const response = await post('refresh', { token: 'hurried', body: { page: '/tags' } });
  expect(await response.json()).toMatchObject({ accessToken: 'access of soon', answers: [] });
  // Nobody works on for what is not waited for.
  await expect.poll(() => silent.map(({ destroyed }) => destroyed), { timeout: 10_000 }).toEqual([true, true]);
});

it('takes no session of another product on the same machine', async () => {
  const headers = { 'content-type': 'application/json', cookie: 'pursight_session=old; pursight_session_1=of-another' };
  const response = await fetch(`${server.url}/session/refresh`, { method: 'POST', headers, body: '{}' });
  expect([await response.json(), response.headers.get('set-cookie')]).toEqual([
    { error: expect.objectContaining({ code: 'UNAUTHENTICATED' }) },
    null,
  ]);
  expect(asked).toEqual([]);
});

it('writes no token and no password into its log', () => {
  expect(server.log.join('')).not.toMatch(/a long password|pursight_session|access of|newer|twice/);
});
