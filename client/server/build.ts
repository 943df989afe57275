/** Builds the pages when what they are made from has changed since the last time. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CannotStart } from '#platform/errors.ts';
import type { Logger } from '#platform/logger.ts';
import { takeTurn } from './turns.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Beside the pages' own sources. */
export const SOURCES = [
  'schema/api.graphql',
  'package-lock.json',
  'tsconfig.json',
  'platform/graphql/resumableClient.ts',
  'platform/graphql/socketClient.ts',
];
/** Made, or no part of the pages. */
const LEFT_OUT = /^client\/(\.next|server|src\/gql|next-env\.d\.ts)(\/|$)|\.test\.tsx?$/;
const LOW_PRIORITY = 10;
const KEPT_OUTPUT = 4_000;

export type BuildOptions = {
  logger: Logger;
  /** Tells the person at the terminal a sentence. */
  say: (sentence: string) => void;
  /** Ends a build that nobody wants any more. */
  signal: AbortSignal;
  /** Of the repository. */
  root?: string;
  /** Each a program of Node with its arguments and its folder. */
  steps?: Step[];
};
export type Step = { folder: string; args: string[] };

/** From the repository's folder. */
const TYPED_DOCUMENTS: Step = {
  folder: '.',
  args: ['node_modules/@graphql-codegen/cli/esm/bin.js', '--config', 'client/codegen.ts', '--silent'],
};
const STEPS: Step[] = [TYPED_DOCUMENTS, { folder: 'client', args: ['../node_modules/next/dist/bin/next', 'build', '--turbopack'] }];

/** Resolves when what is built is of the sources as they are. Rejects with CannotStart, in one plain sentence; the log has the rest. */
export async function ensureBuilt({ logger, say, signal, root = ROOT, steps = STEPS }: BuildOptions): Promise<void> {
  const stamp = join(root, 'client', '.next', 'pursight-stamp');
  if (isBuilt(stamp, hashSources(root))) return;
  const lock = join(tmpdir(), `pursight-client-build-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`);
  const endTurn = await takeTurn(lock, { signal, onWait: () => say('Another command is building the web client; waiting for it …') });
  try {
    const hash = hashSources(root);
    if (isBuilt(stamp, hash)) return; // the other one did it
    say('Building the web client (only when it has changed; a minute or so) …');
    rmSync(stamp, { force: true }); // what a killed build leaves must not look finished
    for (const { folder, args } of steps) await run(args, { cwd: join(root, folder), logger, signal });
    mkdirSync(join(root, 'client', '.next'), { recursive: true });
    writeFileSync(stamp, hash);
  } finally {
    endTurn();
  }
}

/** What the sources import, for serving from them: `npm run codegen` makes it anew after an operation has changed. */
export async function writeDocuments({ logger, signal }: Pick<BuildOptions, 'logger' | 'signal'>): Promise<void> {
  if (!existsSync(join(ROOT, 'client', 'src', 'gql'))) await run(TYPED_DOCUMENTS.args, { cwd: ROOT, logger, signal });
}

const isBuilt = (stamp: string, hash: string): boolean => existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;

function hashSources(root: string): string {
  const hash = createHash('sha256');
  for (const path of [...SOURCES, ...listFiles(root, 'client')]) {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

function listFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .map((entry) => ({ entry, path: relative(root, join(root, folder, entry.name)).replaceAll('\\', '/') }))
    .filter(({ path }) => !LEFT_OUT.test(path))
    .sort((one, other) => (one.path < other.path ? -1 : 1))
    .flatMap(({ entry, path }) => (entry.isDirectory() ? listFiles(root, path) : [path]));
}

async function run(args: string[], { cwd, logger, signal }: { cwd: string; logger: Logger; signal: AbortSignal }): Promise<void> {
  const child = spawn(process.execPath, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    // oxlint-disable-next-line node/no-process-env -- the machine's (PATH, HOME), for the tools
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    signal,
    killSignal: 'SIGTERM',
  });
  if (child.pid !== undefined) lowerPriority(child.pid);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const { code, killed } = await new Promise<{ code: number | null; killed: boolean }>((resolve) => {
    child.once('error', (error) => ((output += error.message), resolve({ code: null, killed: false })));
    child.once('close', (ended, by) => resolve({ code: ended, killed: by !== null }));
  });
  if (code === 0) return;
  if (signal.aborted || killed) throw new CannotStart('The web client is not built: it was stopped before.');
  logger.error({ output: output.slice(-KEPT_OUTPUT), code }, 'the web client cannot be built');
  throw new CannotStart('The web client cannot be built; the log says why. `npm start -- --no-client` starts everything else.');
}

/** What is started beside it goes first. */
function lowerPriority(pid: number): void {
  try {
    setPriority(pid, LOW_PRIORITY);
  } catch {
    // It has ended already, or may not: it then takes its share.
  }
}
