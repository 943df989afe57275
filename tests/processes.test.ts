/** The separated shape: router, subgraphs and worker as processes of their own, as their commands start them, spoken to over HTTP only. */
import { createHash } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRouterKeys } from '#platform/auth/routerKeys.ts';
import { createRouterTokenSigner, type Caller } from '#platform/auth/routerTokens.ts';
import { createEmptyDatabase, createTestDatabase, TEST_ROOT_KEY, type TestDatabase } from '#platform/testing/database.ts';
import { freePort } from '#platform/testing/freePort.ts';
import { ready, run, START_MS, type Running } from './separate.ts';

const PASSWORD = 'a password of the processes';
const EMAIL = 'first@example.org';

describe('router, subgraphs and worker as processes of their own', { timeout: 60_000 }, () => {
  let database: TestDatabase;
  let source: Awaited<ReturnType<typeof createEmptyDatabase>>;
  let shared: Record<string, string>;
  const urls = { router: '', catalog: '', policy: '', lineage: '', identity: '', worker: '' };
  const processes: Partial<Record<keyof typeof urls, Running>> = {};
  let token: string | undefined;

  const startSubgraph = async (name: 'catalog' | 'policy' | 'lineage' | 'identity'): Promise<void> => {
    const others = {
      policy: `catalog=${urls.catalog}`,
      lineage: `catalog=${urls.catalog},identity=${urls.identity}`,
      catalog: '',
      identity: '',
    };
    const env = { ...shared, PORT: new URL(urls[name]).port, ADMIN_EMAIL: EMAIL, ADMIN_PASSWORD: PASSWORD, SUBGRAPH_URLS: others[name] };
    processes[name] = await ready(run(['subgraph', name], env));
  };
  const ask = async (query: string, variables?: object): Promise<{ data: any; errors?: any[] }> => {
    const response = await fetch(`${urls.router}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as { data: any; errors?: any[] };
  };
  const signIn = async (): Promise<string> => {
    const { data } = await ask('mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken } } }', {
      input: { email: EMAIL, password: PASSWORD },
    });
    return data.signIn.session.accessToken;
  };
  const readiness = async (address: string) => {
    const response = await fetch(`${address}/health/ready`);
    return { code: response.status, ...((await response.json()) as { status: string; parts: Record<string, { state: string }> }) };
  };

  beforeAll(async () => {
    [database, source] = await Promise.all([createTestDatabase(), createEmptyDatabase()]);
    await source.sql.unsafe('create table people (id int primary key, email text); create view everyone as select id from people');
    for (const name of Object.keys(urls) as (keyof typeof urls)[]) urls[name] = `http://127.0.0.1:${await freePort()}`;
    shared = { DATABASE_URL: database.location.ownerUrl, SECRET_KEY: Buffer.from(TEST_ROOT_KEY).toString('base64') };
    const SUBGRAPH_URLS = `catalog=${urls.catalog},policy=${urls.policy},lineage=${urls.lineage},identity=${urls.identity}/graphql`;
    // All at once, on a database that none has prepared, as an orchestrator does.
    const [router, worker] = await Promise.all([
      ready(run(['router'], { ...shared, PORT: new URL(urls.router).port, SUBGRAPH_URLS })),
      ready(run(['worker'], { ...shared, WORKER_PORT: new URL(urls.worker).port })),
      startSubgraph('catalog'),
      startSubgraph('policy'),
      startSubgraph('lineage'),
      startSubgraph('identity'),
    ]);
    Object.assign(processes, { router, worker });
    token = await signIn();
  }, START_MS);
  afterAll(async () => {
    await Promise.all(Object.values(processes).map((running) => running.stop()));
    await source?.drop();
    await database?.drop();
  });

  it('are all ready, and the router says so of each', async () => {
    for (const name of ['catalog', 'policy', 'lineage', 'identity', 'worker'] as const) {
      expect(await readiness(urls[name])).toEqual({ code: 200, status: 'ready', parts: { database: { state: 'ok' } } });
    }
    const ok = { state: 'ok' };
    const parts = { gateway: ok, database: ok, catalog: ok, policy: ok, lineage: ok, identity: ok, session: ok };
    expect(await readiness(urls.router)).toEqual({ code: 200, status: 'ready', parts });
  });

  it('make one first administrator between them, whose password no other process prints', () => {
    const told = Object.entries(processes).filter(([, running]) => running.output().includes('First administrator'));
    expect(told.map(([name]) => name)).toEqual(['identity']);
    for (const running of Object.values(processes)) expect(running.output()).not.toContain(PASSWORD);
  });

  it('run the rest of an operation as who has just signed in', async () => {
    const { data, errors } = await ask(
      'mutation ($input: SignInInput!) { signIn(input: $input) { session { user { name roles { role } } } } }',
      { input: { email: EMAIL, password: PASSWORD } },
    );
    expect(errors).toBeUndefined();
    expect(data.signIn.session.user).toEqual({ name: 'Administrator', roles: [{ role: 'ADMIN' }] });
  });

  it('scan a source in the worker, and join what catalog and identity own', async () => {
    const config = { url: source.url };
    const registered = await ask('mutation ($input: RegisterSourceInput!) { registerSource(input: $input) { source { id name } } }', {
      input: { name: 'small', connector: 'postgres', config },
    });
    const { id } = registered.data.registerSource.source;
    await ask('mutation ($id: ID!) { startScan(input: { sourceId: $id }) { run { id } } }', { id });
    const lastRun = async () =>
      (await ask('query ($id: ID!) { source(id: $id) { lastRun { status added } } }', { id })).data.source.lastRun;
    await expect.poll(lastRun, { timeout: 20_000 }).toEqual({ status: 'COMPLETED', added: 4 });

    const me = (await ask('{ me { id } }')).data.me.id;
    const people = (await ask('{ assets(filter: { namePrefix: "", kinds: [TABLE] }) { nodes { id version } } }')).data.assets.nodes[0];
    const changed = await ask(
      'mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { asset { owners { role user { name email } } } } }',
      { input: { id: people.id, version: people.version, owners: [{ userId: me, role: 'OWNER' }] } },
    );
    expect(changed.errors).toBeUndefined();
    const { data, errors } = await ask(
      '{ assets(filter: { kinds: [TABLE, VIEW] }) { nodes { displayName owners { user { name email } } } } }',
    );
    expect(errors).toBeUndefined();
    expect(data.assets.nodes).toEqual([
      { displayName: 'everyone', owners: [] },
      { displayName: 'people', owners: [{ user: { name: 'Administrator', email: EMAIL } }] },
    ]);
    // The worker gave the events of the others their numbers.
    const types = async () => {
      const { edges } = (await ask('{ events(first: 50) { edges { node { type actor { name } } } } }')).data.events;
      return edges.map(({ node }: any) => node.type);
    };
    await expect.poll(types).toEqual(expect.arrayContaining(['identity.signedIn', 'source.registered', 'scan.completed', 'asset.updated']));
  });

  it('ask one another as who asked them: columns that a person declares lineage of are named by the catalog', async () => {
    const { data } = await ask('{ assets(filter: { kinds: [TABLE, VIEW] }) { nodes { displayName columns { nodes { id name } } } } }');
    const [everyone, people] = data.assets.nodes;
    const [from, to] = [people.columns.nodes[0], everyone.columns.nodes[0]];
    const declared = await ask(
      'mutation ($input: DeclareLineageInput!) { declareLineage(input: $input) { edge { from to kind declaration { by { email } } } } }',
      { input: { from: from.id, to: to.id, reason: 'As its SQL says' } },
    );
    expect(declared.errors).toBeUndefined();
    const edge = { from: from.id, to: to.id, kind: 'COLUMN', declaration: { by: { email: EMAIL } } };
    expect(declared.data.declareLineage).toEqual({ edge });
    const found = await ask('query ($id: ID!) { column(id: $id) { upstream { nodes { id name } } } }', { id: to.id });
    expect(found).toEqual({ data: { column: { upstream: { nodes: [from] } } } });
    const types = async () => (await ask('{ events(types: ["lineage.*"]) { nodes { type } } }')).data.events.nodes;
    await expect.poll(types).toEqual([{ type: 'lineage.changed' }]);
  });

  it('ask catalog what a change reaches, and identity who is in the teams that own it', async () => {
    const { me, assets } = (await ask('{ me { id } assets(filter: { kinds: [TABLE, VIEW] }) { nodes { id version } } }')).data;
    const [everyone, people] = assets.nodes;
    const made = await ask('mutation ($input: CreateTeamInput!) { createTeam(input: $input) { team { id } } }', {
      input: { name: 'Analysts', memberIds: [me.id] },
    });
    await ask('mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { cursor } }', {
      input: { id: everyone.id, version: everyone.version, owners: [{ teamId: made.data.createTeam.team.id, role: 'OWNER' }] },
    });
    const query = `query ($id: ID!) {
      impact(assetId: $id) { totalCount byKind { kind count } byOwner { team { name } count } peopleToTell { email } } }`;
    await expect
      .poll(async () => await ask(query, { id: people.id }), { timeout: 10_000 })
      .toEqual({
        data: {
          impact: {
            totalCount: 1,
            byKind: [{ kind: 'VIEW', count: 1 }],
            byOwner: [{ team: { name: 'Analysts' }, count: 1 }],
            peopleToTell: [{ email: EMAIL }],
          },
        },
      });
  });

  it('take what runs of jobs tell, however much it is', async () => {
    const { nodes } = (await ask('{ assets(filter: { kinds: [TABLE, VIEW] }) { nodes { id namespace name } } }')).data.assets;
    const [everyone, people] = nodes.map(({ namespace, name }: any) => ({ namespace, name }));
    const send = (event: object) =>
      fetch(`${urls.router}/api/v1/lineage`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ eventTime: new Date().toISOString(), job: { namespace: 'airflow', name: 'nightly' }, ...event }),
      });
    const fields = Array.from({ length: 30_000 }, (_, index) => ({
      name: `column ${index}`,
      type: 'string',
      description: 'x'.repeat(200),
    }));
    const response = await send({ inputs: [people], outputs: [{ ...everyone, facets: { schema: { fields } } }] });
    expect([response.status, await response.json()]).toEqual([201, {}]);
    const { lineage } = (
      await ask('query ($id: ID!) { lineage(assetId: $id, direction: UPSTREAM, depth: 1) { edges { from to origin job { name } } } }', {
        id: nodes[0].id,
      })
    ).data;
    expect(lineage.edges).toContainEqual({ from: nodes[1].id, to: nodes[0].id, origin: 'EVENT', job: { name: 'nightly' } });
    const refused = await send({ run: { runId: 'mine' } });
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'BAD_USER_INPUT', field: 'run.runId' } }] },
    ]);
  });

  it('hand the id of a request on to the events that another process appends', async () => {
    const ids = await database.owner<{ type: string; id: string | null }[]>`
      select type, attributes ->> 'requestId' as id from events.log where type in ('source.registered', 'identity.signedIn', 'scan.started')`;
    for (const type of ['source.registered', 'identity.signedIn']) {
      expect(ids.find((event) => event.type === type)).toEqual({ type, id: expect.stringMatching(/^[\w-]{36}$/) });
    }
    expect(ids.find(({ type }) => type === 'scan.started')?.id).toBeNull();
  });

  it('tell in the worker how scans and consumers fare, to administrators and on the loopback', async () => {
    const metrics = async (headers: Record<string, string> = {}) => await fetch(`${urls.worker}/metrics`, { headers });
    const text = await (await metrics({ authorization: `Bearer ${token}` })).text();
    expect(text).toContain('pursight_scan_duration_seconds_count{status="COMPLETED"} 1\n');
    expect(text).toMatch(/^pursight_events_lag_seconds [\d.]+$/m);
    expect(text).toContain('pursight_dead_letters{consumer="catalog.search"} 0\n');
    expect((await metrics()).status).toBe(200);
    expect((await metrics({ 'x-forwarded-for': '203.0.113.9' })).status).toBe(403);
    expect((await metrics({ authorization: 'Bearer x' })).status).toBe(403);
    const ofRouter = await (await fetch(`${urls.router}/metrics`)).text();
    expect(ofRouter).toContain('pursight_graphql_operation_duration_seconds_count{operation="anonymous"}');
    expect(ofRouter).not.toContain('pursight_events_lag_seconds');
  });

  it('pass on refusals with their code, field and version', async () => {
    const { data } = await ask('{ assets(filter: { kinds: [TABLE] }) { nodes { id version } } }');
    const [{ id, version }] = data.assets.nodes;
    const stale = await ask('mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { asset { id } } }', {
      input: { id, version: version - 1, description: 'late' },
    });
    expect(stale.errors).toMatchObject([{ path: ['updateAsset'], extensions: { code: 'CONFLICT', currentVersion: version } }]);
  });

  it('answer nobody but a router', async () => {
    const router = database.connect('router');
    const [key] = await loadRouterKeys(router, TEST_ROOT_KEY);
    const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const foreignKey = { id: key!.id, jwk: await exportJWK(pair.privateKey) };
    const [user] = await database.owner<{ id: string }[]>`select id from identity.users`;
    const viewer = { userId: user!.id, sessionId: null, roles: [{ role: 'ADMIN', sourceId: null, domainId: null }] } as const;
    const caller: Caller = { viewer, requestId: 'a-request', address: '192.0.2.1' };
    const sign = createRouterTokenSigner(async () => [key!]);
    const post = (bearer: string | undefined) =>
      fetch(`${urls.catalog}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(bearer && { authorization: `Bearer ${bearer}` }) },
        body: JSON.stringify({ query: 'mutation ($id: ID!) { removeSource(input: { id: $id }) { removedId } }' }),
      });
    const unsigned = [
      { alg: 'none', kid: key!.id },
      { iss: 'pursight-router', aud: 'catalog', exp: Date.now() / 1000 + 30, ...caller },
    ]
      .map((each) => Buffer.from(JSON.stringify(each)).toString('base64url'))
      .join('.');
    const refused = {
      none: undefined,
      unsigned: `${unsigned}.`,
      'an access token': token,
      'of another key': await createRouterTokenSigner(async () => [foreignKey])('catalog', caller),
      'for another subgraph': await sign('identity', caller),
      expired: await createRouterTokenSigner(
        async () => [key!],
        () => new Date(Date.now() - 60_000),
      )('catalog', caller),
    };
    for (const [title, bearer] of Object.entries(refused)) {
      const response = await post(bearer);
      expect(response.status, title).toBe(401);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    }
    const response = await fetch(`${urls.catalog}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await sign('catalog', caller)}` },
      body: JSON.stringify({ query: '{ sources { nodes { name } } }' }),
    });
    expect(await response.json()).toEqual({ data: { sources: { nodes: [{ name: 'small' }] } } });
  });

  it('serve what is left while one is stopped, and all again when it is back', async () => {
    const query = '{ me { name } assets(filter: { kinds: [TABLE] }) { nodes { displayName owners { role user { name } } } } }';
    expect(await processes.identity!.stop()).toBe(0);
    const { data, errors } = await ask(query);
    expect(data.me).toBeNull();
    expect(data.assets.nodes).toMatchObject([{ displayName: 'people' }]);
    expect(errors!.map(({ extensions }) => [extensions.code, extensions.system])).toEqual(
      errors!.map(() => ['UPSTREAM_UNAVAILABLE', 'identity']),
    );
    expect(errors).toContainEqual(expect.objectContaining({ path: ['me'] }));
    expect(await readiness(urls.router)).toMatchObject({ code: 200, status: 'degraded', parts: { identity: { state: 'down' } } });
    token = undefined;
    token = await signIn(); // sessions are the router's own

    await startSubgraph('identity');
    expect(await ask(query)).toEqual({
      data: {
        me: { name: 'Administrator' },
        assets: { nodes: [{ displayName: 'people', owners: [{ role: 'OWNER', user: { name: 'Administrator' } }] }] },
      },
    });
  });

  it('tell lineage of columns while catalog is stopped, by ids that hold afterwards, too', async () => {
    const { data } = await ask('{ assets(filter: { kinds: [VIEW] }) { nodes { id columns { nodes { id } } } } }');
    const [view] = data.assets.nodes;
    const query = `query ($id: ID!) { lineage(assetId: $id, direction: UPSTREAM, level: COLUMN) {
      nodes { id depth column { name } } edges { from to origin } } }`;
    expect(await processes.catalog!.stop()).toBe(0);
    const away = await ask(query, { id: view.id });
    const [own, other] = away.data.lineage.nodes;
    expect([own.depth, own.column, other.depth]).toEqual([0, null, 1]);
    expect(away.data.lineage.edges).toEqual(expect.arrayContaining([{ from: other.id, to: own.id, origin: 'DECLARED' }]));
    expect(new Set(away.errors!.map(({ extensions }) => extensions.code))).toEqual(new Set(['UPSTREAM_UNAVAILABLE']));

    await startSubgraph('catalog');
    const there = await ask(query, { id: view.id });
    expect(there.errors).toBeUndefined();
    expect(there.data.lineage.nodes[0].id).toBe(view.columns.nodes[0].id);
    const impact = await ask('query ($id: ID!) { impact(columnId: $id) { totalCount } }', { id: other.id });
    expect(impact).toEqual({ data: { impact: { totalCount: 1 } } });
  });

  it('refuse to start with a sentence when they cannot work', async () => {
    const otherKey = createHash('sha256').update('another root key').digest('base64');
    const cases: [string[], Record<string, string>, string][] = [
      [['subgraph', 'catalog'], {}, 'Set DATABASE_URL and SECRET_KEY'],
      [['subgraph', 'stocks'], shared, 'There are: catalog, policy, lineage, identity.'],
      [['worker'], { ...shared, SECRET_KEY: otherKey }, 'SECRET_KEY is not the root key that this database was made with'],
      [['router'], { ...shared, SUBGRAPH_URLS: 'stocks=http://127.0.0.1:9' }, 'SUBGRAPH_URLS names stocks'],
    ];
    await Promise.all(
      cases.map(async ([words, env, sentence]) => {
        const refused = run(words, env);
        expect(await refused.ended, refused.output()).toBe(1);
        expect(refused.output().trim().split('\n')).toEqual([expect.stringContaining(sentence)]);
      }),
    );
    // The one with another key has shut nobody out.
    expect((await ask('{ me { name } }')).data).toEqual({ me: { name: 'Administrator' } });
  });

  it('stop with 0 when they are asked to', async () => {
    const codes = await Promise.all(Object.values(processes).map((running) => running.stop()));
    expect(codes).toEqual(Object.keys(processes).map(() => 0));
    for (const running of Object.values(processes)) expect(running.output()).toContain('stops …');
  });
});
