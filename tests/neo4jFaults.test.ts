/** Whatever becomes of Neo4j, the product serves everything else, says what to check, and catches up by itself. The server is a real one, and really killed. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { findPort } from '#platform/database/embeddedServer.ts';
import { createEmptyDatabase, TEST_ROOT_KEY } from '#platform/testing/database.ts';
import { useOwnNeo4j } from '#platform/testing/neo4j.ts';
import { startSlowProxy, type SlowProxy } from '#platform/testing/slowProxy.ts';
import { readLineage } from '#subgraphs/lineage/domain/lineage.ts';
import { connectNeo4j, type Neo4j } from '#subgraphs/lineage/graph/neo4j/connection.ts';
import { listGenerations } from '#subgraphs/lineage/graph/neo4j/generations.ts';
import { createPostgresGraph } from '#subgraphs/lineage/graph/postgres.ts';
import { countBehind, readHead, type Positions } from '#subgraphs/lineage/store/changes.ts';
import { createWorld, type World } from './world.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Servers start anew, on machines that are busy with other tests. */
const LONG_MS = 300_000;
const PATIENCE = { timeout: 120_000, interval: 100 };
const LINEAGE = `query ($id: ID!) {
  lineage(assetId: $id, direction: BOTH, depth: 20, maxNodes: 50) { rootId truncated nodes { id depth unexpanded } edges { from to kind origin validFrom validTo } } }`;

const server = await useOwnNeo4j();

describe.skipIf(server.missing)('with Neo4j', { timeout: LONG_MS }, () => {
  let world: World;
  let source: Awaited<ReturnType<typeof createEmptyDatabase>>;
  let sourceId: string;
  let rootId: string;
  /** On which the product knows the server: of the way to it, which is not there at first. */
  let port: number;
  let proxy: SlowProxy | undefined;
  let neo4j: Neo4j;
  const printed: string[] = [];

  beforeAll(async () => {
    port = await findPort();
    neo4j = connectNeo4j(server);
    source = await createEmptyDatabase();
    await source.sql.unsafe(`
      create table orders (id int, customer int); create table customers (id int, email text);
      create view clean_orders as select id, customer from orders;
      create view report as select o.id, c.email from clean_orders o join customers c on c.id = o.customer;
      create view top as select email, count(*) from report group by email`);
    world = await createWorld({ environment: loginBy(port), logged: printed });
  }, LONG_MS);
  afterAll(async () => {
    await world?.stop();
    await neo4j?.close();
    await proxy?.stop();
    await source?.drop();
  });

  const loginBy = (way: number) => ({ NEO4J_URL: `bolt://127.0.0.1:${way}`, NEO4J_USER: server.user, NEO4J_PASSWORD: server.password });
  const openWay = async (): Promise<void> => {
    const { hostname, port: serverPort } = new URL(server.url);
    proxy = await startSlowProxy({ host: hostname, port: Number(serverPort) }, port);
  };
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
    const request = { rootId, level: 'ASSET', direction: 'BOTH', depth: 20, maxNodes: 50, asOf: null } as const;
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
          ...loginBy(port),
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
      stdout: expect.stringMatching(/^0 differences \(\d+ assets, \d+ columns, \d+ jobs, \d+ runs, \d+ flows compared\)\.\n$/),
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
    await openWay();
    await isReady();
    const lineage = await expected();
    expect(lineage.nodes).toHaveLength(5);
    expect(await answered()).toEqual(lineage);
    expect(await (await fetch(`${world.url}/metrics`)).text()).toMatch(/^pursight_consumer_lag_events\{consumer="lineage\.neo4j"\} \d+$/m);
    await noDrift();
  });

  /** Rows of facts by the plainest means, to be many, beside those of the source. */
  const writeMany = (assets: number, flows: number): Promise<unknown> =>
    world.owner.begin(async (tx) => {
      const [head] = await tx<{ revision: number }[]>`update lineage.head set revision = revision + 1 returning revision`;
      const { revision } = head!;
      await tx`
        insert into lineage.assets (asset_id, access_class, namespace, name, seq, revision)
        select gen_random_uuid(), 1, 'many', 'n' || n, 0, ${revision} from generate_series(1, ${assets}::int) n`;
      await tx`
        insert into lineage.jobs (job_id, namespace, name, revision) select gen_random_uuid(), 'many', 'job ' || n, ${revision} from generate_series(1, 10) n`;
      await tx`
        insert into lineage.runs (id, job_id, run_id, state, started_at, begun_at, revision)
        select gen_random_uuid(), job_id, gen_random_uuid(), 'COMPLETED', now(), now(), ${revision}
        from lineage.jobs, generate_series(1, 50) where revision = ${revision}`;
      await tx`
        insert into lineage.edges (from_id, to_id, kind, origin, job_id, run_id, valid_from, revision)
        select a.id, b.id, 'TABLE', 'EVENT', r.job_id, r.id, now(), ${revision}
        from generate_series(1, ${flows}::int) f
        join (select id, job_id, row_number() over (order by id) as n from lineage.runs where revision = ${revision}) r on r.n = 1 + f % 500
        join (select asset_id as id, row_number() over (order by asset_id) as n from lineage.assets where revision = ${revision}) a
          on a.n = 1 + f % ${assets}
        join (select asset_id as id, row_number() over (order by asset_id desc) as n from lineage.assets where revision = ${revision}) b
          on b.n = 1 + (f * 31 + f / ${assets}) % ${assets} and a.id <> b.id
        on conflict do nothing`;
    });
  const positionOf = ({ assets, columns, jobs, runs, edges }: Positions): string => JSON.stringify([assets, columns, jobs, runs, edges]);

  it('killed while it is filled, and again: nothing is lost and nothing is there twice', async () => {
    for (const round of [1, 2]) {
      const before = positionOf((await listGenerations(neo4j))[0]!);
      // Two pages, each of several statements.
      delayBy(100);
      await writeMany(2_000, 5_000);
      await expect.poll(async () => positionOf((await listGenerations(neo4j))[0]!), PATIENCE).not.toBe(before);
      delayBy(1_000);
      const { revision } = await readHead(world.owner);
      expect(await countBehind(world.owner, (await listGenerations(neo4j))[0]!, revision, 1)).toBe(1);
      await server.kill();
      delayBy(0);
      await isAway(/NEO4J_URL/);
      // What happens now is told later.
      await source.sql.unsafe(`create view later_${round} as select id from report`);
      expect(await world.scan(sourceId)).toMatchObject({ status: 'COMPLETED' });
      await server.start();
    }
    await expect.poll(() => noDrift().then(() => 'none', String), PATIENCE).toBe('none');
    const lineage = await expected();
    expect(lineage.nodes).toHaveLength(7);
    expect(await answered()).toEqual(lineage);
    await isReady();
  });

  /** Reads on and on while work goes on. Gives each different answer. */
  async function readDuring(work: () => Promise<void>): Promise<{ answers: Set<string>; reads: number }> {
    const answers = new Set<string>();
    let reads = 0;
    let isOver = false;
    const reading = Promise.all(
      [1, 2].map(async () => {
        // No more than a viewer is allowed, also where nothing is waited for.
        for (; !isOver; reads++, await sleep(100)) answers.add(JSON.stringify(await answered()));
      }),
    );
    await Promise.all([work().finally(() => (isOver = true)), reading]);
    return { answers, reads };
  }

  it('started again without its data: answers come from PostgreSQL until it has them, and are never wrong', async () => {
    const lineage = await expected();
    const messages = new Set<string>();
    const { answers } = await readDuring(async () => {
      await server.kill();
      await isAway(/NEO4J_URL/);
      // An empty one does not know the password at first.
      await proxy!.stop();
      await server.start({ empty: true });
      await openWay();
      await expect
        .poll(async () => {
          const { status, code, parts } = await readiness();
          expect(code).toBe(200);
          messages.add(parts.neo4j?.message ?? '');
          return status;
        }, PATIENCE)
        .toBe('ready');
    });
    expect(answers).toEqual(new Set([JSON.stringify('UPSTREAM_UNAVAILABLE'), JSON.stringify(lineage)]));
    expect([...messages].join()).toMatch(/is being filled/);
    await noDrift();
  });

  it('emptied by hand and rebuilt: reads go on and are never wrong', async () => {
    const lineage = await expected();
    const { answers, reads } = await readDuring(async () => {
      for (let round = 0; round < 2; round++) {
        await neo4j.write((work) => work('MATCH (n) DETACH DELETE n'));
        const { code, stdout, stderr } = await pursight('rebuild', 'lineage');
        expect({ code, stdout, stderr }).toEqual({
          code: 0,
          stdout: expect.stringMatching(/^Neo4j was filled anew with \d+ rows of lineage/),
          stderr: '',
        });
      }
    });
    expect([...answers]).toEqual([JSON.stringify(lineage)]);
    expect(reads).toBeGreaterThan(10);
    await noDrift();
    // A serving one, and no other.
    await expect.poll(async () => (await listGenerations(neo4j)).map(({ isServing }) => isServing), PATIENCE).toEqual([true]);
  });

  /** Of each word to Neo4j and from it. */
  const delayBy = (ms: number): void => void (proxy!.delayMs = ms);
  afterEach(() => delayBy(0));

  it('slow: what takes too long is given up, and no longer than while it is slow', async () => {
    delayBy(30);
    expect(await answered()).toEqual(await expected());
    delayBy(60_000);
    await expect.poll(answered, PATIENCE).toBe('UPSTREAM_UNAVAILABLE');
    await isAway(/NEO4J_URL/);
    // Nobody waits for what was found to be away a moment ago.
    const many = await Promise.all(Array.from({ length: 50 }, answered));
    expect(new Set(many)).toEqual(new Set(['UPSTREAM_UNAVAILABLE']));
    await source.sql.unsafe('create view slowly as select id from report');
    expect(await world.scan(sourceId)).toMatchObject({ status: 'COMPLETED' });
    delayBy(0);
    await isReady();
    // The feed may still be writing what is expected.
    await expect
      .poll(async () => [await answered(), await expected()], PATIENCE)
      .toSatisfy(([found, wanted]) => isDeepStrictEqual(found, wanted));
    await noDrift();
  });

  it('with another password: the product starts, says what to check, and tells nobody the password', async () => {
    const password = 'not the password of this server';
    const lines: string[] = [];
    const other = await createWorld({ environment: { ...loginBy(port), NEO4J_PASSWORD: password }, logged: lines });
    try {
      await expect
        .poll(async () => (await readiness(other.url)).parts.neo4j, PATIENCE)
        .toMatchObject({ state: 'down', message: expect.stringContaining('NEO4J_PASSWORD') });
      const { errors } = await other.ask('{ lineage(assetId: "01a2089a-c0bc-7027-a923-516304c43f19", direction: BOTH) { rootId } }');
      expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE', check: expect.stringContaining('NEO4J_PASSWORD') } }]);
      expect(JSON.stringify([lines, errors, await readiness(other.url)])).not.toContain(password);
    } finally {
      await other.stop();
    }
    expect(printed.join('')).not.toContain(server.password);
  });
});
