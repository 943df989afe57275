import { exportJWK, generateKeyPair } from 'jose';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRouterTokenSigner, createRouterTokenVerifier, type Caller, type SignRouterToken } from '#platform/auth/routerTokens.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { createSubgraph } from '#platform/graphql/subgraph.ts';
import { newId } from '#platform/ids.ts';
import { currentTrace } from '#platform/trace.ts';
import { createCatalog, createIdentity, createSession, startTestRouter, type TestRouter } from '../testing/router.ts';
import type { HealthChecks } from '../health.ts';
import { checkRemote, createRemoteAnswer } from './client.ts';
import { createSubgraphServer } from './server.ts';

const silent = pino({ level: 'silent' });
const caller: Caller = { viewer: { userId: 'ada', sessionId: null, roles: [] }, requestId: 'request', address: '192.0.2.1' };

async function makeKey() {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const id = newId();
  return { private: { id, jwk: await exportJWK(pair.privateKey) }, public: { id, jwk: await exportJWK(pair.publicKey) } };
}

let key: Awaited<ReturnType<typeof makeKey>>;
let sign: SignRouterToken;
beforeAll(async () => {
  key = await makeKey();
  sign = createRouterTokenSigner(async () => [key.private]);
});

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function startSubgraph(subgraph = createCatalog({}), port = 0, health: HealthChecks = {}) {
  const server = createSubgraphServer({
    subgraph,
    verify: createRouterTokenVerifier(async () => [key.public], subgraph.name),
    health,
    faults: new Set(),
    logger: silent,
    host: '127.0.0.1',
    port,
  });
  const url = await server.start();
  cleanUp.push(server.stop);
  return { ...server, url };
}

describe('a subgraph in its own process', () => {
  it('executes for a router’s token, as whom it names', async () => {
    const seen: RequestContext[] = [];
    const traces: unknown[] = [];
    const subgraph = createSubgraph('catalog', {
      Query: {
        asset(_: unknown, __: unknown, context: RequestContext) {
          seen.push(context);
          traces.push(currentTrace());
          return null;
        },
      },
    });
    const { url } = await startSubgraph(subgraph);
    const answer = createRemoteAnswer({ name: 'catalog', url: new URL(url) }, { sign, faults: new Set(), logger: silent });
    expect(await answer('query ($id: ID!) { asset(id: $id) { id } }', { id: 'a' }, caller)).toEqual({ data: { asset: null } });
    expect(seen).toEqual([{ ...caller, signal: expect.any(AbortSignal) }]);
    expect(traces).toEqual([{ requestId: caller.requestId }]);
  });

  it('executes nothing without a token, with one of another key or audience, or an expired one', async () => {
    let executed = 0;
    const subgraph = createSubgraph('catalog', { Query: { asset: () => (executed++, null) } });
    const { url } = await startSubgraph(subgraph);
    const post = (headers: Record<string, string>) =>
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: '{ asset(id: "a") { id } }' }),
      });
    const other = await makeKey();
    const later = createRouterTokenSigner(
      async () => [key.private],
      () => new Date(Date.now() - 60_000),
    );
    const tokens = [
      await sign('identity', caller),
      await createRouterTokenSigner(async () => [{ ...other.private, id: key.private.id }])('catalog', caller),
      await createRouterTokenSigner(async () => [other.private])('catalog', caller),
      await later('catalog', caller),
      'nonsense',
    ];
    for (const headers of [{}, ...tokens.map((token) => ({ authorization: `Bearer ${token}` }))]) {
      const response = await post(headers as Record<string, string>);
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    }
    expect(executed).toBe(0);
    expect((await post({ authorization: `Bearer ${await sign('catalog', caller)}` })).status).toBe(200);
    expect(executed).toBe(1);
  });

  it('answers other addresses with 404, and its health to anybody', async () => {
    const { url } = await startSubgraph();
    expect((await fetch(`${url}/graphql`)).status).toBe(404);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect(await (await fetch(`${url}/health/ready`)).json()).toEqual({ status: 'ready', parts: {} });
  });

  it('says to routers what it lacks', async () => {
    const checkOf = async (health: HealthChecks) => {
      const { url } = await startSubgraph(createCatalog({}), 0, health);
      return await checkRemote({ name: 'catalog', url: new URL(url) });
    };
    const is = (state: 'ok' | 'starting' | 'down', required: boolean, message?: string) => ({
      required,
      check: () => ({ state, message }),
    });
    expect(await checkOf({ database: is('ok', true), neo4j: is('ok', false) })).toEqual({ state: 'ok' });
    expect(
      await checkOf({ database: is('ok', true), neo4j: is('down', false, 'Neo4j cannot be reached.'), other: is('starting', false) }),
    ).toEqual({
      state: 'degraded',
      message: 'Neo4j cannot be reached. other is starting',
    });
    expect(await checkOf({ database: is('down', true), neo4j: is('down', false) })).toMatchObject({ state: 'down' });
  });
});

describe('a router with a remote subgraph', () => {
  let catalogPort: number;
  let router: TestRouter;
  const hung: RequestContext[] = [];
  const onHang = (context: RequestContext) => void hung.push(context);
  const startCatalog = () => startSubgraph(createCatalog({ onHang }), catalogPort);

  beforeAll(async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    catalogPort = (probe.address() as AddressInfo).port;
    await new Promise((resolve) => probe.close(resolve));
    router = await startTestRouter({
      subgraphs: [createIdentity(), createSession()],
      remote: { subgraphs: [{ name: 'catalog', url: new URL(`http://127.0.0.1:${catalogPort}/graphql`) }], sign },
      deadlineMs: 1_000,
    });
  });
  afterAll(() => router.router.stop());

  it('joins what both own', async () => {
    await startCatalog();
    const { data, errors } = await router.ask('{ me { name } asset(id: "a") { displayName owners { user { name } } } }');
    expect(errors).toBeUndefined();
    expect(data).toEqual({ me: { name: 'reader' }, asset: { displayName: 'a', owners: [{ user: { name: 'reader' } }] } });
  });

  it('passes on codes, details and paths, and hides what is internal', async () => {
    await startCatalog();
    const missing = await router.ask('{ found: asset(id: "missing") { id } me { name } }');
    expect(missing.data).toEqual({ found: null, me: { name: 'reader' } });
    expect(missing.errors).toMatchObject([{ path: ['found'], extensions: { code: 'NOT_FOUND', noun: 'asset' } }]);
    const broken = await router.ask('{ asset(id: "broken") { id } }');
    expect(broken.errors).toMatchObject([
      { path: ['asset'], extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: broken.headers.get('x-request-id') } },
    ]);
    expect(JSON.stringify(broken.errors)).not.toContain('ECONNREFUSED');
  });

  it('serves the rest while it is away, says so once in its log and in its health, and takes it up again', async () => {
    const state = async () => ((await (await fetch(`${router.url}/health/ready`)).json()) as { status: string }).status;
    const query = '{ me { name } asset(id: "a") { id } }';
    const before = router.log.length;
    for (let times = 0; times < 2; times++) {
      const { data, errors, status } = await router.ask(query);
      expect({ data, status }).toEqual({ data: { me: { name: 'reader' }, asset: null }, status: 200 });
      expect(errors).toMatchObject([{ path: ['asset'], extensions: { code: 'UPSTREAM_UNAVAILABLE', system: 'catalog' } }]);
    }
    expect(await state()).toBe('degraded');
    expect(router.log.slice(before).filter((line) => line.includes('the subgraph does not answer'))).toHaveLength(1);
    await startCatalog();
    expect((await router.ask(query)).errors).toBeUndefined();
    expect(await state()).toBe('ready');
  });

  it('is told apart from something else that listens there', async () => {
    const foreign = await startSubgraph(createIdentity(), catalogPort);
    expect((await router.ask('{ asset(id: "a") { id } }')).errors).toMatchObject([
      { message: expect.stringContaining('refuses this router'), extensions: { code: 'UPSTREAM_UNAVAILABLE', system: 'catalog' } },
    ]);
    await foreign.stop();
  });

  it('leaves a sub-query at the operation’s deadline, and the subgraph then does too', async () => {
    await startCatalog();
    const { errors } = await router.ask('{ asset(id: "hang") { id } }');
    expect(errors).toMatchObject([{ extensions: { code: 'TIMEOUT' } }]);
    await expect.poll(() => hung.at(-1)?.signal?.aborted).toBe(true);
  });
});

it('waits for a subgraph no longer than the sub-query’s own time', async () => {
  const { url } = await startSubgraph();
  const deps = { sign, faults: new Set<string>(), logger: silent, timeoutMs: 50 };
  const answer = createRemoteAnswer({ name: 'catalog', url: new URL(url) }, deps);
  const { data, errors } = await answer('{ one: asset(id: "hang") { id } }', undefined, caller);
  expect(data).toBeNull();
  expect(errors).toMatchObject([
    { message: expect.stringContaining('did not answer within 0.05 s'), path: ['one'], extensions: { code: 'UPSTREAM_UNAVAILABLE' } },
  ]);
});

it('a client that leaves its router leaves the subgraph, too, long before any deadline', async () => {
  const hung: RequestContext[] = [];
  const { url } = await startSubgraph(createCatalog({ onHang: (context) => void hung.push(context) }));
  const { router, post } = await startTestRouter({
    subgraphs: [createIdentity(), createSession()],
    remote: { subgraphs: [{ name: 'catalog', url: new URL(url) }], sign },
  });
  cleanUp.push(() => router.stop());
  const controller = new AbortController();
  const asked = post({ query: '{ asset(id: "hang") { id } }' }, { authorization: 'Bearer reader' }, controller.signal);
  await expect.poll(() => hung, { timeout: 10_000 }).toHaveLength(1);
  expect(hung[0]!.signal!.aborted).toBe(false);
  controller.abort();
  await expect(asked).rejects.toThrow();
  await expect.poll(() => hung[0]!.signal!.aborted, { timeout: 10_000 }).toBe(true);
});

it('asks again over the connection that it has', async () => {
  const connections = new Set<unknown>();
  const server = createHttpServer((request, response) => {
    connections.add(request.socket);
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end('{"data":{"asset":null}}'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.push(async () => server.close().closeAllConnections());
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const answer = createRemoteAnswer({ name: 'catalog', url }, { sign, faults: new Set(), logger: silent });
  for (let times = 0; times < 5; times++) expect(await answer('{ asset(id: "a") { id } }', {}, caller)).toEqual({ data: { asset: null } });
  expect(connections.size).toBe(1);
});
