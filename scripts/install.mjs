// Installs the packages when they are missing or do not match package-lock.json. No dependencies; runs on Node 20 and later.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyPatches, PATCHES } from './patches.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MODULES = join(ROOT, 'node_modules');
const LOCK = join(ROOT, 'package-lock.json');
const STAMP = join(MODULES, '.pursight-install');
/** npm's own list of what is installed. It writes it last, so a killed npm leaves none. */
const INSTALLED = join(MODULES, '.package-lock.json');

/** Why a command cannot run: one plain sentence. */
export class CannotRun extends Error {}

/**
 * `production`: what running the product takes. `all`: also what testing and developing it takes, which is as much again
 * to install. `quick` takes any finished installation. npm's output goes to stderr: some commands' stdout is data.
 */
export async function ensureInstalled(level, { quick = false } = {}) {
  if (quick && existsSync(STAMP)) return;
  if (isStamped(level)) return;
  const unlock = await takeTurn();
  try {
    if (isStamped(level)) return; // another command did it meanwhile
    const found = findLevel();
    if (found === undefined) npm('ci', level);
    else if (found === 'production' && level === 'all') npm('install', level); // adds, and so disturbs no product that runs
    // What an earlier version patched otherwise is installed anew.
    if (!applyPatches(MODULES)) npm('ci', found ?? level);
    if (!applyPatches(MODULES)) throw new CannotRun('A package is not as scripts/patches.mjs expects it: look at its new version.');
    linkCommand();
    writeFileSync(STAMP, stampOf(found === 'all' ? 'all' : level));
  } finally {
    unlock();
  }
}

/** The lock file's hash, our patches, the machine's kind (a tree copied from another kind has the wrong binaries), and the level. */
function stampOf(level) {
  const hash = createHash('sha256').update(readFileSync(LOCK)).digest('hex');
  return `${hash} ${PATCHES} ${process.platform}-${process.arch} ${level}\n`;
}

function isStamped(level) {
  let stamp;
  try {
    stamp = readFileSync(STAMP, 'utf8');
  } catch {
    return false; // never installed, or not to the end
  }
  return stamp === stampOf('all') || stamp === stampOf(level);
}

/** What is there already: of an earlier start, or of somebody's own `npm ci` or `npm install`. */
function findLevel() {
  let installed;
  try {
    installed = JSON.parse(readFileSync(INSTALLED, 'utf8')).packages;
  } catch {
    return undefined;
  }
  const { packages } = JSON.parse(readFileSync(LOCK, 'utf8'));
  const direct = new Set(Object.keys(packages[''].optionalDependencies).map((name) => `node_modules/${name}`));
  let level = 'all';
  for (const [path, wanted] of Object.entries(packages)) {
    if (path === '') continue;
    const found = installed[path];
    if (found && found.version === wanted.version && found.integrity === wanted.integrity) continue;
    // Other optional packages may be missing: npm knows best which of them belong here.
    if (!found && wanted.optional && !(direct.has(path) && isForThisMachine(wanted))) continue;
    if (found || !(wanted.dev || wanted.devOptional)) return undefined;
    level = 'production';
  }
  return level;
}

const isForThisMachine = ({ os, cpu }) => [os].flat().includes(process.platform) && [cpu].flat().includes(process.arch);

function npm(command, level) {
  process.stderr.write('Installing packages (only when they have changed; a minute or so) …\n');
  // What a killed npm leaves must not look finished. (`install` keeps the list: it is how npm knows what is there.)
  for (const file of command === 'ci' ? [STAMP, INSTALLED] : [STAMP]) rmSync(file, { force: true });
  const extent = level === 'all' ? ['--include=dev'] : ['--omit=dev'];
  const args = [command, ...extent, '--include=optional', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  // The npm that started us, else the one on the path.
  const path = process.env.npm_execpath;
  const options = { cwd: ROOT, stdio: ['ignore', 2, 2] };
  const result = path?.endsWith('npm-cli.js')
    ? spawnSync(process.execPath, [path, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (result.error) throw new CannotRun(`npm could not be started: ${result.error.message}`);
  if (result.status !== 0) throw new CannotRun('The packages could not be installed; npm says why above. Try again once that is mended.');
}

/** Two commands at once must not both run npm. A killed one's turn is over. */
async function takeTurn() {
  const file = join(tmpdir(), `pursight-install-${createHash('sha256').update(ROOT).digest('hex').slice(0, 16)}`);
  for (let told = false; ;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw new CannotRun(`Cannot write ${file}: ${error.message}`);
    }
    if (!isRunning(file)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told) process.stderr.write('Another command is installing the packages; waiting for it …\n');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function isRunning(file) {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** So that `npx pursight` in this folder finds the project's own command at once, as if it were an installed package's. */
function linkCommand() {
  const folder = join(MODULES, '.bin');
  const target = join(ROOT, 'cli', 'pursight.mjs');
  mkdirSync(folder, { recursive: true });
  if (process.platform === 'win32') {
    writeFileSync(join(folder, 'pursight.cmd'), '@node "%~dp0\\..\\..\\cli\\pursight.mjs" %*\r\n');
    return;
  }
  rmSync(join(folder, 'pursight'), { force: true });
  symlinkSync('../../cli/pursight.mjs', join(folder, 'pursight'));
  if (existsSync(target)) chmodSync(target, 0o755);
}
