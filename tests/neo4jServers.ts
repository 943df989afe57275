/**
 * The Neo4j servers of a test run. Test files ask for them at its door (`platform/testing/neo4j.ts`): the first that asks has the
 * shared one started, and as a server is heavy and has one database, they take turns. A file's turn ends with its connection, also
 * when its process is killed.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { prepareNeo4j, startNeo4j, type Neo4jProgram, type Neo4jServer } from '#deploy/neo4j-local/server.ts';
import { findPort } from '#platform/database/embeddedServer.ts';
import { CannotStart } from '#platform/errors.ts';
import type { Neo4jAnswer, Neo4jDoor, Neo4jLogin, Neo4jQuestion } from '#platform/testing/neo4j.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export type Neo4jServers = {
  door: Neo4jDoor;
  /** Ends all servers, and says which test files went without one. */
  close(): Promise<void>;
  /** For a process that ends and cannot wait. */
  killNow(): void;
};

/** A server's place: the address and the data with which it can be started again. */
type Place = { folder: string; port: number; password: string };
type Own = Place & { server: Neo4jServer };

/** Data go below `folder`. `say` tells the person who runs the tests a sentence. */
export async function offerNeo4j(options: {
  folder: string;
  environment: Environment;
  say: (sentence: string) => void;
}): Promise<Neo4jServers> {
  const { folder, environment, say } = options;
  const running = new Set<Neo4jServer>();
  const owns = new Map<string, Own>();
  /** Files by what would help them. */
  const skipped = new Map<string, Set<string>>();
  const given = givenServer(environment);
  let program: Promise<Neo4jProgram> | undefined;
  let shared: Promise<Neo4jLogin> | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let made = 0;

  const prepare = (): Promise<Neo4jProgram> => (program ??= prepareNeo4j(environment, say));
  const newPlace = (port: number): Place => ({ folder: join(folder, `neo4j-${++made}`), port, password: secret() });

  async function begin(place: Place): Promise<Neo4jServer> {
    const server = await startNeo4j(await prepare(), { ...place, life: 'short' });
    running.add(server);
    void server.ended.then(() => running.delete(server));
    return server;
  }

  /** Started at the first question; again at a later one when it did not start or has died. */
  async function startShared(): Promise<Neo4jLogin> {
    try {
      const place = newPlace(0);
      const { url, user, ended } = await begin(place);
      void ended.then(() => (shared = undefined));
      return { url, user, password: place.password };
    } catch (error) {
      shared = undefined;
      throw error;
    }
  }

  async function startOwn(): Promise<Neo4jAnswer> {
    const place = newPlace(await findPort());
    const server = await begin(place);
    owns.set(place.folder, { ...place, server });
    return { own: place.folder, pid: server.pid, login: { url: server.url, user: server.user, password: place.password } };
  }

  async function answer(question: Neo4jQuestion): Promise<Neo4jAnswer> {
    if ('file' in question) {
      if (question.want === 'shared' && given) return { login: given };
      // What is missing on this machine skips a file; a server that does not start although nothing is missing fails it.
      const missing = await prepare().then(() => undefined, reasonOf);
      if (missing !== undefined) return decline(question, missing);
      if (question.want === 'turn') return { missing: null };
      return question.want === 'own' ? startOwn() : { login: await (shared ??= startShared()) };
    }
    const own = owns.get(question.own);
    if (!own) throw new Error('The test run has no such Neo4j.');
    if (question.want === 'kill') await own.server.kill();
    else await own.server.stop();
    if (question.want === 'start') {
      if (question.empty) rmSync(own.folder, { recursive: true, force: true });
      own.server = await begin(own);
    }
    return { pid: own.server.pid };
  }

  function decline({ want, file }: { want: string; file: string }, missing: string): Neo4jAnswer {
    if (environment.REQUIRE_SERVICES === '1') throw new Error(`${missing} (With REQUIRE_SERVICES=1 nothing is skipped for that.)`);
    const remedy =
      want === 'shared' ? `${missing} Or set NEO4J_URL, NEO4J_USER and NEO4J_PASSWORD to a Neo4j 5 whose database is empty.` : missing;
    skipped.set(remedy, (skipped.get(remedy) ?? new Set()).add(relative(process.cwd(), file)));
    return { missing };
  }

  /** Its questions are answered in order, once it is its turn, which lasts until it closes. */
  function serve(connection: Socket, lines: AsyncIterable<string>): void {
    const its: Own[] = [];
    const before = turn;
    const answered = (async () => {
      for await (const line of lines) {
        await before;
        if (connection.destroyed) return;
        const reply = await answer(JSON.parse(line) as Neo4jQuestion).catch((error: Error): Neo4jAnswer => ({ failure: error.message }));
        if ('own' in reply) its.push(owns.get(reply.own!)!);
        connection.write(`${JSON.stringify(reply)}\n`);
      }
    })();
    turn = Promise.allSettled([before, answered]).then(async () => {
      for (const own of its) {
        owns.delete(own.folder);
        await own.server.kill();
        rmSync(own.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
      }
    });
  }

  const key = secret();
  const listener = createServer((connection) => {
    connection.on('error', () => connection.destroy()); // the test file's process has ended
    const lines = createInterface({ input: connection });
    connection.once('close', () => lines.close());
    // The door gives away a password: only this run's tests may come in.
    lines.once('line', (line) => (line === key ? serve(connection, lines) : connection.destroy()));
  });
  listener.listen(0, '127.0.0.1').unref(); // a set-up that fails after us is not held up
  await once(listener, 'listening');

  return {
    door: { port: (listener.address() as AddressInfo).port, key },
    killNow: () => running.forEach((server) => void server.kill()),
    async close() {
      listener.close();
      await Promise.all([...running].map((server) => server.kill()));
      for (const [remedy, files] of skipped) say(`\nSKIPPED, for there is no Neo4j: ${[...files].join(', ')}.\n${remedy}`);
    },
  };
}

const secret = (): string => randomBytes(16).toString('hex');

/** A server that the person who runs the tests has. Its mark is this run's alone: what an earlier one left may be anybody's by now. */
function givenServer({ NEO4J_URL: url, NEO4J_USER: user, NEO4J_PASSWORD: password }: Environment): Neo4jLogin | undefined {
  return url ? { url, user: user || 'neo4j', password: password ?? '', mark: `pursight_tests_${secret()}` } : undefined;
}

function reasonOf(error: unknown): string {
  if (error instanceof CannotStart) return error.message;
  throw error;
}
