/**
 * Neo4j's jars: fetched by the user's own Maven, once, into a folder of the user's cache that is named after what it has to hold. Each has to
 * be the very one that `jars.sha256` says. A fetch becomes visible whole or not at all, and of two processes that want it at once, one
 * fetches.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isAlive } from '#platform/database/embeddedServer.ts';
import { CannotStart } from '#platform/errors.ts';
import { forOthers, type Environment } from './environment.ts';

const POM = fileURLToPath(new URL('pom.xml', import.meta.url));
const SUMS = fileURLToPath(new URL('jars.sha256', import.meta.url));
/** For some 100 MB over a slow line. */
const FETCH_MS = 15 * 60_000;

/** The folder that holds the jars. `say` is told a sentence when they have to be fetched. Throws CannotStart where that fails. `sumsFile`: for tests. */
export async function ensureJars(environment: Environment, say: (sentence: string) => void, sumsFile = SUMS): Promise<string> {
  const sums = readFileSync(sumsFile, 'utf8');
  const key = createHash('sha256').update(readFileSync(POM)).update(sums).digest('hex').slice(0, 12);
  const folder = join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'pursight', `neo4j-${key}`);
  const wrongIn = (place: string): string | undefined => findWrong(place, parseSums(sums));
  const isComplete = (): boolean => existsSync(folder) && wrongIn(folder) === undefined;
  if (isComplete()) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const giveUp = await takeTurn(`${folder}.turn`);
  try {
    if (isComplete()) return folder; // another process fetched them meanwhile
    say('Maven fetches Neo4j (once; some 100 MB) …');
    removeAbandoned(folder);
    await fetchInto(folder, environment, wrongIn);
  } finally {
    giveUp();
  }
  return folder;
}

/** As `sha256sum` writes them. */
const parseSums = (text: string): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(/^([0-9a-f]{64}) [ *](\S+)$/gm)].map(([, sum, name]) => [name!, sum!]));

/** What is wrong with the first jar that is missing, is another one, or has no business there. Reading all takes a fifth of a second. */
function findWrong(folder: string, sums: ReadonlyMap<string, string>): string | undefined {
  const jars = readdirSync(folder).filter((name) => name.endsWith('.jar'));
  const missing = [...sums.keys()].find((name) => !jars.includes(name));
  if (missing !== undefined) return `${missing} is missing`;
  const sumOf = (name: string): string =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
  const wrong = jars.find((name) => sums.get(name) !== sumOf(name));
  return wrong && `${wrong} has the SHA-256 ${sumOf(wrong)}, which is not that of ${basename(SUMS)}`;
}

async function fetchInto(folder: string, environment: Environment, wrongIn: (place: string) => string | undefined): Promise<void> {
  const fresh = `${folder}.${process.pid}`;
  try {
    await runMaven(
      // By itself Maven 3 only warns of a wrong checksum.
      ['-B', '-q', '-C', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${fresh}`, '-DincludeScope=runtime'],
      environment,
    );
    const wrong = wrongIn(fresh);
    if (wrong !== undefined)
      throw new CannotStart(
        `What Maven fetched is not Neo4j: ${wrong}. Look at Maven's mirror, remove that file from its local repository, and try again.`,
      );
    rmSync(folder, { recursive: true, force: true }); // an incomplete one
    renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Resolves when Maven has done it. */
function runMaven(args: string[], environment: Environment): Promise<void> {
  const maven = spawn('mvn', args, {
    env: forOthers(environment),
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
    const [, pid] = name.startsWith(`${basename(folder)}.`) ? (/\.(\d+)$/.exec(name) ?? []) : [];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(dirname(folder), name), { recursive: true, force: true });
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
    if (!isHeld(file)) endTurn(file);
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

/** Of a process that was killed. Between that look and this another one may have ended it and begun its own, which it gets back. */
export function endTurn(file: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    if (isHeld(aside)) linkSync(aside, file);
  } catch (error) {
    // Another process has ended it, or begun its own meanwhile.
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  rmSync(aside, { force: true });
}
