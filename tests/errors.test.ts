/** What goes wrong: sources that cannot be reached, input that cannot be used, parts that are down. */
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { createWorld, type World } from './world.ts';

let world: World;
let hanging: Server;
let source: Awaited<ReturnType<typeof createEmptyDatabase>>;
beforeAll(async () => {
  world = await createWorld();
  source = await createEmptyDatabase();
  hanging = createServer(() => undefined); // takes connections and never says a word
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  hanging.close();
  await source.drop();
  await world.stop();
});

const first = (answer: Awaited<ReturnType<World['ask']>>) => answer.errors?.[0];
const TEST = 'mutation ($input: TestSourceInput!) { testSource(input: $input) { test { ok message } } }';
/** No path, no stack, no SQL, no password. */
const INTERNALS = /node_modules|\/platform\/|at .+\.ts|select |wrong-password|[a-z]Error\b/;

function variant(change: (url: URL) => void): string {
  const url = new URL(source.url);
  change(url);
  return url.href;
}

describe('a source that cannot be reached', () => {
  const cases: [string, () => string, RegExp][] = [
    ['a host that hangs', () => `postgres://u:wrong-password@127.0.0.1:${(hanging.address() as AddressInfo).port}/d`, /answer|time/i],
    ['a closed port', () => 'postgres://u:wrong-password@127.0.0.1:9/d', /refused|port|listen/i],
    ['a wrong password', () => variant((url) => (url.password = 'wrong-password')), /password/i],
    ['no such database', () => variant((url) => (url.pathname = '/absent_database')), /absent_database/],
    ['an unknown host', () => 'postgres://u:wrong-password@no-such-host.invalid/d', /host|name/i],
  ];

  it.each(cases)('%s: testing says so within 15 s', async (_, url, says) => {
    const startedAt = Date.now();
    const { data, errors } = await world.ask(TEST, { input: { connector: 'postgres', config: { url: url() } } });
    expect(errors).toBeUndefined();
    expect(data.testSource.test.ok).toBe(false);
    expect(data.testSource.test.message).toMatch(says);
    expect(data.testSource.test.message).not.toMatch(INTERNALS);
    expect(Date.now() - startedAt).toBeLessThan(15_000);
  });

  it.each(cases)('%s: a scan ends FAILED and says so', async (name, url, says) => {
    const { id } = await world.addSource(name, { url: url() });
    const run = await world.scan(id);
    expect(run).toMatchObject({ status: 'FAILED', added: 0, removed: 0 });
    expect(run.error).toMatch(says);
    expect(run.error).not.toMatch(INTERNALS);
    await world.admin(`mutation { removeSource(input: { id: "${id}" }) { cursor } }`);
  });
});

describe('input', () => {
  it.each([
    ['another scheme', TEST, { input: { connector: 'postgres', config: { url: 'mysql://u:wrong-password@h/d' } } }, 'BAD_USER_INPUT'],
    ['no config', TEST, { input: { connector: 'postgres' } }, 'BAD_USER_INPUT'],
    ['an unknown connector', TEST, { input: { connector: 'oracle', config: {} } }, 'BAD_USER_INPUT'],
    ['a malformed id in a mutation', 'mutation { startScan(input: { sourceId: "nonsense" }) { cursor } }', {}, 'NOT_FOUND'],
    [
      'an unknown id in a mutation',
      'mutation { startScan(input: { sourceId: "01a20000-0000-7000-8000-000000000000" }) { cursor } }',
      {},
      'NOT_FOUND',
    ],
    ['first: -1', '{ assets(first: -1) { nodes { id } } }', {}, 'BAD_USER_INPUT'],
    ['first: 0', '{ columns(first: 0) { nodes { id } } }', {}, 'BAD_USER_INPUT'],
    ['first: 100000', '{ assets(first: 100000) { nodes { id } } }', {}, 'BAD_USER_INPUT'],
    ['a cursor that is none', '{ assets(after: "x") { nodes { id } } }', {}, 'BAD_USER_INPUT'],
    ['a log cursor that is none', '{ events(after: "x") { nodes { id } } }', {}, 'BAD_USER_INPUT'],
    ['201 ids', 'query ($ids: [ID!]!) { assetsById(ids: $ids) { id } }', { ids: Array(201).fill('x') }, 'BAD_USER_INPUT'],
    [
      'a bad schedule',
      'mutation ($input: RegisterSourceInput!) { registerSource(input: $input) { cursor } }',
      { input: { name: 'x', connector: 'postgres', config: { url: 'postgres://u:p@h/d' }, schedule: 'often' } },
      'BAD_USER_INPUT',
    ],
    [
      'NUL in a name',
      'mutation ($input: RegisterSourceInput!) { registerSource(input: $input) { cursor } }',
      { input: { name: 'x\0', connector: 'postgres', config: { url: 'postgres://u:p@h/d' } } },
      'BAD_USER_INPUT',
    ],
    ['a variable of the wrong type', 'query ($first: Int) { assets(first: $first) { nodes { id } } }', { first: 'many' }, 'BAD_USER_INPUT'],
    ['an unknown field', '{ assets { nodes { nonsense } } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['no GraphQL', '{ assets {', {}, 'GRAPHQL_PARSE_FAILED'],
  ])('%s gives a typed error', async (_, query, variables, code) => {
    const error = first(await world.ask(query, variables))!;
    expect(error.extensions.code).toBe(code);
    expect(error.message.length).toBeGreaterThan(10);
    expect(JSON.stringify(error)).not.toMatch(INTERNALS);
  });

  it('gives null for ids that cannot be ids', async () => {
    const { data, errors } = await world.ask(
      '{ asset(id: "nonsense") { id } source(id: "") { id } scanRun(id: "1") { id } column(id: "😀") { id } event(id: "x") { id } user(id: "y") { id } }',
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ asset: null, source: null, scanRun: null, column: null, event: null, user: null });
  });

  it('scans a comment of a megabyte', async () => {
    await source.sql.unsafe(`create table t (id int); comment on table t is '${'long '.repeat(200_000)}'`);
    const { id, namespace } = await world.addSource('long comment', { url: source.url });
    expect(await world.scan(id)).toMatchObject({ status: 'COMPLETED' });
    const name = `${new URL(source.url).pathname.slice(1)}.public.t`;
    const { assetByName } = await world.admin(
      'query ($namespace: String!, $name: String!) { assetByName(namespace: $namespace, name: $name) { sourceDescription } }',
      { namespace, name },
    );
    expect(assetByName.sourceDescription).toHaveLength(1_000_000);
  });

  it('is still ready after all of this', async () => {
    const ready = await fetch(`${world.url}/health/ready`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ status: 'ready' });
  });
});

describe('secrets', () => {
  it('keeps a password only for the server that it was given for', async () => {
    const { registerSource } = await world.admin(
      'mutation ($input: RegisterSourceInput!) { registerSource(input: $input) { source { id version config } } }',
      {
        input: { name: 'kept', connector: 'postgres', config: { url: 'postgres://u:kept-password@db.example.org:5432/d' } },
      },
    );
    const { id, version, config } = registerSource.source;
    expect(config.url).toBe('postgres://u:***@db.example.org:5432/d');
    const update = (url: string) =>
      world.ask('mutation ($input: UpdateSourceInput!) { updateSource(input: $input) { source { version config } } }', {
        input: { id, version, config: { url } },
      });
    expect(first(await update('postgres://u:***@evil.example.org:5432/d'))!.extensions.code).toBe('BAD_USER_INPUT');
    expect(
      first(await world.ask(TEST, { input: { id, config: { url: 'postgres://u:***@evil.example.org:5432/d' } } }))!.extensions.code,
    ).toBe('BAD_USER_INPUT');
    expect((await update('postgres://u:***@db.example.org:5432/other')).data.updateSource.source).toEqual({
      version: version + 1,
      config: { url: 'postgres://u:***@db.example.org:5432/other' },
    });
    const rows = await world.owner<
      { text: string }[]
    >`select row_to_json(s)::text as text from catalog.sources s union all select row_to_json(o)::text from events.log o`;
    expect(rows.some((row) => row.text.includes('kept-password'))).toBe(false);
    expect(rows.some((row) => row.text.includes(Buffer.from('kept-password').toString('hex')))).toBe(false);
  });
});

describe('a subgraph that is down', () => {
  it('costs its own fields and nothing else', async () => {
    const down = await createWorld({ fault: 'subgraph:identity' });
    try {
      const { id } = await down.addSource('t', { url: source.url });
      await down.scan(id);
      const { data, errors } = await down.ask('{ me { name } assets { nodes { name } } }');
      expect(data.me).toBeNull();
      expect(data.assets.nodes.length).toBeGreaterThan(0);
      expect(errors).toHaveLength(1);
      expect(errors![0]!.extensions.code).toBe('UPSTREAM_UNAVAILABLE');
    } finally {
      await down.stop();
    }
  });
});
