import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import neo4j from 'neo4j-driver';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useNeo4jTurn } from '#platform/testing/neo4j.ts';

const { missing } = await useNeo4jTurn();
/** On a machine that has much else to do. */
const START_MS = 240_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pursight-neo4j-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));

type Running = { child: ChildProcess; output(): string; code: Promise<number | null> };

/** The command, in a folder of its own with no settings but these. */
function start(args: string[], environment: Record<string, string | undefined>): Running {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'neo4j.ts'), ...args], {
    cwd: folder,
    env: { HOME: process.env.HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return { child, output: () => output, code: new Promise((resolve) => child.once('close', (code) => resolve(code))) };
}

async function run(args: string[], environment: Record<string, string | undefined>): Promise<{ code: number | null; output: string }> {
  const { code, output } = start(args, environment);
  return { code: await code, output: output() };
}

/** A program of ours for the command to find. */
function program(name: string, script: string): void {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'bin', name), 0o755);
}
const ours = () => ({ PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, XDG_CACHE_HOME: join(folder, 'cache') });
const modules = (version: number, ...names: string[]) => ['java.base', ...names].map((name) => `echo ${name}@${version}.0.1`).join('\n');

describe.skipIf(process.platform === 'win32')('npm run neo4j', () => {
  it.for([
    [
      'Java is missing',
      () => ({ PATH: join(folder, 'nothing') }),
      'Java, which runs Neo4j, is missing. Install a JDK of version 17 or later',
    ],
    ['JAVA_HOME leads nowhere', () => ({ ...ours(), JAVA_HOME: '/nowhere' }), 'Java, which runs Neo4j, is missing.'],
    ['Java is old', () => (program('java', modules(11, 'jdk.compiler')), ours()), 'The Java here (11) is too old for Neo4j.'],
    ['Java is very old', () => (program('java', 'echo Unrecognized option >&2; exit 1'), ours()), 'The Java here (before 9) is too old'],
    ['Java has no compiler', () => (program('java', modules(17)), ours()), 'The Java here comes without its compiler'],
    [
      'Maven is missing',
      () => (program('java', modules(17, 'jdk.compiler')), { ...ours(), PATH: join(folder, 'bin') }),
      'Maven, which fetches Neo4j, is missing: install Maven',
    ],
    [
      'Maven fails',
      () => (program('java', modules(17, 'jdk.compiler')), program('mvn', 'echo "[ERROR] no route"; exit 1'), ours()),
      'Maven could not fetch Neo4j (try again once that is mended): no route',
    ],
    ['a setting is wrong', () => ({ DATABASE_URL: 'mysql://here' }), 'DATABASE_URL: must be a URL that begins with'],
  ] as const)('says in a sentence that %s, and ends with 1', async ([, environment, sentence]) => {
    const { code, output } = await run(['--port', '0'], environment());
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining(sentence) });
    expect(output).not.toMatch(/^\s+at /m);
  });

  it('says in a sentence that the port is taken, or that the password is too short, before it looks for anything else', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    try {
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      const taken = await run(['--port', String(port)], ours());
      expect(taken).toEqual({ code: 1, output: expect.stringContaining(`Port ${port} is taken by another program`) });
    } finally {
      other.close();
    }
    const short = await run(['--port', '0'], { ...ours(), NEO4J_PASSWORD: 'secret' });
    expect(short).toEqual({ code: 1, output: expect.stringContaining('NEO4J_PASSWORD must have at least 8 characters') });
    expect(short.output).not.toContain('secret');
  });

  it('says how it is used', async () => {
    for (const args of [['--port', 'bolt'], ['--port', '65536'], ['--sport', '1'], ['here']]) {
      const { code, output } = await run(args, {});
      expect({ code, output }, args.join(' ')).toEqual({ code: 2, output: expect.stringContaining('Usage: npm run neo4j') });
    }
  });
});

describe.skipIf(missing)('the server of npm run neo4j', () => {
  const environment = {
    PATH: process.env.PATH,
    JAVA_HOME: process.env.JAVA_HOME,
    XDG_CACHE_HOME: process.env.XDG_CACHE_HOME,
    // Half of the work of a start.
    JAVA_TOOL_OPTIONS: '-XX:TieredStopAtLevel=1',
  };
  let running: Running | undefined;
  afterEach(async () => {
    running?.child.kill('SIGTERM');
    await running?.code;
  });

  /** Until it is ready. Gives what it says to set. */
  async function startReady(more: Record<string, string> = {}): Promise<Record<string, string>> {
    const { child, output, code } = (running = start(['--port', '0'], { ...environment, ...more }));
    const ended = code.then(() => true);
    while (!output().includes('Neo4j is ready.')) {
      const over = await Promise.race([ended, new Promise<false>((resolve) => child.stdout!.once('data', () => resolve(false)))]);
      if (over) throw new Error(output());
    }
    return Object.fromEntries([...output().matchAll(/^ {2}(NEO4J_\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  }

  async function count(set: Record<string, string>, cypher = 'MATCH (n:Thing) RETURN count(n)'): Promise<number> {
    const driver = neo4j.driver(set.NEO4J_URL!, neo4j.auth.basic(set.NEO4J_USER!, set.NEO4J_PASSWORD!), { disableLosslessIntegers: true });
    try {
      return (await driver.executeQuery(cypher)).records[0]!.get(0);
    } finally {
      await driver.close();
    }
  }

  const isAway = (host: string, port: number): Promise<boolean> =>
    new Promise((resolve) => {
      const probe = connect(port, host, () => resolve(false));
      probe.once('error', () => resolve(true)).once('close', () => probe.destroy());
      probe.end();
    });

  it(
    'prints what to set, keeps data and password below DATA_DIR of .env, ends with 0, and with the command',
    { timeout: 2 * START_MS },
    async () => {
      writeFileSync(join(folder, '.env'), 'DATA_DIR=here\n');
      const set = await startReady();
      expect(set).toEqual({
        NEO4J_URL: expect.stringMatching(/^bolt:\/\/127\.0\.0\.1:\d+$/),
        NEO4J_USER: 'neo4j',
        NEO4J_PASSWORD: expect.stringMatching(/^\w{32}$/),
      });
      expect(await count(set, 'CREATE (n:Thing) RETURN count(n)')).toBe(1);
      const file = join(folder, 'here', 'neo4j', 'password');
      expect(readFileSync(file, 'utf8').trim()).toBe(set.NEO4J_PASSWORD);
      expect(statSync(file).mode & 0o777).toBe(0o600);

      expect(await run(['--port', '0'], environment)).toEqual({
        code: 1,
        output: expect.stringMatching(/^Another Neo4j server uses .*: stop it, or set DATA_DIR to another folder\.\n$/),
      });

      running!.child.kill('SIGINT');
      expect(await running!.code).toBe(0);
      expect(running!.output()).toMatch(/Neo4j stops …\n$/);

      // Again, under a password of one's own, which is not told.
      const again = await startReady({ NEO4J_PASSWORD: 'a password of my own' });
      expect(running!.output()).not.toContain('a password of my own');
      expect(await count({ ...again, NEO4J_PASSWORD: 'a password of my own' })).toBe(1);

      // It does not outlive a command that was killed.
      running!.child.kill('SIGKILL');
      await running!.code;
      const { hostname, port } = new URL(again.NEO4J_URL!);
      await expect.poll(() => isAway(hostname, Number(port)), { timeout: 30_000 }).toBe(true);
    },
  );

  it('is stopped in order while it still starts', { timeout: START_MS }, async () => {
    running = start(['--port', '0'], environment);
    const begun = join(folder, '.pursight', 'neo4j', 'server');
    await expect.poll(() => existsSync(begun), { timeout: 30_000 }).toBe(true);
    running.child.kill('SIGTERM');
    expect(await running.code).toBe(0);
    expect(running.output()).toBe('Neo4j stops …\n');
  });
});
