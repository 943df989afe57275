/** The product as people have it: `npm start` as a child in a fresh copy of the tree, spoken to over HTTP only. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, lstatSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '#platform/testing/freePort.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const READY = 'PurSight is ready';
const START_MS = 90_000;

/** A copy of the tree without what a clone would not have. Packages are links, so that nothing is installed again. */
export type Tree = { folder: string; remove(): void };

/** In the client's folder. */
const GENERATED = /[/\\]client[/\\](\.next|src[/\\]gql)$/;

export function copyTree(): Tree {
  const folder = mkdtempSync(join(tmpdir(), 'pursight-tree-'));
  const left = new Set(['node_modules', '.git', '.pursight', '.env', 'generated', 'coverage']);
  for (const entry of readdirSync(ROOT).filter((name) => !left.has(name))) {
    cpSync(join(ROOT, entry), join(folder, entry), { recursive: true, filter: (source) => !GENERATED.test(source) });
  }
  linkPackages(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }) };
}

/** Each package is a link, but the folder itself, the scopes and the commands are the copy's own: an installation may write there. */
function linkPackages(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from)) {
    const [source, target] = [join(from, entry), join(to, entry)];
    if (entry.startsWith('@')) linkPackages(source, target);
    else if (entry === '.bin') copyLinks(source, target);
    else if (lstatSync(source).isFile()) cpSync(source, target);
    else if (!entry.startsWith('.')) symlinkSync(source, target);
  }
}

function copyLinks(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from)) {
    if (lstatSync(join(from, entry)).isSymbolicLink()) symlinkSync(readlinkSync(join(from, entry)), join(to, entry));
  }
}

type GraphQLAnswer<Data = Record<string, unknown>> = {
  data?: Data | null;
  errors?: { message: string; path?: unknown[]; extensions: { code: string } }[];
};

export type RunningProduct = {
  url: string;
  port: number;
  dataDir: string;
  /** From the start of `npm start` to `PurSight is ready` (or `until`). */
  readyMs: number;
  /** All that was printed, logs included. */
  output(): string;
  /** As printed at the first start. */
  administrator: { email: string; password: string } | undefined;
  graphql<Data = Record<string, unknown>>(query: string, options?: { variables?: object; token?: string }): Promise<GraphQLAnswer<Data>>;
  /** An access token. */
  signIn(email: string, password: string): Promise<string>;
  /** Of the product's Node, and of the processes between npm and it. */
  processes(): { node: number; all: number[] };
  /** As Ctrl-C on a terminal: the signal goes to the whole foreground group. Resolves with npm's exit code. */
  stop(signal?: 'SIGINT' | 'SIGTERM'): Promise<number | null>;
  /** kill -9 of these processes; resolves when npm has ended. */
  kill(pids: number[]): Promise<void>;
};

export type StartOptions = {
  tree: Tree;
  dataDir: string;
  port?: number;
  args?: string[];
  /** With the web client, which is built when it has changed. */
  client?: boolean;
  env?: Record<string, string>;
  /** Without npm it is what npm would start. */
  npm?: boolean;
  /** What must have been printed: that it is ready, or something earlier. */
  until?: string;
};

/** Resolves when it is ready (or at `until`); rejects with what it printed when it ends before. */
export async function startProduct({
  tree,
  dataDir,
  port,
  args: given = [],
  client = false,
  env = {},
  npm = true,
  until = READY,
}: StartOptions): Promise<RunningProduct> {
  const begin = performance.now();
  const onPort = port ?? (await freePort());
  const args = client ? given : [...given, '--no-client'];
  const [program, ...words] = npm
    ? ['npm', 'start', ...(args.length > 0 ? ['--', ...args] : [])]
    : [process.execPath, 'scripts/run.mjs', 'start', ...args];
  const child = spawn(program!, words, {
    cwd: tree.folder,
    env: productEnvironment({ PORT: String(onPort), DATA_DIR: dataDir, ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const endWithUs = () => signalGroup(child, 'SIGTERM');
  process.once('exit', endWithUs);
  void ended.then(() => process.off('exit', endWithUs));

  let over = false;
  void ended.then(() => (over = true));
  while (!output.includes(until)) {
    if (over) throw new ProductEnded(output, await ended);
    if (performance.now() - begin > START_MS) {
      signalGroup(child, 'SIGTERM');
      throw new Error(`The product was not ready within ${START_MS / 1000} s:\n${output}`);
    }
    await sleep(25);
  }
  const url = `http://127.0.0.1:${onPort}`;
  const graphql: RunningProduct['graphql'] = async (query, { variables, token } = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as GraphQLAnswer<never>;
  };
  const printed = /administrator, told this once: (\S+) with the password (\S+)/.exec(output);
  return {
    url,
    port: onPort,
    dataDir,
    readyMs: performance.now() - begin,
    output: () => output,
    administrator: printed ? { email: printed[1]!, password: printed[2]! } : undefined,
    graphql,
    async signIn(email, password) {
      const { data, errors } = await graphql<{ signIn: { session: { accessToken: string } } | null }>(
        'mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken } } }',
        { variables: { input: { email, password } } },
      );
      if (!data?.signIn) throw new Error(`Signing in failed: ${JSON.stringify(errors)}`);
      return data.signIn.session.accessToken;
    },
    processes: () => processesBelow(child.pid!),
    async stop(signal = 'SIGINT') {
      signalGroup(child, signal);
      return ended;
    },
    async kill(pids) {
      for (const pid of pids) killNow(pid);
      await ended;
    },
  };
}

export class ProductEnded extends Error {
  readonly output: string;
  readonly exitCode: number | null;
  constructor(output: string, exitCode: number | null) {
    super(`The product ended with ${exitCode} before it was ready:\n${output}`);
    this.output = output;
    this.exitCode = exitCode;
  }
}

/** Runs a command in the tree as a person would type it, and waits for its end. */
export function runShell(
  tree: Tree,
  command: string,
  env: Record<string, string>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn('sh', ['-c', command], { cwd: tree.folder, env: productEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** What this test run was started with must not reach the product: neither its settings nor npm's and vitest's variables. */
function productEnvironment(env: Record<string, string>): Record<string, string> {
  const kept = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'USER', 'LOGNAME', 'SystemRoot', 'npm_config_cache', 'npm_config_registry'];
  const own = Object.fromEntries(kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
  // Without a network nothing else is slowed down by npm's look for its own updates.
  return { ...own, npm_config_update_notifier: 'false', ...env };
}

/** Where a product of a test keeps its data. */
export function makeDataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pursight-data-'));
  // When the tests run as root, the system user that runs PostgreSQL must get there; else the data would go to /var/lib.
  chmodSync(folder, 0o755);
  return join(folder, 'data');
}

export function removeDataDir(dataDir: string): void {
  if (existsSync(dirname(dataDir))) rmSync(dirname(dataDir), { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal);
  } catch {
    // It has ended.
  }
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** Every process that npm started, PostgreSQL's included; `node` is the one that runs the product. */
function processesBelow(root: number): { node: number; all: number[] } {
  const rows = spawnSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .stdout.trim()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)!)
    .map(([, pid, parent, args]) => ({ pid: Number(pid), parent: Number(parent), args: args! }));
  const all = [root];
  for (const pid of all) all.push(...rows.filter(({ parent }) => parent === pid).map((row) => row.pid));
  const node = rows.find(({ pid, args }) => all.includes(pid) && args.includes('deploy/allInOne/main.ts'));
  if (!node) throw new Error('The product has no process.');
  return { node: node.pid, all };
}
