/** What the page gets when the router is slow, refuses, or is away. Against a server that does what a router may. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startTestServer, type TestServer } from './testing/server.ts';

const SECRET = 'a secret of this test that is long enough';

let upstream: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let seen: { headers: IncomingMessage['headers']; body: string }[];
let server: TestServer;
beforeAll(async () => {
  upstream = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      seen.push({ headers: request.headers, body });
      answer(request, response);
    });
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  server = await startTestServer(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`, { secret: SECRET });
});
beforeEach(() => {
  seen = [];
  answer = (_request, response) => response.setHeader('content-type', 'application/json').end('{"data":{}}');
});
afterAll(async () => {
  await server.stop();
  upstream.closeAllConnections();
  upstream.close();
});

const post = (body: unknown, { headers = {}, signal }: { headers?: Record<string, string>; signal?: AbortSignal } = {}) =>
  fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });
const extensionsOf = async (response: Response) =>
  ((await response.json()) as { errors: { extensions: { code: string } }[] }).errors[0]!.extensions;
const codeOf = async (response: Response) => (await extensionsOf(response)).code;

describe('an operation', () => {
  it('reaches the router with what is its business, and nothing else', async () => {
    const headers = {
      authorization: 'Bearer t',
      cookie: 'pursight_session=secret',
      'x-forwarded-for': '9.9.9.9',
      'x-pursight-forwarder': 'guess',
    };
    await post({ query: '{ a }' }, { headers });
    expect(seen[0]!.body).toBe('{"query":"{ a }"}');
    expect(seen[0]!.headers).toMatchObject({
      authorization: 'Bearer t',
      host: new URL(server.url).host,
      'x-forwarded-for': '9.9.9.9, 127.0.0.1',
      'x-pursight-forwarder': SECRET,
    });
    expect(seen[0]!.headers).not.toHaveProperty('cookie');
  });

  it('is sent by its hash, and by its text when the hash is not known', async () => {
    await post({ documentId: 'sha256:known', variables: { a: 1 } });
    expect(JSON.parse(seen[0]!.body)).toEqual({ query: '{ me { email } }', variables: { a: 1 } });
    const unknown = await post({ extensions: { persistedQuery: { version: 1, sha256Hash: 'sha256:unknown' } } });
    expect([unknown.status, await unknown.json()]).toEqual([
      400,
      { errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_DOCUMENT_NOT_FOUND' } }] },
    ]);
    expect(seen).toHaveLength(1);
  });

  it('is answered with the status and the headers of the router', async () => {
    answer = (_request, response) =>
      response
        .writeHead(429, { 'content-type': 'application/json', 'x-request-id': 'r', 'retry-after': '3', 'set-cookie': 'a=b' })
        .end('{"errors":[]}');
    const response = await post({ query: '{ a }' });
    expect([response.status, await response.text()]).toEqual([429, '{"errors":[]}']);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-request-id': 'r',
      'retry-after': '3',
      'x-content-type-options': 'nosniff',
    });
    expect(response.headers.has('set-cookie')).toBe(false);
  });

  it('is answered in the compressed form that the page takes, as the router sends it', async () => {
    answer = (_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(gzipSync('{"data":{"a":1}}'));
    const response = await post({ query: '{ a }' }, { headers: { 'accept-encoding': 'gzip' } });
    expect([seen[0]!.headers['accept-encoding'], response.headers.get('content-encoding')]).toEqual(['gzip', 'gzip']);
    expect(await response.json()).toEqual({ data: { a: 1 } });
  });

  it('is refused when it is too large or comes by another method', async () => {
    const large = await post({ query: 'x'.repeat(300_000) });
    expect([large.status, await codeOf(large)]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const got = await fetch(`${server.url}/graphql?query={a}`);
    expect([got.status, got.headers.get('allow'), await codeOf(got)]).toEqual([405, 'POST', 'BAD_USER_INPUT']);
    expect(seen).toEqual([]);
  });

  it('is given up by the router when the page has left', async () => {
    const { promise: left, resolve } = Promise.withResolvers<void>();
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    answer = (_request, response) => {
      response.on('close', resolve);
      arrive();
    };
    const controller = new AbortController();
    const asking = post({ query: '{ slow }' }, { signal: controller.signal });
    await arrived;
    controller.abort();
    await expect(asking).rejects.toThrow();
    await left;
    expect(server.log.filter((line) => line.includes('does not answer'))).toEqual([]);
  });

  it('is answered with UPSTREAM_UNAVAILABLE when the router breaks off or is away', async () => {
    answer = (_request, response) => response.destroy();
    const broken = await post({ query: '{ a }' });
    expect([broken.status, await extensionsOf(broken)]).toEqual([502, expect.objectContaining({ code: 'UPSTREAM_UNAVAILABLE' })]);
    answer = (request) => request.socket.destroy();
    expect(await extensionsOf(await post({ query: 'mutation { a }' }))).not.toHaveProperty('reached');
    // Half an answer must not look like a whole one.
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"data":');
      setTimeout(() => response.destroy(), 50);
    };
    await expect(post({ query: '{ a }' }).then((response) => response.text())).rejects.toThrow();

    const alone = await startTestServer('http://127.0.0.1:1');
    const response = await fetch(`${alone.url}/graphql`, { method: 'POST', body: '{"query":"{ a }"}' });
    // What did not arrive may be sent again.
    expect([response.status, await extensionsOf(response)]).toEqual([
      502,
      expect.objectContaining({ code: 'UPSTREAM_UNAVAILABLE', reached: false }),
    ]);
    await alone.stop();
  });
});

describe('a WebSocket', () => {
  const failure = (url: string): Promise<string> =>
    new Promise((resolve) => {
      const ws = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      ws.on('unexpected-response', (_request, response) => {
        response.resume();
        resolve(String(response.statusCode));
      });
      ws.on('error', ({ message }) => resolve(message));
    });

  it('is refused with what the router says', async () => {
    answer = (_request, response) => response.end();
    const onUpgrade = (_request: IncomingMessage, socket: Duplex): void => {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
    };
    upstream.once('upgrade', onUpgrade);
    expect(await failure(server.url)).toBe('403');
  });

  it('is refused with 502 when the router is away, and closed elsewhere than at /graphql', async () => {
    const alone = await startTestServer('http://127.0.0.1:1');
    expect(await failure(alone.url)).toBe('502');
    const { port } = new URL(alone.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('GET /other HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    let got = '';
    socket.on('data', (chunk) => (got += chunk));
    await once(socket, 'close');
    expect(got).toBe('');
    await alone.stop();
  });
});
