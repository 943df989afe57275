// Installs the packages when they are missing or do not match package-lock.json. No dependencies; runs on Node 20 and later.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MODULES = join(ROOT, 'node_modules');
const STAMP = join(MODULES, '.pursight-install');

/** Why a command cannot run: one plain sentence. */
export class CannotRun extends Error {}

/** `quick` takes any finished installation. npm's own output goes to stderr: some commands' stdout is data. */
export async function ensureInstalled({ quick = false } = {}) {
  if (quick && existsSync(STAMP)) return;
  const expected = stampOf(readFileSync(join(ROOT, 'package-lock.json')));
  if (readStamp() === expected) return;
  const unlock = await takeTurn();
  try {
    if (readStamp() === expected) return; // another command did it meanwhile
    if (!matchesLock()) install();
    linkCommand();
    writeFileSync(STAMP, expected);
  } finally {
    unlock();
  }
}

/** Two commands at once must not both run `npm ci`. A killed one's turn is over. */
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

/** The lock file's hash, and the machine's kind: a tree copied from another kind of machine has the wrong binaries. */
const stampOf = (lock) => `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}\n`;

function readStamp() {
  try {
    return readFileSync(STAMP, 'utf8');
  } catch {
    return undefined; // never installed, or not to the end
  }
}

/** Whether somebody's own `npm ci` or `npm install` did it: npm writes its list of what is installed last, so a killed one has none. */
function matchesLock() {
  let installed;
  try {
    installed = JSON.parse(readFileSync(join(MODULES, '.package-lock.json'), 'utf8')).packages;
  } catch {
    return false;
  }
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const direct = new Set(Object.keys(packages[''].optionalDependencies).map((name) => `node_modules/${name}`));
  return Object.entries(packages).every(([path, wanted]) => {
    if (path === '') return true;
    const found = installed[path];
    if (!found) return wanted.optional === true && !(direct.has(path) && isForThisMachine(wanted));
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

/** Other optional packages may be missing: npm knows best which of them belong here. */
const isForThisMachine = ({ os, cpu }) => [os].flat().includes(process.platform) && [cpu].flat().includes(process.arch);

function install() {
  process.stderr.write('Installing the packages (once for each version; a minute or so) …\n');
  // What a killed npm leaves must not look finished.
  for (const file of [STAMP, join(MODULES, '.package-lock.json')]) rmSync(file, { force: true });
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  // The npm that started us, else the one on the path.
  const npm = process.env.npm_execpath?.endsWith('npm-cli.js') ? process.env.npm_execpath : undefined;
  const options = { cwd: ROOT, stdio: ['ignore', 2, 2] };
  const result = npm
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (result.error) throw new CannotRun(`npm could not be started: ${result.error.message}`);
  if (result.status !== 0) throw new CannotRun('The packages could not be installed; npm says why above. Try again once that is mended.');
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
