/** The separated shape with lineage in Neo4j: a worker fills it, the subgraph reads from it, and the router says when it is away. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase, createTestDatabase, TEST_ROOT_KEY, type TestDatabase } from '#platform/testing/database.ts';
import { freePort } from '#platform/testing/freePort.ts';
import { useNeo4j } from '#platform/testing/neo4j.ts';
import { startSlowProxy, type SlowProxy } from '#platform/testing/slowProxy.ts';
import { ready, run, type Running } from './separate.ts';

const ADMIN = { ADMIN_EMAIL: 'first@example.org', ADMIN_PASSWORD: 'a password of the processes' };
const PATIENCE = { timeout: 60_000, interval: 100 };
const server = await useNeo4j();

describe.skipIf(server.missing)('processes with Neo4j', { timeout: 120_000 }, () => {
  let database: TestDatabase;
  let source: Awaited<ReturnType<typeof createEmptyDatabase>>;
  let proxy: SlowProxy;
  let url: string;
  let token: string | undefined;
  const processes: Running[] = [];
  const target = { host: new URL(server.url || 'bolt://none').hostname, port: Number(new URL(server.url || 'bolt://none').port) };

  beforeAll(async () => {
    [database, source, proxy] = await Promise.all([createTestDatabase(), createEmptyDatabase(), startSlowProxy(target)]);
    await source.sql.unsafe('create table people (id int); create view everyone as select id from people');
    const shared = { DATABASE_URL: database.location.ownerUrl, SECRET_KEY: Buffer.from(TEST_ROOT_KEY).toString('base64'), ...ADMIN };
    const neo4j = { NEO4J_URL: `bolt://127.0.0.1:${proxy.port}`, NEO4J_USER: server.user, NEO4J_PASSWORD: server.password };
    const [PORT, lineage] = [String(await freePort()), String(await freePort())];
    url = `http://127.0.0.1:${PORT}`;
    processes.push(
      ...(await Promise.all([
        ready(run(['router'], { ...shared, PORT, SUBGRAPH_URLS: `lineage=http://127.0.0.1:${lineage}` })),
        ready(run(['subgraph', 'lineage'], { ...shared, ...neo4j, PORT: lineage })),
        ready(run(['worker'], { ...shared, ...neo4j })),
      ])),
    );
  }, 120_000);
  afterAll(async () => {
    await Promise.all(processes.map((each) => each.stop()));
    await proxy?.stop();
    await Promise.all([database?.drop(), source?.drop()]);
  });

  const ask = async (query: string, variables?: object) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as { data: any; errors?: { extensions: { code: string; system?: string } }[] };
  };
  const health = async () => (await (await fetch(`${url}/health/ready`)).json()) as { status: string; parts: Record<string, object> };

  it('fill it, read from it, and are degraded while it is away', async () => {
    const signedIn = await ask('mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken } } }', {
      input: { email: ADMIN.ADMIN_EMAIL, password: ADMIN.ADMIN_PASSWORD },
    });
    token = signedIn.data.signIn.session.accessToken;
    const { data } = await ask('mutation ($input: RegisterSourceInput!) { registerSource(input: $input) { source { id } } }', {
      input: { name: 'people', connector: 'postgres', config: { url: source.url } },
    });
    await ask('mutation ($id: ID!) { startScan(input: { sourceId: $id }) { run { id } } }', { id: data.registerSource.source.id });
    const upstream = async () => {
      const answer = await ask('{ assets(filter: { kinds: [VIEW] }) { nodes { upstream { nodes { displayName } } } } }');
      return answer.errors?.[0]?.extensions ?? answer.data.assets.nodes[0]?.upstream.nodes;
    };
    await expect.poll(upstream, PATIENCE).toEqual([{ displayName: 'people' }]);
    await expect.poll(async () => (await health()).status, PATIENCE).toBe('ready');
    // It is really asked.
    await proxy.stop();
    await expect.poll(upstream, PATIENCE).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', system: 'Neo4j' });
    expect(await health()).toMatchObject({
      status: 'degraded',
      parts: { lineage: { state: 'degraded', message: expect.stringMatching(/Neo4j.*NEO4J_URL/) } },
    });
    proxy = await startSlowProxy(target, proxy.port);
    await expect.poll(upstream, PATIENCE).toEqual([{ displayName: 'people' }]);
    await expect.poll(async () => (await health()).status, PATIENCE).toBe('ready');
  });
});
