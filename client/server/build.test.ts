import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLogger } from '#platform/logger.ts';
import { ensureBuilt, SOURCES } from './build.ts';

let root: string;
let said: string[];
let log: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pursight-build-'));
  [said, log] = [[], []];
  for (const folder of ['schema', 'platform/graphql', 'client/src/app', 'client/src/gql', 'client/server'])
    mkdirSync(join(root, folder), { recursive: true });
  for (const file of [...SOURCES, 'client/src/app/page.tsx']) write(file, 'first');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (file: string, text: string): void => writeFileSync(join(root, file), text);
/** Notes each build; ends as `code` says. */
const step = (code = '') => ({
  folder: 'client',
  args: ['-e', `require('fs').mkdirSync('.next', { recursive: true }); require('fs').appendFileSync('../builds', 'x'); ${code}`],
});
const builds = (): number => (existsSync(join(root, 'builds')) ? readFileSync(join(root, 'builds'), 'utf8').length : 0);
const build = (code?: string, signal = new AbortController().signal): Promise<void> =>
  ensureBuilt({
    root,
    steps: [step(code)],
    say: (sentence) => said.push(sentence),
    logger: createLogger({ level: 'info', format: 'json', destination: { write: (line) => void log.push(line) } }),
    signal,
  });

it('builds once, and again only after something has changed that the pages are made from', async () => {
  await build();
  await build();
  expect([builds(), said.length]).toEqual([1, 1]);
  for (const file of ['client/src/app/page.tsx', 'client/src/app/new.tsx', 'client/next.config.ts', ...SOURCES]) {
    const before = builds();
    write(file, 'second');
    await build();
    expect(builds(), file).toBe(before + 1);
  }
  const before = builds();
  for (const file of ['client/server/index.ts', 'client/src/gql/graphql.ts', 'client/src/app/page.test.tsx', 'client/next-env.d.ts'])
    write(file, 'x');
  await build();
  expect(builds()).toBe(before);
});

it('takes turns with another build of the same folder, and does not do it again', async () => {
  await Promise.all([build('setTimeout(() => {}, 700)'), sleep(200).then(() => build())]);
  expect(builds()).toBe(1);
  expect(said).toEqual([expect.stringMatching(/^Building/), expect.stringMatching(/^Another command/)]);
});

it('says in one sentence that it failed, leaves the rest to the log, and tries again the next time', async () => {
  await expect(build("console.error('what is wrong'); process.exit(3)")).rejects.toThrow(
    /^The web client cannot be built; the log says why\. /,
  );
  expect(log.join('')).toContain('what is wrong');
  await build();
  expect(builds()).toBe(2);
});

it('leaves nothing that looks finished when it is stopped', async () => {
  const controller = new AbortController();
  const building = build('setTimeout(() => {}, 60_000)', controller.signal);
  while (builds() === 0) await sleep(20);
  controller.abort();
  await expect(building).rejects.toThrow('stopped');
  await build();
  expect(builds()).toBe(2);
  expect(log).toEqual([]);
});
