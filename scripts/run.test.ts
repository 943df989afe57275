import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pursight-run-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A command as people stop it: it says `up`, and on SIGTERM it leaves a file and ends with 0. */
const COMMAND = `
  import { writeFileSync } from 'node:fs';
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => { writeFileSync(process.argv[2], 'stopped'); process.exit(0); });
  setInterval(() => {}, 1000);
  console.log('up');
`;
const SCRIPT = `
  const { runForeground } = await import(${JSON.stringify(join(import.meta.dirname, 'projectNode.mjs'))});
  process.exitCode = await runForeground(process.argv.slice(1), { clean: true });
`;

async function start(environment: Record<string, string> = {}, wrap = false): Promise<{ script: ChildProcess; stopped: string }> {
  const file = join(folder, 'command.mjs');
  const stopped = join(folder, 'stopped');
  writeFileSync(file, COMMAND);
  const args = ['--input-type=module', '-e', SCRIPT, file, stopped];
  const [program, programArgs] = wrap ? ['/bin/sh', ['-c', '"$@" & wait', 'sh', process.execPath, ...args]] : [process.execPath, args];
  const script = spawn(program, programArgs, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...environment } });
  await once(script.stdout!, 'data');
  return { script, stopped };
}

async function appears(file: string): Promise<string> {
  for (let tries = 0; tries < 100 && !existsSync(file); tries++) await sleep(50);
  return readFileSync(file, 'utf8');
}

describe.skipIf(process.platform === 'win32')('a command in the foreground', () => {
  it.for(['SIGTERM', 'SIGINT'] as const)('is stopped in order by %s to the script, which ends with its code', async (signal) => {
    const { script, stopped } = await start();
    script.kill(signal);
    expect(await once(script, 'exit')).toEqual([0, null]);
    expect(await appears(stopped)).toBe('stopped');
  });

  it('stops in order when the script is killed', async () => {
    const { script, stopped } = await start();
    script.kill('SIGKILL');
    expect(await appears(stopped)).toBe('stopped');
  });

  it('stops in order when npm above the script is killed', async () => {
    const { script: npm, stopped } = await start({ npm_lifecycle_event: 'start' }, true);
    await sleep(200);
    npm.kill('SIGKILL');
    expect(await appears(stopped)).toBe('stopped');
  });

  it('may fork a helper, which lives until the command ends without having been asked anything before', async () => {
    const file = join(folder, 'command.mjs');
    const answer = join(folder, 'answer');
    writeFileSync(join(folder, 'helper.mjs'), `process.on('message', (text) => process.send(text + ' back'));`);
    writeFileSync(
      file,
      `import { fork } from 'node:child_process';
       import { writeFileSync } from 'node:fs';
       const helper = fork(new URL('helper.mjs', import.meta.url));
       helper.once('exit', () => process.exit(1));
       helper.once('message', (text) => { writeFileSync(${JSON.stringify(answer)}, text); helper.disconnect(); });
       setTimeout(() => helper.send('there and'), 500);`,
    );
    const script = spawn(process.execPath, ['--input-type=module', '-e', SCRIPT, file], { stdio: 'inherit' });
    expect(await once(script, 'exit')).toEqual([1, null]);
    expect(readFileSync(answer, 'utf8')).toBe('there and back');
  });
});
