/** The data folder of the embedded PostgreSQL: made once by initdb, and a record of ours in it. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chownSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CannotStart } from '../errors.ts';
import type { Binaries } from './embeddedBinaries.ts';
import { findPort, isAlive } from './embeddedServer.ts';
import { identityOf, type ServerUser } from './embeddedUser.ts';

export const SUPERUSER = 'pursight';
const RECORD = 'pursight.json';
/** Longer than any initdb takes: an older attempt is dead, even if its process number lives on in another process. */
const INITDB_MS = 300_000;

/** The port stays the same from start to start: it is in the names of the assets of this server's own databases. */
export type DataRecord = { port: number; keyId: string };

type Place = { folder: string; data: string; binaries: Binaries; user: ServerUser | undefined; password: string };

/** Tells whether a folder was made with this password, without telling the password. */
export const keyId = (password: string): string => createHash('sha256').update(`pursight key id ${password}`).digest('hex').slice(0, 16);

/** Makes the data folder if there is none, after removing what a killed attempt left. */
export async function prepareData(place: Place): Promise<DataRecord> {
  sweep(place.folder);
  if (!existsSync(place.data)) await initialise(place);
  return readRecord(place.data);
}

/** What a killed initdb left: its folder, its password file. Another start may be at work this moment: its process lives. */
function sweep(folder: string): void {
  for (const entry of readdirSync(folder)) {
    const [, pid] = /^data\.new-(\d*)/.exec(entry) ?? [];
    if (pid === undefined) continue;
    const path = join(folder, entry);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (Number(pid) > 0 && isAlive(Number(pid)) && age < INITDB_MS) continue;
    try {
      rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // An initdb without its parent may still write there; the next start removes it.
    }
  }
}

/** initdb works beside, and its result is renamed when it is whole: `data` exists only when it is complete. */
async function initialise({ folder, data, binaries, user, password }: Place): Promise<void> {
  const unfinished = `${data}.new-${process.pid}-${randomBytes(4).toString('hex')}`;
  const passwordFile = `${unfinished}.password`;
  try {
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
    if (user) chownSync(passwordFile, user.uid, user.gid);
    const { code, output } = await run(
      binaries.initdb,
      [
        '-D',
        unfinished,
        '-U',
        SUPERUSER,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '-E',
        'UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        '--no-instructions',
      ],
      { cwd: folder, user },
    );
    if (code !== 0) throw new CannotStart(`PostgreSQL could not make its folder ${data}: ${lastLine(output)}`);
    writeRecord(unfinished, { port: await findPort(), keyId: keyId(password) }, user);
    renameSync(unfinished, data);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(data)) throw error; // else another start was faster
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function run(
  program: string,
  args: string[],
  { cwd, user }: { cwd: string; user: ServerUser | undefined },
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
      ...identityOf(user),
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

const lastLine = (text: string): string =>
  text
    .trim()
    .split('\n')
    .findLast((line) => /error|could not|fatal/i.test(line)) ?? text.trim().slice(-300);

export const readRecord = (data: string): DataRecord => JSON.parse(readFileSync(join(data, RECORD), 'utf8')) as DataRecord;

export function writeRecord(data: string, record: DataRecord, user: ServerUser | undefined): void {
  const file = join(data, RECORD);
  writeFileSync(`${file}.new`, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  if (user) chownSync(`${file}.new`, user.uid, user.gid);
  renameSync(`${file}.new`, file);
}
