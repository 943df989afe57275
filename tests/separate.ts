/** Processes of the separated shape, for tests. */
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ADMINISTRATOR, speakTo, type InProcess } from '#deploy/testing/inProcess.ts';
import type { DatabaseLocation } from '#platform/database/roles.ts';
import { freePort } from '#platform/testing/freePort.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const START_MS = 120_000;

export type Running = {
  output(): string;
  /** Gives its exit code. */
  stop(): Promise<number | null>;
  /** kill -9. */
  kill(): Promise<number | null>;
  ended: Promise<number | null>;
};

/** One process of ours. Everything that it could read is given, so that a `.env` of this folder means nothing. */
export function runNode(args: string[], env: Record<string, string> = {}): Running {
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, DATABASE_URL: '', SECRET_KEY: '', SUBGRAPH_URLS: '', LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout!.on('data', (chunk) => (output += chunk));
  child.stderr!.on('data', (chunk) => (output += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const endWithUs = () => child.kill('SIGTERM');
  process.once('exit', endWithUs);
  void ended.then(() => process.off('exit', endWithUs));
  return {
    output: () => output,
    ended,
    stop: () => (child.kill('SIGTERM'), ended),
    kill: () => (child.kill('SIGKILL'), ended),
  };
}

/** What npm would start. */
export const run = (words: string[], env: Record<string, string> = {}): Running => runNode(['scripts/run.mjs', ...words], env);

export async function ready(running: Running): Promise<Running> {
  let over = false;
  void running.ended.then(() => (over = true));
  for (const deadline = Date.now() + START_MS; !running.output().includes('is ready'); await sleep(25)) {
    if (over || Date.now() > deadline) throw new Error(`The process is not ready:\n${running.output()}`);
  }
  return running;
}

const SUBGRAPHS = ['catalog', 'policy', 'lineage', 'identity'] as const;
export type SeparateName = (typeof SUBGRAPHS)[number] | 'router' | 'worker';
/** Whom each asks over HTTP. */
const ASKS: Readonly<Record<SeparateName, readonly SeparateName[]>> = {
  catalog: [],
  identity: [],
  policy: ['catalog'],
  lineage: ['catalog', 'identity'],
  router: SUBGRAPHS,
  worker: [],
};

export type Separate = InProcess & {
  processes: Readonly<Record<SeparateName, Running>>;
  urls: Readonly<Record<SeparateName, string>>;
  /** A killed one again, at its address. */
  startAgain(name: SeparateName): Promise<void>;
  /** Another one beside the first. `asks`: other addresses than those of the first. Gives its address. */
  addAnother(name: SeparateName, asks?: Partial<Record<SeparateName, string>>): Promise<string>;
};

/** The whole product, each part in a process of its own. `port`: the router's. */
export async function startSeparately(
  location: DatabaseLocation,
  { environment = {}, port }: { environment?: Record<string, string>; port?: string } = {},
): Promise<Separate> {
  const names = Object.keys(ASKS) as SeparateName[];
  const ports = await Promise.all(names.map(async (name) => (name === 'router' && port ? port : String(await freePort()))));
  const urls = Object.fromEntries(names.map((name, index) => [name, `http://127.0.0.1:${ports[index]}`])) as Record<SeparateName, string>;
  const shared = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'warn',
    DATABASE_URL: location.ownerUrl,
    SECRET_KEY: Buffer.from(location.rootKey).toString('base64'),
    ADMIN_EMAIL: ADMINISTRATOR.email,
    ADMIN_PASSWORD: ADMINISTRATOR.password,
    ...environment,
  };
  const all: Running[] = [];
  const start = async (name: SeparateName, at: string, others: Partial<Record<SeparateName, string>> = {}): Promise<Running> => {
    const isSubgraph = SUBGRAPHS.some((each) => each === name);
    const running = runNode([`deploy/separate/${isSubgraph ? 'subgraph' : name}.ts`, ...(isSubgraph ? [name] : [])], {
      ...shared,
      [name === 'worker' ? 'WORKER_PORT' : 'PORT']: new URL(at).port,
      SUBGRAPH_URLS: ASKS[name].map((each) => `${each}=${others[each] ?? urls[each]}`).join(),
    });
    all.push(running);
    return await ready(running);
  };
  const stop = async (): Promise<void> => {
    await Promise.all(all.map((running) => running.stop()));
  };
  try {
    const started = await Promise.all(names.map(async (name) => [name, await start(name, urls[name])] as const));
    const processes = Object.fromEntries(started) as Record<SeparateName, Running>;
    return {
      ...speakTo(urls.router),
      stop,
      urls,
      processes,
      async startAgain(name) {
        processes[name] = await start(name, urls[name]);
      },
      async addAnother(name, asks) {
        const url = `http://127.0.0.1:${await freePort()}`;
        await start(name, url, asks);
        return url;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
