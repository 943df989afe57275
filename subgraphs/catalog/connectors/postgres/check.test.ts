import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { assetsOf, collect } from '../contract.test-suite.ts';
import { qualifiedName, type CheckResult } from '../types.ts';
import { postgres } from './index.ts';

type Source = Awaited<ReturnType<typeof createEmptyDatabase>>;
type Listener = { port: number; close(): void };

const SECRET = 'hunter2-hunter2';
const databaseOf = (source: Source): string => decodeURIComponent(new URL(source.url).pathname.slice(1));
const changed = (source: Source, changes: Partial<URL>): string => Object.assign(new URL(source.url), changes).href;
const check = (config: unknown): Promise<CheckResult> => postgres.check(postgres.configSchema.parse(config), new AbortController().signal);

async function listen(onConnection: (socket: Socket) => void): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe('A connection that fails', () => {
  let source: Source;
  const listeners: Listener[] = [];
  beforeAll(async () => {
    source = await createEmptyDatabase();
  });
  afterAll(async () => {
    for (const listener of listeners) listener.close();
    await source?.drop();
  });
  const listener = async (onConnection: (socket: Socket) => void): Promise<number> => {
    const made = await listen(onConnection);
    listeners.push(made);
    return made.port;
  };

  it.each([
    ['a host that is unknown', () => `postgres://u:${SECRET}@no-such-host.invalid/d`, /cannot be found/],
    ['a port that nobody listens at', () => `postgres://u:${SECRET}@127.0.0.1:1/d`, /Nothing listens at 127\.0\.0\.1:1\./],
    ['a database that is not there', () => changed(source, { pathname: '/nowhere' }), /no database "nowhere"/],
    ['a server without TLS', () => changed(source, { search: '?sslmode=require' }), /does not speak TLS/],
  ])('says what to check for %s', async (_, url, message) => {
    const result = await check({ url: url() });
    expect(result).toMatchObject({ ok: false, message: expect.stringMatching(message) });
    expect(JSON.stringify(result)).not.toContain(SECRET);
    const failure: unknown = await collect(postgres, { url: url() }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', message: expect.stringMatching(message) });
    expect(`${String(failure)}${JSON.stringify(failure)}`).not.toContain(SECRET);
  });

  it('does not wait for ever for a host that accepts and says nothing', { timeout: 20_000 }, async () => {
    const port = await listener(() => {});
    // Says yes to TLS, and then nothing.
    const half = await listener((socket) => socket.once('data', () => socket.write('S')));
    const begun = performance.now();
    const [result, halfway, failure] = await Promise.all([
      check({ url: `postgres://u:${SECRET}@127.0.0.1:${port}/d` }),
      check({ url: `postgres://u:${SECRET}@127.0.0.1:${half}/d` }),
      collect(postgres, { url: `postgres://u:${SECRET}@127.0.0.1:${port}/d`, databases: ['a', 'b', 'c'] }).catch((error: unknown) => error),
    ]);
    expect(performance.now() - begun).toBeLessThan(12_000);
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining('did not answer in time') });
    expect(halfway).toMatchObject({ ok: false, message: expect.stringContaining('did not answer in time') });
    expect(failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  });

  it('takes a server that hangs up, or that is none, for what it is', async () => {
    const silent = await listener((socket) => socket.destroy());
    const web = await listener((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect((await check({ url: `postgres://u@127.0.0.1:${silent}/d?sslmode=disable` })).message).toContain('ended the connection');
    expect((await check({ url: `postgres://u@127.0.0.1:${web}/d?sslmode=disable` })).ok).toBe(false);
    expect((await check({ url: `postgres://u@127.0.0.1:${web}/d` })).ok).toBe(false);
  });
});

describe("A user's rights", () => {
  const role = `reader_${Math.random().toString(36).slice(2, 10)}`;
  let open: Source;
  let closed: Source;
  const url = (): string => changed(open, { username: role, password: SECRET });
  beforeAll(async () => {
    [open, closed] = await Promise.all([createEmptyDatabase(), createEmptyDatabase()]);
    await open.sql.unsafe(`create role ${role} login password '${SECRET}'`);
    for (const { sql } of [open, closed]) {
      await sql.unsafe(
        `create schema hidden; create table hidden.t (id integer check (id > 0)); create view hidden.v as select id from hidden.t; comment on table hidden.t is 'seen'`,
      );
    }
    await open.sql.unsafe(`revoke all on schema public, hidden from public; grant connect on database "${databaseOf(open)}" to ${role}`);
    await closed.sql.unsafe(`revoke connect on database "${databaseOf(closed)}" from public`);
  });
  afterAll(async () => {
    await open?.sql.unsafe(`drop owned by ${role}`);
    await closed?.drop();
    await open?.sql.unsafe(`drop role ${role}`);
    await open?.drop();
  });

  it('need not reach into a schema for its metadata', async () => {
    const items = await collect(postgres, { url: url() });
    const assets = new Map(assetsOf(items).map((asset) => [qualifiedName(asset.path.slice(1)), asset]));
    expect([...assets.keys()]).toEqual(['', 'hidden', 'public', 'hidden.t', 'hidden.v']);
    expect(assets.get('hidden.t')).toMatchObject({ comment: 'seen', table: { checks: [{ expression: '(id > 0)' }] } });
    expect(assets.get('hidden.v')!.table!.definition).toContain('FROM hidden.t');
    expect(items.some(({ type }) => type === 'warning')).toBe(false);
  });

  it('are told when a password is wrong, without the password', async () => {
    const result = await check({ url: changed(open, { username: role, password: `${SECRET}-wrong` }) });
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining(`refused the user "${role}" or the password`) });
    expect(JSON.stringify(result)).not.toContain(SECRET);
  });

  it('are told when the server has no connection left for the user, after a few tries', async () => {
    await open.sql.unsafe(`alter role ${role} connection limit 0`);
    try {
      expect((await check({ url: url() })).message).toContain('too many connections');
      await expect(collect(postgres, { url: url() })).rejects.toMatchObject({ message: expect.stringContaining('too many connections') });
    } finally {
      await open.sql.unsafe(`alter role ${role} connection limit -1`);
    }
  });

  it('keep a database without CONNECT, and one that is not there, from hindering the others', async () => {
    const databases = [databaseOf(closed), databaseOf(open), 'nowhere'];
    const items = await collect(postgres, { url: url(), databases });
    expect(items[0]).toEqual({ type: 'containers', names: [databaseOf(open), databaseOf(closed), 'nowhere'], complete: false });
    expect(items.flatMap((item) => (item.type === 'containerComplete' ? [item.name] : []))).toEqual([databaseOf(open)]);
    const failed = items.flatMap((item) => (item.type === 'containerFailed' ? [[item.name, item.warning.code]] : []));
    expect(failed).toEqual([
      [databaseOf(closed), 'DATABASE_UNREACHABLE'],
      ['nowhere', 'DATABASE_UNREACHABLE'],
    ]);
    expect(await check({ url: url(), databases })).toMatchObject({
      ok: false,
      missingPermissions: [`CONNECT on database ${databaseOf(closed)}`],
    });
    expect(await check({ url: url(), databases: databases.slice(0, 2) })).toMatchObject({
      ok: true,
      missingPermissions: [`CONNECT on database ${databaseOf(closed)}`],
    });
  });

  it('hold for all databases of the server as well', async () => {
    const others = await open.sql<
      { name: string }[]
    >`select datname as name from pg_database where datname not in ${open.sql([databaseOf(open), databaseOf(closed)])}`;
    // Other tests clone some of these, which a visitor would hinder.
    const skipContainers = new Set(others.map(({ name }) => name));
    const items = await collect(postgres, { url: url(), databases: ['*'] }, { skipContainers });
    const [containers] = items;
    expect(containers).toMatchObject({
      type: 'containers',
      complete: true,
      names: expect.arrayContaining([databaseOf(open), databaseOf(closed)]),
    });
    expect(items).toContainEqual(expect.objectContaining({ type: 'containerFailed', name: databaseOf(closed) }));
    expect(items).toContainEqual({ type: 'containerComplete', name: databaseOf(open) });
  });
});
