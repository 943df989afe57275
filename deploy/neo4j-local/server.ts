/** A Neo4j server for developing and testing, as a child process: on the loopback, with one user, `neo4j`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isFree } from '#platform/database/embeddedServer.ts';
import { CannotStart } from '#platform/errors.ts';
import { forOthers, type Environment } from './environment.ts';
import { ensureJars } from './jars.ts';
import { findJava } from './java.ts';

const LAUNCHER = fileURLToPath(new URL('Launcher.java', import.meta.url));
const USER = 'neo4j';
/** After a kill it first replays what it had not written to its tables. */
const START_MS = 5 * 60_000;
const STOP_MS = 30_000;
/**
 * A start takes half as much of a processor when nothing is compiled for speed, which pays for a server that lives for minutes. A long life
 * is with the collector for throughput: what a load leaves behind takes half as much of its time as with G1 in a heap of this size.
 */
const LIVES = {
  short: ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xms256m', '-Xmx512m'],
  long: ['-XX:+UseParallelGC', '-Xms512m', '-Xmx512m'],
};
const JVM_ARGUMENTS = [
  ...['java.nio', 'java.io', 'sun.nio.ch'].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
  '-Dlog4j2.disable.jmx=true',
  '-Dlog4j2.shutdownHookEnabled=false',
];

/** What a start takes. */
export type Neo4jProgram = { java: string; jars: string; environment: Environment };

/** Finds Java, and fetches Neo4j where it was not fetched yet. Throws CannotStart with what is missing. */
export async function prepareNeo4j(environment: Environment, say: (sentence: string) => void): Promise<Neo4jProgram> {
  const java = findJava(environment);
  return { java, jars: await ensureJars(environment, say), environment };
}

export type Neo4jServer = {
  url: string;
  user: string;
  port: number;
  pid: number;
  /** Resolves when it has ended, for whatever reason. */
  ended: Promise<void>;
  /** In order; by force when that takes too long. */
  stop(): Promise<void>;
  /** As `kill -9`. */
  kill(): Promise<void>;
};

export type Neo4jStart = {
  /** Made if it is missing. */
  folder: string;
  /** 0 is a free one. */
  port: number;
  /** Of at least 8 characters. Set at each start. */
  password: string;
  life?: keyof typeof LIVES;
};

/** Throws CannotStart. The server would tell it, too, but only seconds later. */
export async function assertFree(port: number): Promise<void> {
  if (port !== 0 && !(await isFree(port))) throw new CannotStart(portTaken(port));
}

/** Starts a server and waits until it answers. Throws CannotStart. */
export async function startNeo4j(
  { java, jars, environment }: Neo4jProgram,
  { folder, port, password, life = 'long' }: Neo4jStart,
): Promise<Neo4jServer> {
  await assertFree(port);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const child = spawn(java, [...JVM_ARGUMENTS, ...LIVES[life], '-cp', join(jars, '*'), LAUNCHER, folder, String(port)], {
    // It lives as long as the pipe to its stdin; in a group of its own Ctrl-C does not reach it before us.
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    windowsHide: true,
    cwd: folder,
    env: { ...forOthers(environment), NEO4J_PASSWORD: password },
  });
  child.stdin.on('error', () => {}); // it has ended, which `ended` tells
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output = (output + chunk).slice(-100_000)));

  const onPort = await waitUntilReady(child, ended, () => output);
  if (onPort === undefined) throw new CannotStart(sentenceOf(output, { folder, port }));
  return {
    url: `bolt://127.0.0.1:${onPort}`,
    user: USER,
    port: onPort,
    pid: child.pid!,
    ended,
    stop: () => stop(child, ended),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** The port; undefined when it did not start. */
async function waitUntilReady(child: ChildProcess, ended: Promise<void>, output: () => string): Promise<number | undefined> {
  let over = false;
  void ended.then(() => (over = true));
  for (const deadline = Date.now() + START_MS; !over; await sleep(50)) {
    const [, port] = /^READY (\d+)$/m.exec(output()) ?? [];
    if (port) return Number(port);
    if (Date.now() > deadline) child.kill('SIGKILL');
  }
  return undefined;
}

const portTaken = (port: number): string =>
  `Port ${port} is taken by another program: stop it, or choose another port for Neo4j (npm run neo4j -- --port ${port === 65_535 ? 0 : port + 1}).`;

function sentenceOf(output: string, { folder, port }: { folder: string; port: number }): string {
  const [, reason] = /^FAILED (.*)$/m.exec(output) ?? [];
  if (reason === 'PORT_TAKEN') return portTaken(port);
  if (reason === 'FOLDER_IN_USE') return `Another Neo4j server uses ${folder}: stop it, or set DATA_DIR to another folder.`;
  return `Neo4j did not start: ${reason ?? (output.trim().slice(-300) || `it did not answer within ${START_MS / 60_000} minutes`)}. Its log is ${join(folder, 'logs', 'debug.log')}.`;
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.stdin!.end();
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(force);
}
