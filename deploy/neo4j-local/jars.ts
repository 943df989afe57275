/**
 * Neo4j's jars: fetched by the user's own Maven, once, into a folder of the user's cache that is named after the pom. A fetch becomes visible
 * whole or not at all, and of two processes that want it at once, one fetches.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isAlive } from '#platform/database/embeddedServer.ts';
import { CannotStart } from '#platform/errors.ts';

const POM = fileURLToPath(new URL('pom.xml', import.meta.url));
/** Names and sizes of all jars; written last. */
const LIST = 'jars.json';
/** For some 100 MB over a slow line. */
const FETCH_MS = 15 * 60_000;

export type Environment = Readonly<Record<string, string | undefined>>;

/** The folder that holds the jars. `say` is told a sentence when they have to be fetched. Throws CannotStart where that fails. */
export async function ensureJars(environment: Environment, say: (sentence: string) => void): Promise<string> {
  const key = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 12);
  const folder = join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'pursight', `neo4j-${key}`);
  if (isComplete(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const giveUp = await takeTurn(`${folder}.turn`);
  try {
    if (isComplete(folder)) return folder; // another process fetched them meanwhile
    say('Maven fetches Neo4j (once; some 100 MB) …');
    removeAbandoned(folder);
    await fetchInto(folder, environment);
  } finally {
    giveUp();
  }
  return folder;
}

function isComplete(folder: string): boolean {
  try {
    const jars = JSON.parse(readFileSync(join(folder, LIST), 'utf8')) as Record<string, number>;
    return Object.entries(jars).every(([name, bytes]) => statSync(join(folder, name)).size === bytes);
  } catch {
    return false; // not fetched, or something of it is missing: it is fetched again
  }
}

async function fetchInto(folder: string, environment: Environment): Promise<void> {
  const fresh = `${folder}.${process.pid}`;
  try {
    await runMaven(
      ['-B', '-q', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${fresh}`, '-DincludeScope=runtime'],
      environment,
    );
    const jars = readdirSync(fresh).filter((name) => name.endsWith('.jar'));
    writeFileSync(join(fresh, LIST), JSON.stringify(Object.fromEntries(jars.map((name) => [name, statSync(join(fresh, name)).size]))));
    rmSync(folder, { recursive: true, force: true }); // an incomplete one
    renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Resolves when Maven has done it. */
function runMaven(args: string[], environment: Environment): Promise<void> {
  const maven = spawn('mvn', args, {
    env: environment as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: FETCH_MS,
    shell: process.platform === 'win32', // where it is a batch file
  });
  const endWithUs = (): void => void maven.kill();
  process.once('exit', endWithUs);
  maven.once('close', () => process.off('exit', endWithUs));
  let output = '';
  for (const stream of [maven.stdout, maven.stderr]) stream.on('data', (chunk) => (output = (output + chunk).slice(-100_000)));
  return new Promise((resolve, reject) => {
    maven.once('error', (error: NodeJS.ErrnoException) => {
      const missing = 'Maven, which fetches Neo4j, is missing: install Maven 3.6.3 or later, so that "mvn" is on the PATH.';
      reject(new CannotStart(error.code === 'ENOENT' ? missing : `Maven could not be started: ${error.message}`));
    });
    maven.once('close', (code, signal) => {
      if (code === 0) return resolve();
      const [, why] = /^\[ERROR\] (.{1,300})/m.exec(output) ?? [];
      reject(
        new CannotStart(
          `Maven could not fetch Neo4j (try again once that is mended): ${why ?? output.trim().slice(-300) ?? signal ?? code}`,
        ),
      );
    });
  });
}

/** What fetches that were killed have left. */
function removeAbandoned(folder: string): void {
  for (const name of readdirSync(dirname(folder))) {
    if (name.startsWith(`${basename(folder)}.`) && /\.\d+$/.test(name))
      rmSync(join(dirname(folder), name), { recursive: true, force: true });
  }
}

/** Waits until no other process fetches. A killed one's turn is over. Gives what ends ours. */
async function takeTurn(file: string): Promise<() => void> {
  for (const deadline = Date.now() + FETCH_MS; ; await sleep(500)) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw new CannotStart(`Cannot write ${file}: ${(error as Error).message}`);
    }
    if (!isHeld(file)) rmSync(file, { force: true });
    else if (Date.now() > deadline)
      throw new CannotStart(`Another process has been fetching Neo4j for too long; if none does, remove ${file}.`);
  }
}

function isHeld(file: string): boolean {
  try {
    return isAlive(Number(readFileSync(file, 'utf8')));
  } catch {
    return false; // given up this moment
  }
}
