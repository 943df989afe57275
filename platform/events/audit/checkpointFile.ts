/**
 * The file of checkpoints, outside of the database: lines that are only ever appended (but for `setAside`), and reach the disk before anybody goes on. A process that
 * is killed may leave half a line; the next one begins a new line after it, and writes that checkpoint again.
 */
import { constants, createReadStream } from 'node:fs';
import { copyFile, mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatCheckpoint, parseCheckpoint, type SignedCheckpoint } from './checkpoint.ts';

/** Longer than any line of ours: what goes on beyond it is not kept in memory. */
const LONGEST_LINE = 4_096;
const BLOCK = 64 * 1024;

/** Makes the file (mode 0600) and its folder (0700) where they are missing. One caller at a time. */
export async function appendCheckpoints(file: string, checkpoints: readonly SignedCheckpoint[]): Promise<void> {
  if (checkpoints.length === 0) return;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a+', 0o600);
  let isNew: boolean;
  try {
    const { size } = await handle.stat();
    isNew = size === 0;
    const halfLine = !isNew && (await readBytes(handle, size - 1, 1)).toString() !== '\n';
    // One write: two processes that should not be here together would still not mix their lines.
    await handle.appendFile(`${halfLine ? '\n' : ''}${checkpoints.map((each) => `${formatCheckpoint(each)}\n`).join('')}`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (isNew) await syncFolder(dirname(file));
}

/** The last line that `isGood`, which is looked for from the end; undefined where there is none, or no file. */
export async function findLastCheckpoint(
  file: string,
  isGood: (checkpoint: SignedCheckpoint) => boolean,
): Promise<SignedCheckpoint | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    let { size: end } = await handle.stat();
    let rest = '';
    while (end > 0) {
      const start = Math.max(0, end - BLOCK);
      const lines = ((await readBytes(handle, start, end - start)).toString('latin1') + rest).split('\n');
      end = start;
      // Its beginning may be in the block before.
      rest = start > 0 ? lines.shift()!.slice(0, LONGEST_LINE) : '';
      for (const line of lines.reverse()) {
        const checkpoint = parseCheckpoint(line);
        if (checkpoint && isGood(checkpoint)) return checkpoint;
      }
    }
    return undefined;
  } finally {
    await handle.close();
  }
}

/** A line, or undefined for what is none: half of one, or damaged. Throws ENOENT where there is no file. */
export async function* readCheckpoints(file: string): AsyncGenerator<SignedCheckpoint | undefined> {
  let rest = '';
  for await (const chunk of createReadStream(file, { encoding: 'latin1', highWaterMark: BLOCK })) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop()!.slice(0, LONGEST_LINE);
    for (const line of lines) if (line !== '') yield parseCheckpoint(line);
  }
  if (rest !== '') yield parseCheckpoint(rest);
}

/**
 * Takes these checkpoints out of the file, which before that is copied to one beside it; gives the copy's path, undefined where there are none. At
 * any moment the file is as it was or as it is to be.
 */
export async function setAside(file: string, isOut: (checkpoint: SignedCheckpoint) => boolean): Promise<string | undefined> {
  const kept: SignedCheckpoint[] = [];
  let hasAny = false;
  try {
    for await (const checkpoint of readCheckpoints(file)) {
      if (!checkpoint) continue;
      if (isOut(checkpoint)) hasAny = true;
      else kept.push(checkpoint);
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  if (!hasAny) return undefined;
  const copy = `${file}.${new Date().toISOString().replaceAll(':', '-')}`;
  await copyFile(file, copy, constants.COPYFILE_EXCL);
  const next = `${file}.next`;
  await rm(next, { force: true }); // of one that was killed
  await (await open(next, 'w', 0o600)).close();
  await appendCheckpoints(next, kept);
  await rename(next, file);
  await syncFolder(dirname(file));
  return copy;
}

export const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

async function readBytes(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** So that the new file's name is on the disk, too. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return; // a folder cannot be opened there
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
