import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseSettings } from '#platform/config.ts';
import { createLogger } from '#platform/logger.ts';
import { startClientProcess, type ClientProcess } from './client.ts';

let folder: string;
let said: string[];
let client: ClientProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pursight-client-'));
  said = [];
});
afterEach(async () => {
  await client?.stop();
  rmSync(folder, { recursive: true });
});

/** As if the client were this program; it notes its process and its environment. */
function start(program: string): ClientProcess {
  const entry = join(folder, 'client.cjs');
  const note = `const fs = require('fs'); fs.appendFileSync(${JSON.stringify(join(folder, 'started'))}, process.pid + '\\n');
fs.writeFileSync(${JSON.stringify(join(folder, 'environment'))}, JSON.stringify(process.env));`;
  writeFileSync(entry, `${note}\n${program}`);
  const settings = parseSettings({
    SECRET_KEY: Buffer.alloc(32).toString('base64'),
    CLIENT_SECRET: 'x'.repeat(32),
    ADMIN_PASSWORD: 'a password',
    CLIENT_PORT: '3210',
  });
  client = startClientProcess({
    settings,
    logger: createLogger({ level: 'silent', format: 'json' }),
    say: (sentence) => said.push(sentence),
    entry,
  });
  return client;
}
const pids = (): number[] => readFileSync(join(folder, 'started'), 'utf8').trim().split('\n').map(Number);
const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const LIVES = `process.send({ say: 'Building' }); process.send({ ready: 'http://here' }); process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000);`;

describe('the web client beside the product', () => {
  it('says what it does, is ready, gets the settings that it needs and no secret of others, and stops', async () => {
    const { ready, check, stop } = start(LIVES);
    expect(check()).toEqual({ state: 'starting' });
    expect(await ready).toBe('http://here');
    expect(said).toEqual(['Building']);
    expect(check()).toEqual({ state: 'ok' });
    const environment = JSON.parse(readFileSync(join(folder, 'environment'), 'utf8')) as Record<string, string>;
    expect(environment).toMatchObject({ CLIENT_PORT: '3210', PORT: '4000', CLIENT_SECRET: 'x'.repeat(32) });
    for (const name of ['SECRET_KEY', 'ADMIN_PASSWORD', 'DATABASE_URL', 'NEO4J_PASSWORD']) expect(environment).not.toHaveProperty(name);
    await stop();
    expect(pids().map(isRunning)).toEqual([false]);
  });

  it('is started again when it is killed, and the rest goes on meanwhile', async () => {
    const { ready, check } = start(LIVES);
    await ready;
    process.kill(pids()[0]!, 'SIGKILL');
    while (check().state === 'ok') await sleep(10);
    expect(check()).toMatchObject({ state: 'degraded' });
    while (check().state !== 'ok') await sleep(10);
    expect(pids()).toHaveLength(2);
  });

  it('fails the start with its sentence when it cannot begin', async () => {
    const { ready } = start(`process.send({ failed: 'It cannot be built.' }, () => process.exit(1));`);
    await expect(ready).rejects.toThrow('It cannot be built.');
    await sleep(700);
    expect(pids()).toHaveLength(1);
  });

  it('is stopped while it is not ready yet', async () => {
    const { ready, stop } = start(`process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000);`);
    while (true) {
      await sleep(20);
      try {
        if (pids().length > 0) break;
      } catch {
        // It has not begun.
      }
    }
    await stop();
    await expect(ready).rejects.toThrow('stopped');
    expect(pids().map(isRunning)).toEqual([false]);
  });
});
