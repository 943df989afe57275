/** Whatever becomes of Neo4j, the product serves everything else, says what to check, and catches up by itself. The server is a real one, and really killed. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createEmptyDatabase, TEST_ROOT_KEY } from '#platform/testing/database.ts';
import { useOwnNeo4j } from '#platform/testing/neo4j.ts';
import { startSlowProxy, type SlowProxy } from '#platform/testing/slowProxy.ts';
import { readLineage } from '#subgraphs/lineage/domain/lineage.ts';
import { connectNeo4j, type Neo4j } from '#subgraphs/lineage/graph/neo4j/connection.ts';
import { listGenerations } from '#subgraphs/lineage/graph/neo4j/generations.ts';
import { createPostgresGraph } from '#subgraphs/lineage/graph/postgres.ts';
import { createWorld, type World } from './world.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Servers start anew, on machines that are busy with other tests. */
const LONG_MS = 300_000;
const PATIENCE = { timeout: 120_000, interval: 100 };
const LINEAGE = `query ($id: ID!) {
  lineage(assetId: $id, direction: BOTH, depth: 20, maxNodes: 2000) { rootId truncated nodes { id depth unexpanded } edges { from to kind origin validFrom validTo } } }`;

const server = await useOwnNeo4j();

describe.skipIf(server.missing)('with Neo4j', { timeout: LONG_MS }, () => {
  let world: World;
  let source: Awaited<ReturnType<typeof createEmptyDatabase>>;
  let sourceId: string;
  let rootId: string;
  let proxy: SlowProxy;
  let neo4j: Neo4j;
  const printed: string[] = [];

  beforeAll(async () => {
    const { hostname, port } = new URL(server.url);
    proxy = await startSlowProxy({ host: hostname, port: Number(port) });
    neo4j = connectNeo4j(server);
    source = await createEmptyDatabase();
    await source.sql.unsafe(`
      create table orders (id int, customer int); create table customers (id int, email text);
      create view clean_orders as select id, customer from orders;
      create view report as select o.id, c.email from clean_orders o join customers c on c.id = o.customer;
      create view top as select email, count(*) from report group by email`);
    await server.stop();
    world = await createWorld({ environment: loginBy(proxy.port), logged: printed });
  }, LONG_MS);
  afterAll(async () => {
    await world?.stop();
    await neo4j?.close();
    await proxy?.stop();
    await source?.drop();
  });

  const loginBy = (port: number) => ({ NEO4J_URL: `bolt://127.0.0.1:${port}`, NEO4J_USER: server.user, NEO4J_PASSWORD: server.password });
  const readiness = async (url = world.url) => {
    const response = await fetch(`${url}/health/ready`);
    return {
      code: response.status,
      ...((await response.json()) as { status: string; parts: Record<string, { state: string; message?: string }> }),
    };
  };
  const ask = () => world.ask(LINEAGE, { id: rootId });
  /** As the facts have it. */
  const expected = async () => {
    const request = { rootId, level: 'ASSET', direction: 'BOTH', depth: 20, maxNodes: 2_000, asOf: null } as const;
    const { nodes, edges } = (await readLineage(createPostgresGraph(world.owner), 'all', request))!;
    return {
      nodes: nodes.map(({ id, depth }) => `${id} ${depth}`),
      edges: edges.map(({ fromId, toId, validFrom }) => `${fromId} ${toId} ${validFrom.toISOString()}`),
    };
  };
  const answered = async () => {
    const { data, errors } = await ask();
    if (errors) return errors[0]!.extensions.code as string;
    const { nodes, edges } = data.lineage as {
      nodes: { id: string; depth: number }[];
      edges: { from: string; to: string; validFrom: string }[];
    };
    return {
      nodes: nodes.map(({ id, depth }) => `${id} ${depth}`),
      edges: edges.map(({ from, to, validFrom }) => `${from} ${to} ${validFrom}`),
    };
  };
  const isReady = () => expect.poll(async () => (await readiness()).status, PATIENCE).toBe('ready');
  const isAway = async (check: RegExp): Promise<void> => {
    const { errors } = await ask();
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE', system: 'Neo4j', check: expect.stringMatching(check) } }]);
    expect(await readiness()).toMatchObject({
      code: 200,
      status: 'degraded',
      parts: { neo4j: { state: 'down', message: expect.stringMatching(check) } },
    });
    const { data, errors: others } = await world.ask(
      '{ assets(first: 2) { nodes { id name upstream { nodes { id } } } } policies { nodes { id } } me { id } }',
    );
    expect(data).toMatchObject({ assets: { nodes: [{ name: expect.any(String) }, {}] }, policies: {}, me: { id: expect.any(String) } });
    expect(new Set(others!.map(({ path }) => path!.at(-1)))).toEqual(new Set(['upstream']));
  };
  /** As an operator does, in a process of its own. */
  const pursight = (...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const url = new URL(inject('postgres').url);
      url.pathname = `/${world.database}`;
      const child = spawn(process.execPath, ['cli/index.ts', ...args], {
        cwd: ROOT,
        env: {
          PATH: process.env.PATH,
          DATABASE_URL: url.href,
          SECRET_KEY: Buffer.from(TEST_ROOT_KEY).toString('base64'),
          ...loginBy(proxy.port),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (chunk) => (stdout += chunk));
      child.stderr.on('data', (chunk) => (stderr += chunk));
      child.once('close', (code) => resolve({ code, stdout, stderr }));
    });
  const noDrift = async (): Promise<void> => {
    const { code, stdout, stderr } = await pursight('drift', 'lineage');
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^0 differences \(\d+ assets, \d+ columns, \d+ flows compared\)\.\n$/),
      stderr: '',
    });
  };

  it('absent at the start: everything else is served, and what happened meanwhile is there once it comes', async () => {
    expect(await readiness()).toMatchObject({ code: 200, status: 'degraded' });
    sourceId = (await world.addSource('shop', { url: source.url })).id;
    expect(await world.scan(sourceId)).toMatchObject({ status: 'COMPLETED' });
    const { assets } = await world.admin('{ assets(filter: { kinds: [VIEW] }) { nodes { id displayName } } }');
    rootId = assets.nodes.find(({ displayName }: { displayName: string }) => displayName === 'report').id;
    await isAway(/NEO4J_URL/);
    expect(await pursight('drift', 'lineage')).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('NEO4J_URL') });
    await server.start({ empty: true });
    await isReady();
    const lineage = await expected();
    expect(lineage.nodes).toHaveLength(5);
    expect(await answered()).toEqual(lineage);
    await noDrift();
  });
});
