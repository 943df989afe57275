import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deriveCheckpointKey, formatCheckpoint, parseCheckpoint, type SignedCheckpoint } from './checkpoint.ts';
import { appendCheckpoints, findLastCheckpoint, readCheckpoints, setAside } from './checkpointFile.ts';

const key = deriveCheckpointKey(Buffer.alloc(32, 1));
const sign = (seq: number): SignedCheckpoint => key.sign({ epoch: 'first', seq, hash: Buffer.alloc(32, seq), time: new Date(seq) });

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pursight-checkpoints-'));
  file = join(folder, 'below', 'checkpoints.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

async function readAll(): Promise<(SignedCheckpoint | undefined)[]> {
  const all = [];
  for await (const checkpoint of readCheckpoints(file)) all.push(checkpoint);
  return all;
}
const read = async (): Promise<(number | undefined)[]> => (await readAll()).map((each) => each?.seq);

describe('the file of checkpoints', () => {
  it('gives what was appended', async () => {
    await appendCheckpoints(file, [sign(1), sign(2)]);
    await appendCheckpoints(file, []);
    await appendCheckpoints(file, [sign(3)]);
    expect(await read()).toEqual([1, 2, 3]);
    for await (const checkpoint of readCheckpoints(file)) expect(key.isSigned(checkpoint!)).toBe(true);
  });

  it('begins a new line after half of one', async () => {
    await appendCheckpoints(file, [sign(1)]);
    appendFileSync(file, formatCheckpoint(sign(2)).slice(0, 100));
    expect(await read()).toEqual([1, undefined]);
    await appendCheckpoints(file, [sign(2)]);
    expect(await read()).toEqual([1, undefined, 2]);
  });

  it('is searched from its end for the last good line, over any number of bad ones', async () => {
    expect(await findLastCheckpoint(file, key.isSigned)).toBeUndefined();
    const foreign = deriveCheckpointKey(Buffer.alloc(32, 2)).sign(sign(9));
    for (const count of [1, 300, 2_000]) {
      await appendCheckpoints(
        file,
        Array.from({ length: count }, (_, index) => sign(index + 1)),
      );
      appendFileSync(file, `${'x'.repeat(200_000)}\n`);
      await appendCheckpoints(
        file,
        Array.from({ length: count }, () => foreign),
      );
      appendFileSync(file, '{"seq":');
      expect((await findLastCheckpoint(file, key.isSigned))?.seq).toBe(count);
    }
    writeFileSync(file, '');
    expect(await findLastCheckpoint(file, key.isSigned)).toBeUndefined();
  });

  it('loses what is set aside, and is kept whole beside it', async () => {
    const isOut = ({ seq }: SignedCheckpoint): boolean => seq < 3;
    expect(await setAside(file, isOut)).toBeUndefined();
    await appendCheckpoints(file, [sign(3), sign(4)]);
    expect(await setAside(file, isOut)).toBeUndefined();
    await appendCheckpoints(file, [sign(1), sign(2)]);
    appendFileSync(file, '{"seq":');
    const before = readFileSync(file, 'utf8');
    writeFileSync(`${file}.next`, 'of one that was killed');
    const copy = await setAside(file, isOut);
    expect(await read()).toEqual([3, 4]);
    expect(readFileSync(copy!, 'utf8')).toBe(before);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(file))).toEqual([basename(file), basename(copy!)]);
  });

  it('takes nothing else for a checkpoint', () => {
    const line = formatCheckpoint(sign(1));
    expect(parseCheckpoint(line)).toEqual(sign(1));
    for (const other of [
      '',
      'null',
      '{}',
      line.slice(1),
      line.replace('"seq":1', '"seq":-1'),
      line.replace('"seq":1', '"seq":1.5'),
      line.replace('{', '{"more":1,'),
    ])
      expect(parseCheckpoint(other), other).toBeUndefined();
  });

  it('survives processes that write at once, and are killed at any moment', { timeout: 30_000 }, async () => {
    const program = `
      import { deriveCheckpointKey } from ${JSON.stringify(new URL('checkpoint.ts', import.meta.url).href)};
      import { appendCheckpoints } from ${JSON.stringify(new URL('checkpointFile.ts', import.meta.url).href)};
      const key = deriveCheckpointKey(Buffer.alloc(32, 1));
      for (let seq = 1; ; seq++) {
        const checkpoints = Array.from({ length: 40 }, () => key.sign({ epoch: process.argv[1], seq, hash: Buffer.alloc(32), time: new Date() }));
        await appendCheckpoints(process.argv[2], checkpoints);
        process.stdout.write(seq + '\\n');
      }`;
    for (let round = 0; round < 3; round++) {
      const writers = ['one', 'other'].map((name) => {
        const writer = spawn(process.execPath, ['--input-type=module', '--eval', program, name, file], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let last = 0;
        writer.stdout.on('data', (chunk: Buffer) => void (last = Number(chunk.toString().trim().split('\n').at(-1))));
        return { writer, told: () => last, closed: new Promise((resolve) => void writer.on('close', resolve)) };
      });
      await expect.poll(() => Math.min(...writers.map(({ told }) => told())), { timeout: 20_000 }).toBeGreaterThan(3);
      for (const { writer } of writers) writer.kill('SIGKILL');
      await Promise.all(writers.map(({ closed }) => closed));
      await appendCheckpoints(file, [sign(7)]);
      // Whole lines, but for those that a kill cut; and all of what was told to be written.
      const all = await readAll();
      expect(all.filter((each) => !each).length).toBeLessThanOrEqual(2 * (round + 1));
      expect(all.filter((each) => each && !key.isSigned(each))).toEqual([]);
      for (const [index, name] of ['one', 'other'].entries()) {
        const seqs = all.filter((each) => each?.epoch === name).map((each) => each!.seq);
        expect(seqs.filter((seq) => seq === writers[index]!.told()).length).toBeGreaterThanOrEqual(40);
      }
      expect(readFileSync(file, 'utf8').endsWith('\n')).toBe(true);
    }
  });
});
