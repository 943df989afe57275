import { afterAll, beforeAll, expect, it } from 'vitest';
import { contentSecurityPolicy, secure } from './headers.ts';
import { startTestServer, type TestServer } from './testing/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer('http://127.0.0.1:1');
});
afterAll(() => server.stop());

async function visit(headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/assets`, { headers });
  const seen = (await response.json()) as Record<string, string>;
  return { response, seen, nonce: /'nonce-([^']+)'/.exec(response.headers.get('content-security-policy')!)![1]! };
}

it('gives each page a nonce of its own, and tells Next the same one', async () => {
  const [first, second] = [await visit(), await visit()];
  expect(first.nonce).not.toBe(second.nonce);
  expect(Buffer.from(first.nonce, 'base64')).toHaveLength(16);
  for (const { seen, nonce, response } of [first, second]) {
    expect(seen['x-nonce']).toBe(nonce);
    expect(seen['content-security-policy']).toBe(response.headers.get('content-security-policy'));
    expect(response.headers.get('cache-control')).toBe('no-store');
  }
});

it('takes no nonce and no policy from the request', async () => {
  const { seen, nonce } = await visit({ 'x-nonce': 'mine', 'content-security-policy': "script-src 'nonce-mine'" });
  expect(seen['x-nonce']).toBe(nonce);
  expect(seen['content-security-policy']).not.toContain('mine');
});

it('tells a page nothing because a request does', async () => {
  const { seen } = await visit({ 'x-first-run': 'yes', 'x-shows-components': 'yes' });
  expect(Object.keys(seen).filter((name) => /first-run|components/.test(name))).toEqual([]);
});

it('lets no script in but with the nonce, and no page around it', async () => {
  const host = new URL(server.url).host;
  const { response, nonce } = await visit();
  const policy = response.headers.get('content-security-policy')!;
  expect(policy.split('; ')).toEqual([
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self' ws://${host} wss://${host}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ]);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
  });
});

it('writes no host that is none into the policy', () => {
  const policy = (host: string | undefined) => contentSecurityPolicy({ nonce: 'n', host, dev: false });
  for (const host of [undefined, 'a; script-src *', 'a b', "'unsafe-inline'"]) expect(policy(host)).toContain("connect-src 'self';");
  expect(policy('[::1]:3000')).toContain("connect-src 'self' ws://[::1]:3000 wss://[::1]:3000;");
  expect(policy('a')).not.toContain('unsafe-eval');
  expect(contentSecurityPolicy({ nonce: 'n', host: 'a', dev: true })).toContain("'unsafe-eval'");
});

it('says nothing of other windows where a browser would only complain of it', () => {
  const told = (headers: Record<string, string>): boolean => {
    const response = { set: [] as string[], setHeader: (name: string) => response.set.push(name) };
    secure({ headers, socket: {} } as never, response as never);
    return response.set.includes('cross-origin-opener-policy');
  };
  for (const host of ['localhost:3000', '127.0.0.1:3000', '[::1]:3000']) expect(told({ host })).toBe(true);
  expect(told({ host: 'pursight.example:3000' })).toBe(false);
  expect(told({ host: 'pursight.example', 'x-forwarded-proto': 'https' })).toBe(true);
});
