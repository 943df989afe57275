/** Sources: what was given comes back, but for secrets; and what a test of one tells. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { createWorld, type World } from '../world.ts';
import { mutate } from './mutate.ts';

type Source = Awaited<ReturnType<typeof createEmptyDatabase>>;
const SOURCE = `id name description namespace version createdAt updatedAt config connector { id } assetCount lastRun { id }
  owners { role user { id name } team { id name } } scans { id name schedule include exclude version source { id } } runs { totalCount }`;
const PASSWORD = 'hunter2-hunter2';

let world: World;
let [first, second]: [Source?, Source?] = [];
const databaseOf = (source: Source): string => new URL(source.url).pathname.slice(1);
beforeAll(async () => {
  world = await createWorld();
  [first, second] = [await createEmptyDatabase(), await createEmptyDatabase()];
});
afterAll(() => world.stop());

const change = (name: string, input: object, selection: string) => mutate(world.admin, name, input, selection);
const readSource = async (id: string) => (await world.admin(`query ($id: ID!) { source(id: $id) { ${SOURCE} } }`, { id })).source;

describe('a source', () => {
  it('is what was registered, and then what was changed, and nothing else of it', async () => {
    const { me } = await world.admin('{ me { id name } }');
    const { team } = await change('createTeam', { name: 'Data office' }, 'team { id name }');
    const { team: other } = await change('createTeam', { name: 'Platform' }, 'team { id name }');
    const mine = { role: 'OWNER', user: me, team: null };
    const ofTeam = (each: object) => ({ role: 'STEWARD', user: null, team: each });

    const before = new Date().toISOString();
    const url = await change(
      'registerSource',
      {
        name: 'Warehouse',
        connector: 'postgres',
        config: { url: `postgres://scanner:${PASSWORD}@db.example.org/warehouse?sslmode=require` },
        description: 'What is sold',
        schedule: '0 3 29 2 *',
        owners: [
          { userId: me.id, role: 'OWNER' },
          { teamId: team.id, role: 'STEWARD' },
        ],
      },
      `source { ${SOURCE} }`,
    );
    const fields = await change(
      'registerSource',
      {
        name: 'Ledger',
        connector: 'postgres',
        config: { host: 'DB2.example.org', port: 6432, user: 'scanner', password: PASSWORD, databases: ['a', 'b'] },
        description: 'What is owed',
        owners: [{ teamId: other.id, role: 'STEWARD' }],
      },
      `source { ${SOURCE} }`,
    );
    const after = new Date().toISOString();
    const fresh = { version: 1, connector: { id: 'postgres' }, assetCount: 0, lastRun: null, runs: { totalCount: 0 } };
    const scan = { name: 'default', include: [], exclude: [], version: 1 };
    expect(url.source).toMatchObject({
      ...fresh,
      name: 'Warehouse',
      description: 'What is sold',
      namespace: 'postgres://db.example.org:5432',
      config: { url: 'postgres://scanner:***@db.example.org/warehouse?sslmode=require' },
      owners: [mine, ofTeam(team)],
      scans: [{ ...scan, schedule: '0 3 29 2 *', source: { id: url.source.id } }],
    });
    expect(fields.source).toMatchObject({
      ...fresh,
      name: 'Ledger',
      description: 'What is owed',
      namespace: 'postgres://db2.example.org:6432',
      config: { host: 'DB2.example.org', port: 6432, user: 'scanner', password: '***', databases: ['a', 'b'] },
      owners: [ofTeam(other)],
      scans: [{ ...scan, schedule: null, source: { id: fields.source.id } }],
    });
    for (const { source } of [url, fields]) {
      expect([before, source.createdAt, after].toSorted()).toEqual([before, source.createdAt, after]);
      expect(source.updatedAt).toBe(source.createdAt);
      expect(await readSource(source.id)).toEqual(source);
    }

    for (const [{ source }, changes, told] of [
      [url, { name: 'Storehouse', owners: [{ teamId: other.id, role: 'STEWARD' }] }, { name: 'Storehouse', owners: [ofTeam(other)] }],
      [fields, { description: null, owners: [] }, { description: null, owners: [] }],
    ]) {
      const updated = (await change('updateSource', { id: source.id, version: 1, ...changes }, `source { ${SOURCE} }`)).source;
      const { updatedAt } = updated;
      expect(updated).toEqual({ ...source, ...told, version: 2, updatedAt });
      expect(updatedAt > source.createdAt).toBe(true);
      expect(await readSource(source.id)).toEqual(updated);
    }
  });

  it('is gone when it is removed, and the answer still tells what it was', async () => {
    for (const name of ['north', 'south']) {
      const { id } = await world.addSource(name, { url: `postgres://u:${PASSWORD}@${name}.example.org/d` });
      const { source } = await change('removeSource', { id }, 'source { id name namespace }');
      expect(source).toEqual({ id, name, namespace: `postgres://${name}.example.org:5432` });
      expect(await readSource(id)).toBeNull();
    }
  });
});

describe('connectors', () => {
  it('are told with the form that a source needs', async () => {
    const { connectors } = await world.admin('{ connectors { id title secretFields assetKinds configSchema } }');
    const fields = ['url', 'host', 'port', 'database', 'user', 'password', 'ssl', 'ca', 'databases'];
    expect(connectors).toEqual([
      {
        id: 'postgres',
        title: 'PostgreSQL',
        secretFields: ['password'],
        assetKinds: ['DATABASE', 'SCHEMA', 'TABLE', 'VIEW', 'MATERIALIZED_VIEW', 'EXTERNAL_TABLE'],
        configSchema: expect.objectContaining({ type: 'object', additionalProperties: false }),
      },
    ]);
    expect(Object.keys(connectors[0].configSchema.properties)).toEqual(fields);
    expect(connectors[0].configSchema.properties.password).toMatchObject({ type: 'string', format: 'password' });
  });
});

describe('a test of a source', () => {
  const servers: Server[] = [];
  afterAll(() => servers.forEach((server) => server.close()));

  /** The same database by a way that changes what its server says, and takes its time. */
  async function byWayOf(source: Source, change: (text: string) => string, delayMs = 0): Promise<string> {
    const { hostname, port } = new URL(source.url);
    const server = createServer((near: Socket) => {
      const far = connect(Number(port), hostname);
      near.on('error', () => far.destroy()).on('close', () => far.destroy());
      far.on('error', () => near.destroy()).on('close', () => near.destroy());
      near.pipe(far);
      far.on('data', (data) => void sleep(delayMs).then(() => near.write(Buffer.from(change(data.toString('latin1')), 'latin1'))));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return Object.assign(new URL(source.url), { port: String((server.address() as AddressInfo).port) }).href;
  }

  const test = async (input: object) =>
    (await change('testSource', input, 'test { ok message latencyMs serverVersion missingPermissions }')).test;
  const given = (config: object) => test({ connector: 'postgres', config });

  it('tells the version of the server and how long the way to it is', async () => {
    const [{ version, number }] = (await world.owner`
      select current_setting('server_version') as version, current_setting('server_version_num') as number`) as unknown as [
      { version: string; number: string },
    ];
    const { id } = await world.addSource('tested', { url: first!.url });
    const stored = await test({ id });
    expect(stored).toMatchObject({ ok: true, serverVersion: version, missingPermissions: [] });
    expect(stored.message).toMatch(/^Reached PostgreSQL at 127\.0\.0\.1:\d+; one database can be read\.$/);
    expect(stored.latencyMs).toBeGreaterThanOrEqual(1);

    const slow = await given({ url: await byWayOf(first!, (text) => text, 60) });
    expect(slow).toMatchObject({ ok: true, serverVersion: version });
    // Timers may be early by a moment.
    expect(slow.latencyMs).toBeGreaterThanOrEqual(55);

    const old = '11.9'.padEnd(version.length, '0');
    const aged = await byWayOf(first!, (text) => text.replaceAll(version, old).replaceAll(number, '110009'));
    expect(await given({ url: aged })).toMatchObject({
      ok: false,
      serverVersion: old,
      latencyMs: null,
      message: expect.stringContaining('is older than version 12'),
    });
  });

  it('tells what globs match in the source as it is, to who may change its scans', async () => {
    const preview = async (input: object) =>
      (await change('previewScan', input, 'preview { total totalIsCapped matched names unreadable }')).preview;
    const [own, free] = [await createEmptyDatabase(), await createEmptyDatabase()];
    for (const { sql } of [own, free]) {
      await sql.unsafe(
        'create schema sales; create table sales.orders (id int); create table sales.tmp_a (id int); create view total as select 1 as n',
      );
    }
    const { id } = await world.addSource('looked through', { url: own.url });
    const of = (source: Source, ...names: string[]) => names.map((name) => `${databaseOf(source)}.${name}`);
    const all = ['public.total', 'sales.orders', 'sales.tmp_a'];
    const whole = { total: 3, totalIsCapped: false, matched: 3, names: of(own, ...all), unreadable: [] };
    expect(await preview({ id })).toEqual(whole);
    expect(await preview({ id, include: ['sales.*'], exclude: ['*.tmp_*'] })).toEqual({
      ...whole,
      matched: 1,
      names: of(own, 'sales.orders'),
    });
    expect(await preview({ id, exclude: ['*.*'] })).toEqual({ ...whole, matched: 0, names: [] });

    // Of what is not registered: without a database that a source has, and with one that cannot be entered told.
    const config = {
      url: Object.assign(new URL(free.url), { pathname: '' }).href,
      databases: [databaseOf(own), databaseOf(free), 'nowhere'],
    };
    expect(await preview({ connector: 'postgres', config })).toEqual({ ...whole, names: of(free, ...all), unreadable: ['nowhere'] });
    await free.sql`drop table sales.tmp_a`;
    const two = { url: free.url, databases: [databaseOf(free), 'elsewhere'] };
    expect(await preview({ connector: 'postgres', config: two })).toMatchObject({ total: 2, unreadable: ['elsewhere'] });

    const steward = await world.createUser([{ role: 'STEWARD', sourceId: id }]);
    const PREVIEW = 'mutation ($input: PreviewScanInput!) { previewScan(input: $input) { preview { total } } }';
    const codesOf = async (ask: World['ask'], input: object) =>
      (await ask(PREVIEW, { input })).errors?.map(({ extensions }: any) => extensions.code);
    expect(await codesOf(steward, { id })).toEqual(['FORBIDDEN']);
    expect(await codesOf(steward, { connector: 'postgres', config: { url: free.url } })).toEqual(['FORBIDDEN']);
    expect(await codesOf(world.ask, { id, include: ['a['] })).toEqual(['BAD_USER_INPUT']);
    const gone = { connector: 'postgres', config: { url: 'postgres://u:p@127.0.0.1:1/x' } };
    expect(await codesOf(world.ask, gone)).toEqual(['UPSTREAM_UNAVAILABLE']);
  });

  it('tells which databases its user may not enter, and whether any is left', async () => {
    const role = `visitor_${world.database}`;
    await world.owner.unsafe(`create role ${role} login password '${PASSWORD}'`);
    const names = [first!, second!].map(databaseOf);
    const url = Object.assign(new URL(first!.url), { username: role, password: PASSWORD, pathname: '' }).href;
    const both = { url, databases: names };
    expect(await given(both)).toMatchObject({ ok: true, missingPermissions: [], message: expect.stringContaining('2 databases') });
    await world.owner.unsafe(`revoke connect on database ${names[1]} from public`);
    expect(await given(both)).toMatchObject({ ok: true, missingPermissions: [`CONNECT on database ${names[1]}`] });
    await world.owner.unsafe(`revoke connect on database ${names[0]} from public`);
    expect(await given(both)).toMatchObject({ ok: false, missingPermissions: names.map((name) => `CONNECT on database ${name}`) });
    expect(await given({ ...both, databases: [names[0]] })).toMatchObject({
      ok: false,
      missingPermissions: [`CONNECT on database ${names[0]}`],
    });
    await world.owner.unsafe(`drop role ${role}`);
  });
});
