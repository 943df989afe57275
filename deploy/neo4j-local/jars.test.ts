import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endTurn, ensureJars } from './jars.ts';

let folder: string;
/** What was said. */
let said: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pursight-jars-'));
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A Maven of ours in front of the machine's: this shell script, in which $TO is where the jars must go. Each call is a line of `calls`. */
function environmentWith(script: string): Record<string, string> {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  const program = join(folder, 'bin', 'mvn');
  writeFileSync(
    program,
    `#!/bin/sh
for each in "$@"; do case "$each" in -DoutputDirectory=*) TO="\${each#-DoutputDirectory=}" ;; esac; done
echo "$TO" >> '${folder}/calls'
${script}
`,
  );
  chmodSync(program, 0o755);
  return { PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, XDG_CACHE_HOME: join(folder, 'cache') };
}
const FETCH = 'mkdir -p "$TO"; printf one > "$TO/a.jar"; printf three > "$TO/b.jar"';

/** Of what that fetches. */
const SUMS = [
  ['a.jar', 'one'],
  ['b.jar', 'three'],
].map(([name, content]) => `${createHash('sha256').update(content!).digest('hex')}  ${name}\n`);

const fetch = (script: string, more: Record<string, string> = {}) => {
  const sums = join(folder, 'sums');
  writeFileSync(sums, SUMS.join(''));
  return ensureJars({ ...environmentWith(script), ...more }, (sentence) => said.push(sentence), sums);
};
const calls = () => (existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') : []);
/** What is left in the cache besides `jars`. */
const besides = (jars: string) => readdirSync(join(folder, 'cache', 'pursight')).filter((name) => !jars.endsWith(name));

describe.skipIf(process.platform === 'win32')('ensureJars', () => {
  it('fetches once, and says so', async () => {
    const jars = await fetch(FETCH);
    expect(readdirSync(jars).toSorted()).toEqual(['a.jar', 'b.jar']);
    expect(await fetch(FETCH)).toBe(jars);
    expect(calls()).toHaveLength(1);
    expect(said).toEqual([expect.stringContaining('Maven fetches Neo4j')]);
    expect(besides(jars)).toEqual([]);
  });

  it.for([
    ['is missing', (jars: string) => rmSync(join(jars, 'b.jar'))],
    ['was cut short', (jars: string) => writeFileSync(join(jars, 'b.jar'), 'th')],
    ['is another one', (jars: string) => writeFileSync(join(jars, 'b.jar'), 'trojn')],
    ['has no business there', (jars: string) => writeFileSync(join(jars, 'c.jar'), '')],
  ] as const)('fetches again when a jar %s', async ([, damage]) => {
    const jars = await fetch(FETCH);
    damage(jars);
    expect(await fetch(FETCH)).toBe(jars);
    expect(calls()).toHaveLength(2);
    expect(readFileSync(join(jars, 'b.jar'), 'utf8')).toBe('three');
    expect(existsSync(join(jars, 'c.jar'))).toBe(false);
  });

  it.for([
    ['another one', 'printf trojn > "$TO/b.jar"', /b\.jar has the SHA-256 [0-9a-f]{64}, which is not that of jars\.sha256/],
    ['one more', 'printf four > "$TO/c.jar"', /c\.jar has the SHA-256/],
    ['one less', 'rm "$TO/a.jar"', /a\.jar is missing/],
  ] as const)('takes none of them where Maven brings %s, however it came', async ([, damage, sentence]) => {
    await expect(fetch(`${FETCH}; ${damage}`)).rejects.toThrow(sentence);
    expect(besides('none')).toEqual([]);
  });

  it('has Maven insist on checksums, and tells it nothing of our own', async () => {
    const settings = { DATABASE_URL: 'postgres://of-ours', SECRET_KEY: 'ours', ADMIN_PASSWORD: 'ours', NEO4J_PASSWORD: 'ours' };
    await fetch(`${FETCH}; echo "$@" > '${folder}/arguments'; env > '${folder}/environment'`, {
      ...settings,
      https_proxy: 'http://proxy:1',
      MAVEN_OPTS: '-Dhere',
    });
    expect(readFileSync(join(folder, 'arguments'), 'utf8')).toMatch(/ -C /);
    const told = readFileSync(join(folder, 'environment'), 'utf8');
    expect(told).toMatch(/^https_proxy=http:\/\/proxy:1$/m);
    expect(told).toMatch(/^MAVEN_OPTS=-Dhere$/m);
    expect(told).not.toContain('ours');
  });

  it('lets one of two at once fetch, and gives both what it fetched', async () => {
    const [first, second] = await Promise.all([fetch(`sleep 1; ${FETCH}`), fetch(`sleep 1; ${FETCH}`)]);
    expect(first).toBe(second);
    expect(calls()).toHaveLength(1);
  });

  it('takes the turn of a process that was killed, and removes what that left', async () => {
    const jars = await fetch(FETCH);
    rmSync(jars, { recursive: true });
    // No process has this number: Linux has at most 4,194,304, others fewer.
    writeFileSync(`${jars}.turn`, '4999999');
    mkdirSync(`${jars}.4999999`);
    expect(await fetch(FETCH)).toBe(jars);
    expect(besides(jars)).toEqual([]);
  });

  it('ends the turn of a process that was killed, and of no other', () => {
    const file = join(folder, 'turn');
    const taken = () => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);
    writeFileSync(file, '4999999');
    endTurn(file);
    expect(taken()).toBeUndefined();
    // Two may have seen that one: the second is late.
    writeFileSync(file, String(process.pid));
    endTurn(file);
    expect(taken()).toBe(String(process.pid));
    rmSync(file);
    endTurn(file);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves nothing behind when Maven fails, and says what Maven says', async () => {
    await expect(fetch(`${FETCH}; echo '[ERROR] Failed to read from far away'; exit 1`)).rejects.toThrow(
      'Maven could not fetch Neo4j (try again once that is mended): Failed to read from far away',
    );
    expect(besides('none')).toEqual([]);
  });

  it('says what to install where Maven is missing', async () => {
    const environment = { PATH: join(folder, 'nothing'), XDG_CACHE_HOME: join(folder, 'cache') };
    await expect(ensureJars(environment, () => {})).rejects.toThrow('Maven, which fetches Neo4j, is missing: install Maven');
  });
});
