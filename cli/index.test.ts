/** The command line as a process of its own: what its streams do to it. */
import { spawnSync } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('./pursight.mjs', import.meta.url));

/** Every write to it fails as on a full disk. Linux has it. */
const FULL = '/dev/full';

describe.skipIf(!existsSync(FULL))('output that cannot be written', () => {
  it('is told of in a sentence, with the exit code of a failure', () => {
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, '--help'], {
      stdio: ['ignore', openSync(FULL, 'w'), 'pipe'],
      encoding: 'utf8',
      env: {},
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/^The output cannot be written: ENOSPC.*\n$/) });
  });
});
