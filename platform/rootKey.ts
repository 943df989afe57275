/** The root key of this product: from the setting SECRET_KEY, else made once and kept in the data folder. */
import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { CannotStart } from './errors.ts';

const KEY_BYTES = 32;

/**
 * The 32 bytes of the root key. `secretKey` is SECRET_KEY as it was given (base64); with it nothing is written.
 * Makes the data folder (mode 0700) and `root.key` (mode 0600) in it when they are missing.
 */
export function readRootKey({ dataDir, secretKey }: { dataDir: string; secretKey?: string }): Buffer {
  if (secretKey) return Buffer.from(secretKey, 'base64');
  const folder = resolve(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = resolve(folder, 'root.key');
  const existing = readKeyFile(file);
  if (existing) return existing;
  createKeyFile(folder, file);
  return readKeyFile(file)!;
}

function readKeyFile(file: string): Buffer | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CannotStart(`The root key ${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== KEY_BYTES)
    throw new CannotStart(`The root key ${file} is damaged: it must hold 32 bytes in base64. Put its backup back.`);
  return key;
}

/** Written and synced beside, then linked under its name: a kill in between leaves no half a key, and of two starts at once one wins. */
function createKeyFile(folder: string, file: string): void {
  const unfinished = `${file}.new-${process.pid}`;
  rmSync(unfinished, { force: true });
  const handle = openSync(unfinished, 'wx', 0o600);
  try {
    writeSync(handle, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    linkSync(unfinished, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(unfinished, { force: true });
  }
  chmodSync(file, 0o600);
  syncFolder(folder);
}

function syncFolder(folder: string): void {
  if (process.platform === 'win32') return; // a folder cannot be opened there
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
