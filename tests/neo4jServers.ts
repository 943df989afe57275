/**
 * The Neo4j servers of a test run. Test files ask for them over a socket (`platform/testing/neo4j.ts`): the first that asks has the
 * shared one started, and as a server is heavy and has one database, they take turns. A file's turn ends with its connection, also
 * when its process is killed.
 */
import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { randomBytes } from 'node:crypto';
import { prepareNeo4j, startNeo4j, type Neo4jProgram, type Neo4jServer } from '#deploy/neo4j-local/server.ts';
import { findPort } from '#platform/database/embeddedServer.ts';
import { CannotStart } from '#platform/errors.ts';
import type { Neo4jAnswer, Neo4jQuestion, Neo4jLogin } from '#platform/testing/neo4j.ts';

type Options = {
  /** Where data and the socket go. */
  folder: string;
  environment: Readonly<Record<string, string | undefined>>;
  /** Tells the person who runs the tests a sentence. */
  say: (sentence: string) => void;
};

/** A server of one test file's own; on its port and its folder it can be started again. */
type Own = { folder: string; port: number; password: string; server: Neo4jServer | undefined };

export type Neo4jServers = {
  /** Where test files ask. */
  socket: string;
  /** Ends all servers, and says which test files went without one. */
  close(): Promise<void>;
  /** For a process that ends and cannot wait. */
  killNow(): void;
};

export async function offerNeo4j({ folder, environment, say }: Options): Promise<Neo4jServers> {
  const running = new Set<Neo4jServer>();
  const owns = new Map<string, Own>();
  const skipped = new Map<string, Set<string>>();
  const given = givenServer(environment);
  let program: Promise<Neo4jProgram> | undefined;
  let shared: Promise<Neo4jLogin> | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let made = 0;

  const begin = async (on: { folder: string; port: number; password: string }): Promise<Neo4jServer> => {
    const server = await startNeo4j(await (program ??= prepareNeo4j(environment, say)), on);
    running.add(server);
    void server.ended.then(() => running.delete(server));
    return server;
  };
  /** Started at the first question; again at a later one when it has died. */
  const startShared = (): Promise<Neo4jLogin> => {
    const password = randomBytes(16).toString('hex');
    const starting = begin({ folder: join(folder, `neo4j-${++made}`), port: 0, password }).then((server) => {
      void server.ended.then(() => (shared = undefined));
      return { url: server.url, user: server.user, password, isOurs: true };
    });
    starting.catch(() => (shared = undefined));
    return starting;
  };

  async function answer(question: Neo4jQuestion): Promise<Neo4jAnswer> {
    if ('file' in question) {
      if (question.want === 'shared' && given) return { login: given };
      // What is missing on this machine skips a file; a server that does not start although nothing is missing fails it.
      const missing = await (program ??= prepareNeo4j(environment, say)).then(() => undefined, reasonOf);
      if (missing !== undefined) return decline(question.file, missing);
      if (question.want === 'shared') return { login: await (shared ??= startShared()) };
      const own: Own = {
        folder: join(folder, `neo4j-${++made}`),
        port: await findPort(),
        password: randomBytes(16).toString('hex'),
        server: undefined,
      };
      owns.set(own.folder, own);
      own.server = await begin(own);
      return {
        own: own.folder,
        pid: own.server.pid,
        login: { url: own.server.url, user: own.server.user, password: own.password, isOurs: true },
      };
    }
    const own = owns.get(question.own);
    if (!own) throw new Error('This Neo4j is gone.');
    if (question.want === 'kill') await own.server?.kill();
    if (question.want === 'stop') await own.server?.stop();
    if (question.want === 'start') {
      await own.server?.stop();
      if (question.empty) rmSync(own.folder, { recursive: true, force: true });
      own.server = await begin(own);
    }
    return { pid: own.server?.pid };
  }

  function decline(file: string, missing: string): Neo4jAnswer {
    if (environment.REQUIRE_SERVICES === '1')
      throw new Error(`${missing} (REQUIRE_SERVICES=1: nothing may be skipped for want of a server.)`);
    skipped.set(missing, (skipped.get(missing) ?? new Set()).add(file));
    return { missing };
  }

  /** A connection's questions are answered in order, once it is its turn, which lasts until it closes. */
  async function serve(connection: Socket): Promise<void> {
    const closed = new Promise<void>((resolve) => connection.once('close', () => resolve()));
    connection.on('error', () => {}); // closes it
    const before = turn;
    const its: string[] = [];
    turn = Promise.all([before, closed]).then(async () => {
      for (const folder of its) await owns.get(folder)?.server?.kill();
      for (const folder of its) owns.delete(folder);
    });
    await before;
    for await (const line of createInterface({ input: connection })) {
      const question = JSON.parse(line) as Neo4jQuestion;
      const reply: Neo4jAnswer = await answer(question).catch((error: Error) => ({ failure: error.message }));
      if ('own' in reply) its.push(reply.own!);
      if (connection.writable) connection.write(`${JSON.stringify(reply)}\n`);
    }
  }

  const socket = join(folder, 'neo4j.socket');
  const door = createServer((connection) => void serve(connection)).listen(socket);
  await new Promise((resolve, reject) => door.once('listening', resolve).once('error', reject));

  const killNow = (): void => {
    for (const server of running) void server.kill();
  };
  return {
    socket,
    killNow,
    async close() {
      door.close();
      await Promise.all([...running].map((server) => server.kill()));
      for (const [missing, files] of skipped) {
        say(`\nSKIPPED, for there is no Neo4j: ${[...files].map((file) => relative(process.cwd(), file)).join(', ')}`);
        say(`${missing} Or set NEO4J_URL, NEO4J_USER and NEO4J_PASSWORD to a Neo4j 5 whose database is empty.`);
      }
    },
  };
}

/** A server that the person who runs the tests has. */
function givenServer({ NEO4J_URL: url, NEO4J_USER: user, NEO4J_PASSWORD: password }: Options['environment']): Neo4jLogin | undefined {
  return url ? { url, user: user || 'neo4j', password: password ?? '', isOurs: false } : undefined;
}

function reasonOf(error: unknown): string {
  if (error instanceof CannotStart) return error.message;
  throw error;
}
