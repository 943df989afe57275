/** The command line as a process of its own: what its streams do to it. */
import { spawnSync } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('./pursight.mjs', import.meta.url));

/** Every write to it fails as on a full disk. Linux has it. */
const FULL = '/dev/full';

describe.skipIf(!existsSync(FULL))('output that cannot be written', () => {
  const run = (stdio: { stdout: number | 'pipe'; stderr: number | 'pipe' }, ...args: string[]) =>
    spawnSync(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', stdio.stdout, stdio.stderr], encoding: 'utf8', env: {} });

  it('is told of in a sentence, with the exit code of a failure', () => {
    const { status, stderr } = run({ stdout: openSync(FULL, 'w'), stderr: 'pipe' }, '--help');
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/^The output cannot be written: ENOSPC.*\n$/) });
  });

  it('ends the command also where errors go', () => {
    const { status, stdout } = run({ stdout: 'pipe', stderr: openSync(FULL, 'w') }, 'no', 'such', 'command');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });
});
