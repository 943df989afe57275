import { once } from 'node:events';
import { get, request, type IncomingMessage } from 'node:http';
import { connect, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RequestContext } from '#platform/graphql/context.ts';
import { startTestRouter, type TestRouter } from './testing/router.ts';

let started: TestRouter;
let seen: RequestContext | undefined;
beforeAll(async () => {
  started = await startTestRouter({ onHang: (context) => (seen = context), deadlineMs: 300 });
});
afterAll(() => started.router.stop());

const codes = (answer: { errors?: { extensions: { code: string } }[] }) => answer.errors?.map((error) => error.extensions.code);
/** For headers that fetch does not send. */
async function statusOf(path: string, headers: Record<string, string>): Promise<number | undefined> {
  const [response] = await once(get(started.url + path, { headers }), 'response');
  response.resume();
  return response.statusCode;
}
const SIGN_IN = 'mutation { signIn(input: { email: "a@b.c", password: "p" }) { session { accessToken } } }';

describe('a signed-in viewer', () => {
  it('gets one answer from several subgraphs', async () => {
    const { status, data, errors } = await started.ask('{ me { name } assets { nodes { name owners { user { name } } } } }');
    expect({ status, errors }).toEqual({ status: 200, errors: undefined });
    expect(data).toEqual({
      me: { name: 'reader' },
      assets: { nodes: ['a', 'b'].map((id) => ({ name: `shop.public.${id}`, owners: [{ user: { name: 'reader' } }] })) },
    });
  });
  it('is answered in the media type that it accepts', async () => {
    const headers = { authorization: 'Bearer reader', accept: 'application/graphql-response+json' };
    const response = await started.post({ query: '{ me { id } }' }, headers);
    expect(response.headers.get('content-type')).toMatch('application/graphql-response+json');
    expect((await started.post({ query: '{ me { id } }' }, { authorization: 'Bearer reader' })).headers.get('content-type')).toMatch(
      'application/json',
    );
  });
  it('is answered in fewer bytes, where there are many of them and it takes that', async () => {
    const lengthOf = async (query: string, accepted: string) => {
      const asked = request(`${started.url}/graphql`, {
        method: 'POST',
        headers: { authorization: 'Bearer reader', 'content-type': 'application/json', 'accept-encoding': accepted },
      });
      asked.end(JSON.stringify({ query }));
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      const encoding = response.headers['content-encoding'];
      const body = await buffer(response);
      const plain = encoding === 'br' ? brotliDecompressSync(body) : encoding === 'gzip' ? gunzipSync(body) : body;
      return { encoding, bytes: body.length, answer: JSON.parse(plain.toString('utf8')) };
    };
    const many = `{ ${Array.from({ length: 30 }, (_, index) => `a${index}: me { id name }`).join(' ')} }`;
    const whole = await lengthOf(many, 'identity');
    expect(whole).toMatchObject({ encoding: undefined, answer: { data: { a29: { id: 'reader' } } } });
    for (const encoding of ['gzip', 'br']) {
      const { bytes, ...answered } = await lengthOf(many, encoding);
      expect(answered).toEqual({ encoding, answer: whole.answer });
      expect(bytes).toBeLessThan(whole.bytes / 2);
    }
    expect((await lengthOf('{ me { id } }', 'gzip')).encoding).toBeUndefined();
  });
  it('may query by GET, as BI tools do, but not change anything', async () => {
    const get = (query: string, headers: Record<string, string>) =>
      fetch(`${started.url}/graphql?query=${encodeURIComponent(query)}`, { headers });
    expect(await (await get('{ me { id } }', { authorization: 'Bearer reader' })).json()).toEqual({ data: { me: { id: 'reader' } } });
    expect((await get('mutation { signOut(input: {}) { signedOut } }', { authorization: 'Bearer reader' })).status).toBe(405);
    expect((await get(SIGN_IN, { 'apollo-require-preflight': '1' })).status).toBe(401);
    expect((await get('{ me { id } }', {})).status).toBe(400); // a page of another site could send this
  });
  it('explores the schema with a reading role', async () => {
    expect((await started.ask('{ __schema { queryType { name } } }')).data).toEqual({ __schema: { queryType: { name: 'Query' } } });
    const { data } = await started.ask('query ($name: String!) { __schema { subscriptionType { name } } __type(name: $name) { name } }', {
      variables: { name: 'ViolationEvent' },
    });
    expect(data).toEqual({ __schema: { subscriptionType: { name: 'Subscription' } }, __type: { name: 'ViolationEvent' } });
    const refused = await started.ask('{ __type(name: "Asset") { name } }', { as: 'ingestor' });
    expect({ status: refused.status, codes: codes(refused) }).toEqual({ status: 403, codes: ['FORBIDDEN'] });
  });
});

describe('an anonymous caller', () => {
  const anonymous = { as: '' };
  it.each([
    '{ me { name } }',
    '{ __typename }',
    '{ __schema { types { name } } }',
    '{ notThere }',
    `mutation { signOut(input: {}) { signedOut } }`,
  ])('is refused %s', async (query) => {
    const answer = await started.ask(query, anonymous);
    expect({ status: answer.status, codes: codes(answer) }).toEqual({ status: 401, codes: ['UNAUTHENTICATED'] });
  });
  it('may sign in, with a stale token too', async () => {
    expect((await started.ask(SIGN_IN, anonymous)).data.signIn.session.accessToken).toBe('reader');
    expect((await started.ask(SIGN_IN, { as: 'stale' })).data.signIn.session.accessToken).toBe('reader');
  });
  it('may not mix signing in with another operation', async () => {
    const query = 'mutation { signIn(input: { email: "a", password: "p" }) { session { accessToken } } signOut(input: {}) { signedOut } }';
    expect(codes(await started.ask(query, anonymous))).toEqual(['UNAUTHENTICATED']);
  });
  it('is told so with a stale token', async () => {
    expect(codes(await started.ask('{ me { name } }', { as: 'stale' }))).toEqual(['UNAUTHENTICATED']);
  });
});

describe('errors', () => {
  it('keep the code, the details and the path of the subgraph', async () => {
    const { errors, data } = await started.ask('{ asset(id: "missing") { name } me { id } }');
    expect(data).toEqual({ asset: null, me: { id: 'reader' } });
    expect(errors).toEqual([
      { message: 'There is no asset "missing".', path: ['asset'], extensions: { code: 'NOT_FOUND', noun: 'asset' } },
    ]);
  });
  it('show nothing internal, and log the cause once under the id that the client has', async () => {
    const { errors, headers } = await started.ask('{ asset(id: "broken") { name } }');
    const requestId = headers.get('x-request-id');
    expect(errors).toEqual([
      { message: expect.not.stringContaining('ECONNREFUSED'), path: ['asset'], extensions: { code: 'INTERNAL_SERVER_ERROR', requestId } },
    ]);
    const lines = started.log.filter((line) => line.includes(requestId!));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('ECONNREFUSED');
  });
  it('of unknown codes are internal', async () => {
    const { errors } = await started.ask('{ event(id: "x") { id } }');
    expect(JSON.stringify(errors)).not.toContain('postgres://');
    expect(codes({ errors })).toEqual(['INTERNAL_SERVER_ERROR']);
  });
  it('tell validation, syntax and values apart', async () => {
    expect(codes(await started.ask('{ notThere }'))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(codes(await started.ask('{ me { '))).toEqual(['GRAPHQL_PARSE_FAILED']);
    const wrong = await started.ask('query ($n: Int) { assets(first: $n) { totalCount } }', { variables: { n: 'many' } });
    expect(wrong.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'n' } }]);
    const nested = await started.ask('query ($f: AssetFilter) { assets(filter: $f) { totalCount } }', { variables: { f: { tags: [{}] } } });
    expect(nested.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'f.tags[0]' } }]);
  });
  it('name the field of a time that cannot be read, as a variable and in the text', async () => {
    const variable = await started.ask('query ($at: DateTime!) { asset(id: "a") { asOf(at: $at) { id } } }', { variables: { at: 'noon' } });
    expect(variable.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'at' } }]);
    const literal = await started.ask('{ asset(id: "a") { asOf(at: "noon") { id } } }');
    expect(literal.errors).toMatchObject([
      { message: expect.stringContaining('ISO 8601'), extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
  });
  it('do not suggest names of the schema', async () => {
    expect((await started.ask('{ aset { name } }')).errors![0]!.message).not.toMatch(/did you mean/i);
  });
  it('of a wrong operation name say so', async () => {
    const answer = await started.ask('query A { me { id } }', { operationName: 'B' });
    expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code: 'BAD_USER_INPUT', field: 'operationName' } }] });
  });
  it('send people who subscribe over HTTP to graphql-ws', async () => {
    const { errors } = await started.ask('subscription { assetChanged { cursor } }');
    expect(errors).toMatchObject([{ message: expect.stringContaining('graphql-ws'), extensions: { code: 'BAD_USER_INPUT' } }]);
  });
  it('do not follow from a reference to what is hidden: it is null', async () => {
    const { data, errors, extensions } = await started.ask('{ asset(id: "holey") { name owners { user { name } } } }');
    expect({ data, errors, extensions }).toEqual({
      data: { asset: { name: 'shop.public.holey', owners: [{ user: null }] } },
      errors: undefined,
      extensions: undefined,
    });
  });
});

describe('limits', () => {
  it('refuse a body above 256 KB', async () => {
    const answer = await started.post(
      { query: '{ me { id } }', variables: { text: 'x'.repeat(300_000) } },
      { authorization: 'Bearer reader' },
    );
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status: 413,
      body: { errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE', size: 300_049, limit: 262_144 } }] },
    });
  });
  it('refuse what is not JSON, and batches', async () => {
    const authorization = 'Bearer reader';
    expect(await (await started.post('{', { authorization })).json()).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
    const batch = await started.post([{ query: '{ me { id } }' }], { authorization });
    expect({ status: batch.status, body: await batch.json() }).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
    });
  });
  it('refuse 2,000 tokens and more', async () => {
    expect(await started.ask(`{ ${'me { id } '.repeat(500)} }`)).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'QUERY_TOO_COSTLY', cost: 2_002, limit: 2_000, of: 'tokens' } }],
    });
  });
  it('refuse an operation that is too deep', async () => {
    const answer = await started.ask(`{ asset(id: "a") { ${'parent { '.repeat(20)} id ${'} '.repeat(20)} } }`);
    expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code: 'QUERY_TOO_DEEP', depth: 22, limit: 20 } }] });
  });
  it('refuse an operation that is too costly, by the variables too', async () => {
    const query =
      'query ($n: Int!) { assets(first: $n) { nodes { columns(first: $n) { nodes { asset { columns(first: $n) { nodes { id } } } } } } } }';
    expect(await started.ask(query, { variables: { n: 200 } })).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'QUERY_TOO_COSTLY', limit: 200_000 } }],
    });
    expect(codes(await started.ask(query, { variables: { n: 10 } }))).not.toContain('QUERY_TOO_COSTLY');
  });
  it('refuse lists within lists that the planner would walk for minutes', async () => {
    const query = `mutation { registerSource(input: { name: "x", connector: "p", config: ${'['.repeat(900)}${']'.repeat(900)} }) { cursor } }`;
    expect(codes(await started.ask(query))).toEqual(['QUERY_TOO_DEEP']);
  });
  it('refuse the same field too often to be compared', async () => {
    expect((await started.ask(`{ ${'serverVersion '.repeat(1_990)} }`)).errors).toMatchObject([
      { extensions: { code: 'QUERY_TOO_COSTLY', cost: 500_001, limit: 500_000, of: 'comparisons' } },
    ]);
  });
  it('refuse what is asked too fast, and say when to come back', async () => {
    const costly = '{ assets(first: 190) { nodes { columns(first: 200) { nodes { asset { columns(first: 3) { nodes { id } } } } } } } }';
    const answers = await Promise.all(Array.from({ length: 12 }, () => started.ask(costly, { as: 'admin' })));
    const refused = answers.filter((answer) => answer.status === 429);
    expect(refused.length).toBeGreaterThan(0);
    const { retryAfterMs } = refused[0]!.errors![0]!.extensions as { retryAfterMs?: number };
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(refused[0]!.headers.get('retry-after')).toBe(String(Math.ceil(retryAfterMs! / 1000)));
    expect((await started.ask('{ me { id } }')).status).toBe(200);
  });
  it('refuse fragments in a cycle and fragments that blow up', async () => {
    expect(codes(await started.ask('{ asset(id: 1) { ...F } } fragment F on Asset { parent { ...F } }'))).toEqual([
      'GRAPHQL_VALIDATION_FAILED',
    ]);
    const levels = Array.from({ length: 30 }, (_, i) => `fragment F${i} on Asset { ...F${i + 1} ... on Asset { ...F${i + 1} } }`);
    const startedAt = Date.now();
    expect((await started.ask(`{ asset(id: 1) { ...F0 } } ${levels.join(' ')} fragment F30 on Asset { id }`)).errors).toMatchObject([
      { extensions: { code: 'QUERY_TOO_COSTLY', cost: 4 * 2 ** 30 - 1, limit: 2_500, of: 'selections' } },
    ]);
    expect(Date.now() - startedAt).toBeLessThan(2_000);
  });
});

describe('time', () => {
  it('ends an operation at its deadline with what there is', async () => {
    const { data, errors } = await started.ask('{ asset(id: "hang") { name } me { id } }');
    expect(data).toEqual({ asset: null, me: { id: 'reader' } });
    expect(errors).toMatchObject([{ path: ['asset'], extensions: { code: 'TIMEOUT' } }]);
    expect(seen?.signal?.aborted).toBe(true);
  });
  it('is told as such, with the deadline, when nothing came of the operation', async () => {
    const answer = await started.ask('{ asset(id: "hang") { name } }');
    expect(answer).toMatchObject({ status: 504, errors: [{ path: ['asset'], extensions: { code: 'TIMEOUT', deadlineMs: 300 } }] });
    expect(answer).not.toHaveProperty('data');
  });
  it('ends for a caller who leaves', async () => {
    seen = undefined;
    const controller = new AbortController();
    const asked = fetch(`${started.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer reader' },
      body: JSON.stringify({ query: '{ asset(id: "hang") { name } }' }),
      signal: controller.signal,
    });
    await expect.poll(() => seen).toBeDefined();
    controller.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(() => seen?.signal?.aborted, { timeout: 200 }).toBe(true);
  });
});

describe('a document', () => {
  it('may hold subscriptions beside the query that is executed, with fragments on their payloads', async () => {
    const query = `query Q ($id: ID!) { ...Q } subscription S { violationRaised { ...F } }
      fragment F on ViolationEvent { cursor violation { ...V } } fragment Q on Query { me { id } asset(id: $id) { id } } fragment V on Violation { id }`;
    const { status, data, errors } = await started.ask(query, { operationName: 'Q', variables: { id: 'a' } });
    expect({ status, data, errors }).toEqual({ status: 200, data: { me: { id: 'reader' }, asset: { id: 'a' } }, errors: undefined });
  });

  it('may ask of the schema and of the graph at once, and is answered in its order', async () => {
    const { data, errors } = await started.ask(
      `query Q ($name: String!, $id: ID!, $no: Boolean!) {
        shown: __schema { subscriptionType { name } }
        ...Both @skip(if: $no)
        ... @include(if: $no) { me { id } }
        ... on Query { ...Both ...Schema it: asset(id: $id) { id } __typename }
      }
      fragment Both on Query { me { name } __type(name: $name) { ...T } }
      fragment Schema on Query { __schema { queryType { name } } }
      fragment T on __Type { name kind }`,
      { variables: { name: 'ViolationEvent', id: 'a', no: false } },
    );
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data)).toBe(
      JSON.stringify({
        shown: { subscriptionType: { name: 'Subscription' } },
        me: { name: 'reader' },
        __type: { name: 'ViolationEvent', kind: 'OBJECT' },
        __schema: { queryType: { name: 'Query' } },
        it: { id: 'a' },
        __typename: 'Query',
      }),
    );
    const partly = await started.ask('{ __type(name: "AssetEvent") { name } asset(id: "missing") { id } }');
    expect(partly).toMatchObject({
      data: { __type: { name: 'AssetEvent' }, asset: null },
      errors: [{ extensions: { code: 'NOT_FOUND' } }],
    });
  });
});

describe('beside the graph', () => {
  it('tells that it lives and is ready', async () => {
    expect(await (await fetch(`${started.url}/health/live`)).json()).toMatchObject({ status: 'live' });
    const ready = await fetch(`${started.url}/health/ready`);
    expect({ status: ready.status, body: await ready.json() }).toMatchObject({
      status: 200,
      body: { status: 'ready', parts: { gateway: { state: 'ok' }, catalog: { state: 'ok' } } },
    });
  });
  it('leads a browser to the playground', async () => {
    for (const path of ['/', '/graphql']) {
      const response = await fetch(started.url + path, { headers: { accept: 'text/html,*/*;q=0.8' }, redirect: 'manual' });
      expect({ status: response.status, to: response.headers.get('location') }).toEqual({ status: 302, to: '/playground' });
    }
  });
  it('answers addresses that cannot be read', async () => {
    const response = await fetch(`${started.url}/playground/assets/%E0%A4%A`);
    expect([400, 404]).toContain(response.status);
    expect((await fetch(`${started.url}/graphql/more`, { method: 'POST' })).status).toBe(404);
  });
  it('answers unknown paths in JSON', async () => {
    const response = await fetch(`${started.url}/nothing/here`);
    expect({ status: response.status, body: await response.json() }).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
  });
  it('sends security headers and does not say what it is made of', async () => {
    const { headers } = await fetch(`${started.url}/health/live`);
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-powered-by')).toBeNull();
  });
  it('counts what it does', async () => {
    const text = await (await fetch(`${started.url}/metrics`)).text();
    expect(text).toMatch(/pursight_graphql_operations_total\{type="query"\} \d+/);
    expect(text).toMatch(/process_resident_memory_bytes \d+/);
    expect(text).toMatch(/pursight_graphql_operation_duration_seconds_count\{operation="anonymous"\} \d+/);
    expect(text).toMatch(/pursight_http_requests_total\{route="\/graphql",status="200"\} \d+/);
    expect((await fetch(`${started.url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.9' } })).status).toBe(403);
    for (const host of ['rebound.example', 'localhost.evil.example', '127.0.0.1.evil.example:4000', 'user@localhost']) {
      expect(await statusOf('/metrics', { host }), host).toBe(403);
    }
    for (const host of ['localhost:4000', '[::1]:4000', '127.0.0.1', 'LOCALHOST']) expect(await statusOf('/metrics', { host })).toBe(200);
    expect(await statusOf('/metrics', { host: 'pursight.example', authorization: 'Bearer admin' })).toBe(200);
    expect((await fetch(`${started.url}/metrics`, { headers: { authorization: 'Bearer reader' } })).status).toBe(403);
    expect((await fetch(`${started.url}/metrics`, { headers: { authorization: 'Bearer admin' } })).status).toBe(200);
  });
  it('calls nobody: its packages would report to their vendor', async () => {
    const connected = vi.spyOn(Socket.prototype, 'connect');
    const other = await startTestRouter();
    await other.ask('{ me { id } }');
    await new Promise((resolve) => setTimeout(resolve, 200));
    await other.router.stop();
    // oxlint-disable-next-line node/no-process-env -- a package's own switch
    expect(process.env.APOLLO_TELEMETRY_DISABLED).toBe('1');
    const others = connected.mock.calls.map((call) => JSON.stringify(call)).filter((call) => !call.includes('127.0.0.1'));
    connected.mockRestore();
    expect(others).toEqual([]);
  });
});

describe('starting and stopping', () => {
  it('says which port is taken', async () => {
    const { port } = new URL(started.url);
    await expect(startTestRouter({ port: Number(port) })).rejects.toThrow(
      `Port ${port} is taken on 127.0.0.1; stop what listens there, or set PORT to another one.`,
    );
  });
  it('finishes what is under way, takes nothing new, and closes kept-alive connections', async () => {
    let running = () => {};
    const isRunning = new Promise<void>((resolve) => (running = resolve));
    const other = await startTestRouter({ onSlow: running });
    const idle = connect(Number(new URL(other.url).port), '127.0.0.1');
    const idleClosed = new Promise((resolve) => idle.on('close', resolve));
    const slow = other.ask('{ asset(id: "slow") { name } }');
    await isRunning;
    const stopped = other.router.stop();
    await expect(other.ask('{ me { id } }')).rejects.toThrow();
    expect((await slow).data).toEqual({ asset: { name: 'shop.public.slow' } });
    await stopped;
    await idleClosed;
  });
  it('does not wait for ever', async () => {
    const other = await startTestRouter({ drainMs: 200 });
    const hanging = other.ask('{ asset(id: "hang") { name } }').catch(() => 'cut');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const startedAt = Date.now();
    await other.router.stop();
    expect(Date.now() - startedAt).toBeLessThan(1_500);
    expect(await hanging).toBe('cut');
  });
});

describe('a subgraph that is down', () => {
  it('costs its own fields only, with one error', async () => {
    const other = await startTestRouter({ faults: new Set(['subgraph:identity']) });
    try {
      const { status, data, errors } = await other.ask('{ me { name } assets { nodes { name } } }');
      expect(status).toBe(200);
      expect(data).toEqual({ me: null, assets: { nodes: [{ name: 'shop.public.a' }, { name: 'shop.public.b' }] } });
      expect(errors).toMatchObject([{ path: ['me'], extensions: { code: 'UPSTREAM_UNAVAILABLE', system: 'identity' } }]);
      expect((await other.ask(SIGN_IN, { as: '' })).data.signIn.session.accessToken).toBe('reader');
      const ready = await fetch(`${other.url}/health/ready`);
      expect({ status: ready.status, body: await ready.json() }).toMatchObject({
        status: 200,
        body: { status: 'degraded', parts: { identity: { state: 'down' } } },
      });
    } finally {
      await other.router.stop();
    }
  });
});
