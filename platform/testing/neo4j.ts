/**
 * A real Neo4j for test files. Neo4j Community has one database and a server is heavy: files that use one take turns, for as long as a file
 * runs. The servers belong to the test run (`tests/neo4jServers.ts`), which starts the first when a file asks for it.
 */
import { createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import neo4j, { type Driver } from 'neo4j-driver';
import { afterAll, expect, inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    neo4j: Neo4jDoor;
  }
}

/** Where the test run's servers are asked for: a port of the loopback, and what has to be said first. */
export type Neo4jDoor = { port: number; key: string };
/** `mark`: of a server that is not the test run's own, the name under which this run notes that what is there was made by its tests. */
export type Neo4jLogin = { url: string; user: string; password: string; mark?: string };
export type Neo4jQuestion =
  | { want: 'shared' | 'own' | 'turn'; file: string }
  | { want: 'kill' | 'stop'; own: string }
  | { want: 'start'; own: string; empty: boolean };
export type Neo4jAnswer =
  | { login: Neo4jLogin; own?: string; pid?: number }
  | { pid: number | undefined }
  | { missing: string | null }
  | { failure: string };

export type TestNeo4j = {
  /** Why there is none: a sentence. Then nothing else here may be used. */
  missing: string | undefined;
  url: string;
  user: string;
  password: string;
  /** Removes all nodes, relationships, indexes and constraints. */
  empty(): Promise<void>;
};

/**
 * An empty Neo4j that no other file uses until this one has ended. For the top level of a test file:
 *
 *     const server = await useNeo4j();
 *     describe.skipIf(server.missing)('…', () => …);
 *
 * Where there is none, the run's last lines say so. Throws when a NEO4J_URL was given whose database holds what no test made.
 */
export async function useNeo4j(): Promise<TestNeo4j> {
  const answer = await ask({ want: 'shared', file: expect.getState().testPath ?? '' });
  if (!('login' in answer)) return missingServer(answer);
  const { url, user, password, mark } = answer.login;
  const empty = () => emptyDatabase(answer.login);
  await empty();
  // Ours is emptied by the next file in any case; what a user has given is left as it was found.
  if (mark) afterAll(() => giveBack(answer.login), 120_000);
  return { missing: undefined, url, user, password, empty };
}

export type OwnNeo4j = TestNeo4j & {
  /** Of the server's process now. */
  pid(): number;
  /** kill -9. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Starts it again on the same port with the same password; with the data that it had, or none. */
  start(options?: { empty?: boolean }): Promise<void>;
};

/** The same, with a server of the file's own, which it may kill. Also for the top level of a test file. */
export async function useOwnNeo4j(): Promise<OwnNeo4j> {
  const answer = await ask({ want: 'own', file: expect.getState().testPath ?? '' });
  if (!('login' in answer)) return { ...missingServer(answer), pid: unusable, kill: unusable, stop: unusable, start: unusable };
  const { login, own } = answer;
  let pid = answer.pid!;
  const send = async (question: Neo4jQuestion): Promise<void> => {
    const reply = await ask(question);
    if ('pid' in reply) pid = reply.pid!;
  };
  return {
    missing: undefined,
    url: login.url,
    user: login.user,
    password: login.password,
    empty: () => emptyDatabase(login),
    pid: () => pid,
    kill: () => send({ want: 'kill', own: own! }),
    stop: () => send({ want: 'stop', own: own! }),
    start: ({ empty = false } = {}) => send({ want: 'start', own: own!, empty }),
  };
}

const unusable = (): never => {
  throw new Error('There is no Neo4j: skip what needs it (`missing` tells why).');
};

function missingServer(answer: Neo4jAnswer): TestNeo4j {
  if (!('missing' in answer)) throw new Error('The test run answered something else.');
  return { missing: answer.missing ?? undefined, url: '', user: '', password: '', empty: unusable };
}

/** For a file that starts servers by itself: its turn, and why none can be started here. Also for the top level of a test file. */
export async function useNeo4jTurn(): Promise<{ missing: string | undefined }> {
  return { missing: missingServer(await ask({ want: 'turn', file: expect.getState().testPath ?? '' })).missing };
}

let connection: { socket: Socket; lines: AsyncIterator<string> } | undefined;

/** One connection for each test file, as its end ends the file's turn. The answer takes as long as the files before it do. */
async function ask(question: Neo4jQuestion): Promise<Neo4jAnswer> {
  connection ??= open();
  connection.socket.ref();
  connection.socket.write(`${JSON.stringify(question)}\n`);
  const { value, done } = await connection.lines.next();
  if (done) throw new Error('The test run that has the Neo4j servers is gone.');
  // The turn must not keep a finished worker alive.
  connection.socket.unref();
  const answer = JSON.parse(value) as Neo4jAnswer;
  if ('failure' in answer) throw new Error(answer.failure);
  return answer;
}

function open(): { socket: Socket; lines: AsyncIterator<string> } {
  const { port, key } = inject('neo4j');
  const socket = createConnection(port, '127.0.0.1');
  socket.write(`${key}\n`);
  afterAll(() => void socket.destroy());
  return { socket, lines: createInterface({ input: socket })[Symbol.asyncIterator]() };
}

async function withDriver(login: Neo4jLogin, work: (driver: Driver) => Promise<void>): Promise<void> {
  const driver = neo4j.driver(login.url, neo4j.auth.basic(login.user, login.password), {
    disableLosslessIntegers: true,
    telemetryDisabled: true,
  });
  try {
    await work(driver);
  } finally {
    await driver.close();
  }
}

/** Throws where that would remove what this run did not make. For the tests of this module; others use what `useNeo4j` gives. */
export const emptyDatabase = (login: Neo4jLogin): Promise<void> =>
  withDriver(login, async (driver) => {
    if (login.mark) await claim(driver, login.mark);
    await removeAll(driver, login.mark);
  });

/** Empty, and without our mark. */
export const giveBack = (login: Neo4jLogin): Promise<void> => withDriver(login, removeAll);

/** The mark is an index, because that outlives `MATCH (n) DETACH DELETE n` and is counted by no test. */
async function claim(driver: Driver, mark: string): Promise<void> {
  const indexes = await listIndexes(driver);
  if (indexes.includes(mark)) return;
  const { records } = await driver.executeQuery('MATCH (n) RETURN elementId(n) LIMIT 1');
  if (records.length > 0 || indexes.length > 0) {
    throw new Error(
      'The database at NEO4J_URL holds what no test of this run made, and the tests would remove it: give them an empty one (without constraints and indexes, too), or no NEO4J_URL, and they start one.',
    );
  }
  await driver.executeQuery(`CREATE INDEX ${mark} IF NOT EXISTS FOR (n:PursightTest) ON (n.mark)`);
}

/** Those of constraints included; without the two that every database has from the start. */
async function listIndexes(driver: Driver): Promise<string[]> {
  const { records } = await driver.executeQuery('SHOW INDEXES YIELD name, type WHERE type <> "LOOKUP" RETURN name');
  return records.map((record) => record.get('name') as string);
}

async function removeAll(driver: Driver, except?: string): Promise<void> {
  const session = driver.session();
  try {
    // In batches: a transaction has to fit into the server's memory. Relationships first, as one node may have any number.
    await session.run('MATCH ()-[r]->() CALL (r) { DELETE r } IN TRANSACTIONS OF 20000 ROWS');
    await session.run('MATCH (n) CALL (n) { DELETE n } IN TRANSACTIONS OF 20000 ROWS');
    const constraints = await session.run('SHOW CONSTRAINTS YIELD name');
    for (const record of constraints.records) await session.run(`DROP CONSTRAINT ${quote(record.get('name'))} IF EXISTS`);
    for (const name of await listIndexes(driver)) {
      if (name !== except) await session.run(`DROP INDEX ${quote(name)} IF EXISTS`);
    }
  } finally {
    await session.close();
  }
}

/** A name in a schema command cannot be a parameter. */
const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
