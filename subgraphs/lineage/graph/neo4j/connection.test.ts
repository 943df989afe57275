import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { withinOperation } from '#platform/database/operations.ts';
import { TimedOut, Upstream } from '#platform/errors.ts';
import { useNeo4j } from '#platform/testing/neo4j.ts';
import { connectNeo4j, type Neo4j, type Neo4jOptions } from './connection.ts';

const opened: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(opened.splice(0).map((each) => each.close()));
});
function open(options: Neo4jOptions): Neo4j {
  const neo4j = connectNeo4j(options);
  opened.push(neo4j);
  return neo4j;
}

/** A door to a server that can be shut: then it takes what is said and lets nothing through. Without a server it is silent from the start. */
async function openDoor(target?: URL) {
  const sockets = new Set<Socket>();
  const waiting: Socket[] = [];
  let isShut = target === undefined;
  const server: Server = createServer((client) => {
    door.visitors += 1;
    sockets.add(client.on('error', () => {}));
    if (isShut || !target) return;
    const behind = connect(Number(target.port), target.hostname);
    sockets.add(behind.on('error', () => {}));
    waiting.push(client, behind);
    client.pipe(behind).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const door = {
    /** How many came. */
    visitors: 0,
    url: `bolt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    shut() {
      isShut = true;
      for (const socket of waiting.splice(0)) socket.unpipe().pause();
    },
    /** For who comes anew. */
    open: () => void (isShut = false),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  opened.push(door);
  return door;
}

const PASSWORD = 'a-wrong-password';
const failure = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'an answer',
    (error: unknown) => error,
  );

describe('a Neo4j that is not there', () => {
  it('is told of in a sentence, with what to check', async () => {
    const door = await openDoor();
    await door.close();
    const neo4j = open({ url: door.url, user: 'neo4j', password: PASSWORD });
    for (const error of [
      await failure(neo4j.read('RETURN 1')),
      await failure(neo4j.write((ask) => ask('RETURN 1'))),
      await failure(neo4j.stream('RETURN 1')[Symbol.asyncIterator]().next()),
    ]) {
      expect(error).toBeInstanceOf(Upstream);
      expect(error).toMatchObject({
        message: 'Neo4j cannot be reached.',
        details: { system: 'Neo4j', check: expect.stringContaining('NEO4J_URL') },
      });
      expect(JSON.stringify([error, String(error), (error as Error).cause])).not.toContain(PASSWORD);
    }
  });

  it('is told of when something else answers there', async () => {
    const server = createServer((socket) => void socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    opened.push({ close: async () => void server.close() });
    const { port } = server.address() as AddressInfo;
    const error = await failure(open({ url: `bolt://127.0.0.1:${port}`, user: 'neo4j' }).read('RETURN 1'));
    expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', message: 'Neo4j cannot be reached.' });
  });

  it('is not waited for when it takes what is said and says nothing', async () => {
    const door = await openDoor();
    const neo4j = open({ url: door.url, user: 'neo4j', password: PASSWORD, readMs: 100 });
    const errors = await Promise.all(Array.from({ length: 30 }, () => failure(neo4j.read('RETURN 1'))));
    for (const error of errors) expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', details: { system: 'Neo4j' } });
  });
});

const server = await useNeo4j();

describe.skipIf(server.missing)('a Neo4j', () => {
  let neo4j: Neo4j;
  beforeAll(() => void (neo4j = connectNeo4j(server)));
  afterAll(() => neo4j?.close());

  it('gives whole numbers for what is given as such', async () => {
    const [row] = await neo4j.read('RETURN $moment AS moment, $share AS share, $moment + 1 AS more', {
      moment: 1_780_000_000_000n,
      share: 0.5,
    });
    expect(row).toEqual({ moment: 1_780_000_000_000, share: 0.5, more: 1_780_000_000_001 });
  });

  it('that refuses the password is told of, without the password', async () => {
    const error = await failure(open({ ...server, password: PASSWORD }).read('RETURN 1'));
    expect(error).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      message: 'Neo4j refused the user or the password.',
      details: { system: 'Neo4j', check: expect.stringContaining('NEO4J_PASSWORD') },
    });
    expect(JSON.stringify([error, String(error), String((error as Error).cause)])).not.toContain(PASSWORD);
  });

  it('ends a question that takes too long, and goes on', async () => {
    const impatient = open({ ...server, readMs: 300 });
    const error = await failure(impatient.read('UNWIND range(1, 1000000000) AS number RETURN sum(number) AS sum'));
    expect(error).toBeInstanceOf(TimedOut);
    expect(await impatient.read('RETURN 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('ends a question with the operation that asked it', async () => {
    const controller = new AbortController();
    const gone = new Error('The caller left');
    const slow = 'UNWIND range(1, 1000000000) AS number RETURN sum(number) AS endless';
    // By itself it would go on for longer than this test.
    const patient = open({ ...server, readMs: 300_000 });
    const asked = withinOperation(controller.signal, 'somebody', () => failure(patient.read(slow)));
    const running = async () =>
      (
        await neo4j.read(
          `SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery CONTAINS 'AS endless' AND NOT currentQuery CONTAINS 'SHOW' RETURN currentQuery`,
        )
      ).length;
    while ((await running()) === 0) await sleep(10);
    controller.abort(gone);
    expect(await asked).toBe(gone);
    while ((await running()) > 0) await sleep(10);
    expect(await withinOperation(controller.signal, 'somebody', () => failure(neo4j.read('RETURN 1')))).toBe(gone);
  });

  it('streams what has no limit, and stops when nobody reads on', async () => {
    const sizes: number[] = [];
    for await (const rows of neo4j.stream<{ number: number }>('UNWIND range(1, 2500) AS number RETURN number')) sizes.push(rows.length);
    expect(sizes).toEqual([1_000, 1_000, 500]);
    for (let round = 0; round < 30; round++)
      for await (const [first] of neo4j.stream<{ number: number }>('UNWIND range(1, 1000000000) AS number RETURN number')) {
        expect(first!.number).toBe(1);
        break;
      }
    // More often than there are connections: each one came back.
    expect(await neo4j.read('RETURN 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('undoes a writing that fails, and repeats one that meets another crosswise', async () => {
    await neo4j.write((ask) => ask('CREATE (:Crossing {name: "a", times: 0}), (:Crossing {name: "b", times: 0})'));
    const failed = neo4j.write(async (ask) => {
      await ask('MATCH (c:Crossing) SET c.times = 100');
      throw new Error('No');
    });
    expect(await failure(failed)).toEqual(new Error('No'));
    let tries = 0;
    const met = Promise.withResolvers<void>();
    let here = 0;
    const cross = (names: readonly string[]) =>
      neo4j.write(async (ask) => {
        tries += 1;
        await ask('MATCH (c:Crossing {name: $name}) SET c.times = c.times + 1', { name: names[0] });
        here += 1;
        if (here === 2) met.resolve();
        await met.promise;
        await ask('MATCH (c:Crossing {name: $name}) SET c.times = c.times + 1', { name: names[1] });
      });
    await Promise.all([cross(['a', 'b']), cross(['b', 'a'])]);
    expect(tries).toBe(3);
    expect(await neo4j.read('MATCH (c:Crossing) RETURN c.times AS times')).toEqual([{ times: 2 }, { times: 2 }]);
  });

  it('that refuses a password is not asked again and again, which would lock out those who have the right one', async () => {
    const door = await openDoor(new URL(server.url));
    const wrong = open({ ...server, url: door.url, password: PASSWORD });
    vi.useFakeTimers({ toFake: ['performance'] });
    const asked = () => [
      wrong.read('RETURN 1'),
      wrong.write((ask) => ask('RETURN 1')),
      wrong.stream('RETURN 1')[Symbol.asyncIterator]().next(),
    ];
    const refused = { code: 'UPSTREAM_UNAVAILABLE', details: { check: expect.stringContaining('NEO4J_PASSWORD') } };
    expect(await failure(wrong.read('RETURN 1'))).toMatchObject(refused);
    for (let round = 0; round < 10; round++) for (const each of asked()) expect(await failure(each)).toMatchObject(refused);
    expect(door.visitors).toBe(1);
    expect(await open(server).read('RETURN 1 AS one')).toEqual([{ one: 1 }]);
    vi.advanceTimersByTime(20_001);
    expect(await Promise.all(asked().map(failure))).toMatchObject([refused, refused, refused]);
    expect(door.visitors).toBe(2);
  });

  it('that refuses the password of many at once is asked by none of them again, though most hear only of the lock', async () => {
    const doors = [await openDoor(new URL(server.url)), await openDoor(new URL(server.url))] as const;
    const wrong = open({ ...server, url: doors[0].url, password: PASSWORD });
    const right = open({ ...server, url: doors[1].url });
    vi.useFakeTimers({ toFake: ['performance'] });
    const refused = { code: 'UPSTREAM_UNAVAILABLE', details: { check: expect.stringContaining('NEO4J_PASSWORD') } };
    const askMany = () => Promise.all(Array.from({ length: 15 }, () => failure(wrong.read('RETURN 1'))));
    const first = await askMany();
    for (const error of first) expect(error).toMatchObject(refused);
    const locked = 'Neo4j lets its user in no more for some seconds: wrong passwords were given.';
    expect(first.map((error) => (error as Error).message)).toContain(locked);
    const { visitors } = doors[0];
    // Those that waited for their turn have not tried.
    expect(visitors).toBeLessThanOrEqual(10);
    const askAgain = async () => {
      for (const error of await askMany()) expect(error).toMatchObject({ ...refused, message: 'Neo4j refused the user or the password.' });
      expect(doors[0].visitors).toBe(visitors);
    };
    await askAgain();
    // The lock ends. The password is wrong.
    vi.advanceTimersByTime(5_001);
    await askAgain();
    // Who has the right one asks again after the time of the lock.
    for (const _ of [1, 2]) expect(await failure(right.read('RETURN 1'))).toMatchObject({ message: locked });
    expect(doors[1].visitors).toBe(1);
    await expect
      .poll(() => (vi.advanceTimersByTime(5_001), failure(right.read('RETURN 1'))), { timeout: 30_000, interval: 500 })
      .toBe('an answer');
  }, 60_000);

  it('is waited for by nobody once it was closed, nor asked', async () => {
    const door = await openDoor(new URL(server.url));
    const through = connectNeo4j({ ...server, url: door.url, readMs: 300_000 });
    expect(await failure(through.read('RETURN 1'))).toBe('an answer');
    door.shut();
    const ask = () => [
      ...Array.from({ length: 30 }, () => failure(through.read('RETURN 1'))),
      failure(through.write((run) => run('RETURN 1'))),
      failure(through.stream('RETURN 1')[Symbol.asyncIterator]().next()),
    ];
    const waiting = ask();
    await expect.poll(() => door.visitors).toBeGreaterThan(5);
    await through.close();
    const closed = { code: 'UPSTREAM_UNAVAILABLE', message: 'Neo4j is asked no more: PurSight is stopping.' };
    for (const error of await Promise.all(waiting)) expect(error).toMatchObject(closed);
    for (const error of await Promise.all(ask())) expect(error).toMatchObject(closed);
  });

  it('that falls silent while much is asked is asked over new connections as soon as it can be heard again, and again', async () => {
    const door = await openDoor(new URL(server.url));
    const through = open({ ...server, url: door.url, readMs: 500 });
    const count = 24;
    const askMany = (text: string) => Promise.all(Array.from({ length: count }, () => failure(through.read(text))));
    for (let round = 0; round < 3; round++) {
      // Until several connections are there, and all of them answer; on a busy machine not at once. Never again where turns were lost.
      while ((await askMany('RETURN 1')).some((answer) => answer !== 'an answer'));
      door.shut();
      for (const error of await askMany('RETURN 1')) expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
      door.open();
    }
  });

  it('that falls silent is waited for by nobody any more once one knows', async () => {
    const door = await openDoor(new URL(server.url));
    const through = open({ ...server, url: door.url, readMs: 500 });
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const stream = through.stream('UNWIND range(1, 1000000000) AS number RETURN number')[Symbol.asyncIterator]();
    expect((await stream.next()).value).toHaveLength(1_000);
    // They would wait for a minute each.
    const waiting = [
      failure(
        through.write(async (ask) => {
          await ask('RETURN 1');
          begun.resolve();
          await goOn.promise;
          await ask('RETURN 1');
        }),
      ),
    ];
    await begun.promise;
    door.shut();
    goOn.resolve();
    waiting.push(
      failure(
        (async () => {
          while (!(await stream.next()).done);
        })(),
      ),
    );
    let isOver = false;
    const told = Promise.all(waiting).finally(() => (isOver = true));
    // What was on its way may be heard yet while the first asks.
    while (!isOver) expect(await failure(through.read('RETURN 1'))).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    for (const error of await told) expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', details: { system: 'Neo4j' } });
    expect(await failure(through.stream('RETURN 1')[Symbol.asyncIterator]().next())).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    door.open();
    expect(await through.read('RETURN 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('that is asked too much ends each question by itself, and is not taken for a silent one', async () => {
    const busy = open({ ...server, readMs: 300 });
    const slow = 'UNWIND range(1, 1000000000) AS number RETURN sum(number) AS sum';
    const errors = await Promise.all(Array.from({ length: 30 }, () => failure(busy.read(slow))));
    for (const error of errors) expect(error).toBeInstanceOf(TimedOut);
    expect(await busy.read('RETURN 1 AS one')).toEqual([{ one: 1 }]);
  });

  describe('by another scheme', () => {
    let folder: string;
    let secure: TlsServer;
    let port: number;
    const sockets = new Set<Socket>();
    const file = (name: string): string => join(folder, name);
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'pursight-'));
      // prettier-ignore
      await promisify(execFile)('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
        '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', file('key'), '-out', file('certificate')]);
      const target = new URL(server.url);
      secure = createTlsServer({ key: await readFile(file('key')), cert: await readFile(file('certificate')) }, (client) => {
        const behind = connect(Number(target.port), target.hostname);
        for (const [from, to] of [
          [client, behind],
          [behind, client],
        ] as const)
          sockets.add(from.on('error', () => to.destroy()));
        client.pipe(behind).pipe(client);
      });
      // Of who does not trust it.
      secure.on('tlsClientError', () => {});
      secure.listen(0, '127.0.0.1');
      await once(secure, 'listening');
      port = (secure.address() as AddressInfo).port;
    });
    afterAll(async () => {
      for (const socket of sockets) socket.destroy();
      secure?.close();
      if (folder) await rm(folder, { recursive: true });
    });

    const CREATE = 'MERGE (n:Scheme {name: $name}) RETURN n.name AS name';
    async function works(options: Neo4jOptions): Promise<void> {
      const other = open(options);
      const name = new URL(options.url).protocol;
      expect(await other.write((ask) => ask(CREATE, { name }))).toEqual([{ name }]);
      expect(await other.read('MATCH (n:Scheme {name: $name}) RETURN n.name AS name', { name })).toEqual([{ name }]);
      for await (const rows of other.stream('RETURN 1 AS one')) expect(rows).toEqual([{ one: 1 }]);
    }

    it('answers as a cluster of one', () => works({ ...server, url: `neo4j://${new URL(server.url).host}` }));

    it.each(['bolt+ssc', 'neo4j+ssc'])('answers by %s, whoever signed its certificate', (scheme) =>
      works({ ...server, url: `${scheme}://localhost:${port}` }),
    );

    it.each(['bolt+s', 'neo4j+s'])('answers by %s who trusts its certificate, and nobody else', async (scheme) => {
      const url = `${scheme}://localhost:${port}`;
      expect(await failure(open({ ...server, url }).read('RETURN 1'))).toMatchObject({
        message: 'Neo4j cannot be reached.',
        details: { check: expect.stringContaining('TLS') },
      });
      const program = `
        import { connectNeo4j } from ${JSON.stringify(import.meta.resolve('./connection.ts'))};
        const { url, user, password } = process.env;
        const neo4j = connectNeo4j({ url, user, password });
        console.log(JSON.stringify(await neo4j.read('RETURN 1 AS one')));
        await neo4j.close();`;
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
        cwd: import.meta.dirname,
        env: { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: file('certificate'), url, user: server.user, password: server.password },
      });
      expect(JSON.parse(stdout)).toEqual([{ one: 1 }]);
    });
  });
});
