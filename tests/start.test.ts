import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { connect } from '#platform/database/index.ts';
import { freePort } from '#platform/testing/freePort.ts';
import {
  copyTree,
  makeDataDir,
  ProductEnded,
  removeDataDir,
  runShell,
  startProduct,
  type RunningProduct,
  type StartOptions,
  type Tree,
} from './product.ts';

const EMAIL = 'first@example.org';
const PASSWORD = 'the first password of all';
const SOURCE_PASSWORD = 'needle-in-the-haystack-7391';
/** 15 s are promised; other tests keep the machine busy meanwhile. */
const QUICK_MS = 30_000;
const SESSION = 'mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken refreshToken } } }';

describe('npm start', { timeout: 120_000 }, () => {
  let tree: Tree;
  let dataDir: string;
  let product: RunningProduct;
  /** Everything that was printed by all starts. */
  let printed = '';
  const secrets: string[] = [];

  const start = async (options: Partial<StartOptions> = {}): Promise<void> => {
    product = await startProduct({ tree, dataDir, ...options, env: { ADMIN_EMAIL: EMAIL, ADMIN_PASSWORD: PASSWORD, ...options.env } });
  };
  const stop = async (): Promise<number | null> => {
    const code = await product.stop();
    printed += product.output();
    return code;
  };
  const signIn = async (): Promise<string> => {
    type Session = { accessToken: string; refreshToken: string };
    const { data } = await product.graphql<{ signIn: { session: Session } }>(SESSION, {
      variables: { input: { email: EMAIL, password: PASSWORD } },
    });
    secrets.push(data!.signIn.session.accessToken, data!.signIn.session.refreshToken);
    return data!.signIn.session.accessToken;
  };
  const runs = async () => {
    const { data } = await product.graphql<{ sources: { nodes: { name: string; runs: { nodes: { id: string; status: string }[] } }[] } }>(
      '{ sources { nodes { name runs { nodes { id status } } } } }',
      { token: await signIn() },
    );
    return data!.sources.nodes;
  };
  let firstRuns: Awaited<ReturnType<typeof runs>>;

  beforeAll(async () => {
    [tree, dataDir] = [copyTree(), makeDataDir()];
    // The very first start is killed while it makes the demo; the second one begins where that leaves off.
    await start({ until: 'PostgreSQL   port' });
    await product.kill(product.processes().all);
    printed += product.output();
    await start({});
  }, 180_000);
  afterAll(async () => {
    await product?.stop();
    if (dataDir) removeDataDir(dataDir);
    tree?.remove();
  });

  it('makes a demo, scans it and is ready, also when an earlier start was killed while it did that', async () => {
    const { data, errors } = await product.graphql('{ sources { nodes { name lastRun { status added } } } }', { token: await signIn() });
    expect(errors).toBeUndefined();
    // 46 tables, 13 views, a materialised view, 6 schemas (`public` is one), the database.
    expect(data).toEqual({ sources: { nodes: [{ name: 'demo_shop', lastRun: { status: 'COMPLETED', added: 67 } }] } });
    const ready = await fetch(`${product.url}/health/ready`);
    expect({ status: ready.status, body: await ready.json() }).toMatchObject({ status: 200, body: { status: 'ready' } });
    firstRuns = await runs();
  });

  it('refuses a second product on its port or on its folder with one sentence', async () => {
    const elsewhere = makeDataDir();
    const onPort = await startProduct({ tree, dataDir: elsewhere, port: product.port }).catch((error: unknown) => error);
    removeDataDir(elsewhere);
    expect(onPort).toBeInstanceOf(ProductEnded);
    expect((onPort as ProductEnded).output).toContain(`Port ${product.port} is taken`);
    const onFolder = await startProduct({ tree, dataDir }).catch((error: unknown) => error);
    expect((onFolder as ProductEnded).output).toContain('PurSight already runs on');
    expect((await fetch(`${product.url}/health/ready`)).status).toBe(200);
  });

  it('tells all settings that cannot be used at once', async () => {
    const ended = await startProduct({ tree, dataDir, env: { PORT: 'x', SECRET_KEY: 'short', FAULT: 'subgraph:identity' } }).catch(
      (error: unknown) => error,
    );
    expect(ended).toMatchObject({ exitCode: 1 });
    for (const name of ['PORT', 'SECRET_KEY', 'FAULT']) expect((ended as ProductEnded).output).toContain(`  ${name}: `);
  });

  it('keeps the password of a source and the tokens of sessions to itself', async () => {
    const token = await signIn();
    const { hostname, port } = new URL(inject('postgres').url);
    const config = { host: hostname, port: Number(port), database: 'postgres', user: 'nobody_here', password: SOURCE_PASSWORD };
    const added = await product.graphql<{ registerSource: { source: { id: string; config: object } } }>(
      'mutation ($input: RegisterSourceInput!) { registerSource(input: $input) { source { id config } } }',
      { token, variables: { input: { name: 'refused', connector: 'postgres', config } } },
    );
    expect(added.data?.registerSource.source.config).toEqual({ ...config, password: '***' });
    const tested = await product.graphql('mutation ($input: TestSourceInput!) { testSource(input: $input) { test { ok message } } }', {
      token,
      variables: { input: { connector: 'postgres', config } },
    });
    expect(tested).toMatchObject({ data: { testSource: { test: { ok: false } } } });
    const env = { PURSIGHT_URL: product.url, PURSIGHT_TOKEN: token };
    expect(await runShell(tree, 'node cli/pursight.mjs scan refused --wait', env)).toMatchObject({ code: 1 });
    firstRuns = await runs();
  });

  it('gives the URL of its database to who may read its folder', async () => {
    const { code, stdout } = await runShell(tree, 'node cli/pursight.mjs database url', { DATA_DIR: dataDir });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^postgres:\/\/pursight:\S+@127\.0\.0\.1:\d+\/pursight\n$/),
    });
    const demo = await runShell(tree, 'node cli/pursight.mjs database url --name demo_shop', { DATA_DIR: dataDir });
    expect(demo.stdout).toBe(stdout.replace(/pursight\n$/, 'demo_shop\n'));
  });

  it('starts its PostgreSQL again when that is killed, and goes on itself', async () => {
    const { node } = product.processes();
    const lock = readFileSync(join(dataDir, 'postgresql', 'data', 'postmaster.pid'), 'utf8');
    process.kill(Number(lock.split('\n')[0]), 'SIGKILL');
    const ready = async () => (await fetch(`${product.url}/health/ready`)).status;
    await expect.poll(ready, { interval: 10, timeout: 20_000 }).toBe(503);
    await expect.poll(ready, { timeout: 60_000 }).toBe(200);
    expect(await runs()).toEqual(firstRuns);
    expect(product.processes().node).toBe(node);
    expect(product.output()).toContain('PostgreSQL ended unexpectedly; it is started again');
  });

  it('ends with 0 on Ctrl-C, and the next start is quick and scans nothing', async () => {
    expect(await stop()).toBe(0);
    await start();
    expect(product.readyMs).toBeLessThan(QUICK_MS);
    expect(await runs()).toEqual(firstRuns);
  });

  it('comes back after its Node is killed', async () => {
    const { node } = product.processes();
    await product.kill([node]);
    printed += product.output();
    await start();
    expect(product.readyMs).toBeLessThan(QUICK_MS);
    expect(await runs()).toEqual(firstRuns);
  });

  it('comes back after everything is killed, and still lists assets while a subgraph is down', async () => {
    await product.kill(product.processes().all);
    printed += product.output();
    await start({ npm: false, env: { NODE_ENV: 'test', FAULT: 'subgraph:identity' } });
    expect(product.readyMs).toBeLessThan(QUICK_MS);
    expect(await runs()).toEqual(firstRuns);

    const { data, errors } = await product.graphql<{ me: null; assets: { nodes: object[] } }>('{ me { name } assets { nodes { name } } }', {
      token: await signIn(),
    });
    expect(data?.assets.nodes).toHaveLength(50);
    expect(data?.me).toBeNull();
    expect(errors).toMatchObject([{ path: ['me'], extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
    const ready = await fetch(`${product.url}/health/ready`);
    expect({ status: ready.status, body: await ready.json() }).toMatchObject({ status: 200, body: { status: 'degraded' } });
  });

  it('has a log that is as it was sealed, and signed, after all of that', async () => {
    const verify = () => runShell(tree, 'node cli/pursight.mjs audit verify --json', { DATA_DIR: dataDir });
    const { code, stdout } = await verify();
    const { faults, anchoredSeq, verifiedSeq, checkpoints } = JSON.parse(stdout);
    expect({ code, faults }).toEqual({ code: 0, faults: [] });
    expect(anchoredSeq).toBeGreaterThan(0);
    expect(checkpoints.file).toBe(checkpoints.table);

    const { stdout: url } = await runShell(tree, 'node cli/pursight.mjs database url', { DATA_DIR: dataDir });
    const sql = connect({ url: url.trim(), name: 'test', max: 1 });
    try {
      const [row] = await sql<{ subject: string }[]>`select subject from events.log where seq = ${verifiedSeq - 1}`;
      await sql`update events.log set subject = 'other' where seq = ${verifiedSeq - 1}`;
      const found = await verify();
      expect({ code: found.code, ...JSON.parse(found.stdout) }).toMatchObject({ code: 1, firstBrokenSeq: verifiedSeq - 1 });
      await sql`update events.log set subject = ${row!.subject} where seq = ${verifiedSeq - 1}`;
    } finally {
      await sql.end();
    }
  });

  it('leaves no secret in its folder or its log', async () => {
    await stop();
    expect(secrets.length).toBeGreaterThan(8);
    for (const secret of [SOURCE_PASSWORD, PASSWORD, ...secrets]) expect(printed).not.toContain(secret);
    const found: string[] = [];
    for (const file of readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())) {
      const content = readFileSync(join(file.parentPath, file.name));
      for (const secret of [SOURCE_PASSWORD, PASSWORD, ...secrets]) if (content.includes(secret)) found.push(`${secret} in ${file.name}`);
    }
    expect(found).toEqual([]);
  });

  it('runs on another port beside another product', async () => {
    await start({ port: await freePort(), args: ['--no-demo'] });
    const other = { folder: makeDataDir() };
    const beside = await startProduct({ tree, dataDir: other.folder, args: ['--no-demo'] });
    expect((await fetch(`${beside.url}/health/live`)).status).toBe(200);
    expect((await fetch(`${product.url}/health/live`)).status).toBe(200);
    expect(await beside.signIn(beside.administrator!.email, beside.administrator!.password)).toBeTruthy();
    const { data } = await beside.graphql('{ sources { nodes { name } } }', {
      token: await beside.signIn(beside.administrator!.email, beside.administrator!.password),
    });
    expect(data).toEqual({ sources: { nodes: [] } });
    await beside.stop();
    removeDataDir(other.folder);
  });
});
