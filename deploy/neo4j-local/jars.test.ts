import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureJars } from './jars.ts';

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

const fetch = (script: string) => ensureJars(environmentWith(script), (sentence) => said.push(sentence));
const calls = () => (existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') : []);
/** What is left in the cache besides `jars`. */
const besides = (jars: string) => readdirSync(join(folder, 'cache', 'pursight')).filter((name) => !jars.endsWith(name));

describe.skipIf(process.platform === 'win32')('ensureJars', () => {
  it('fetches once, and says so', async () => {
    const jars = await fetch(FETCH);
    expect(readdirSync(jars).toSorted()).toEqual(['a.jar', 'b.jar', 'jars.json']);
    expect(await fetch(FETCH)).toBe(jars);
    expect(calls()).toHaveLength(1);
    expect(said).toEqual([expect.stringContaining('Maven fetches Neo4j')]);
    expect(besides(jars)).toEqual([]);
  });

  it.for([
    ['is missing', (jars: string) => rmSync(join(jars, 'b.jar'))],
    ['was cut short', (jars: string) => writeFileSync(join(jars, 'b.jar'), 'th')],
    ['list was never written', (jars: string) => rmSync(join(jars, 'jars.json'))],
  ] as const)('fetches again when a jar or the %s', async ([, damage]) => {
    const jars = await fetch(FETCH);
    damage(jars);
    expect(await fetch(FETCH)).toBe(jars);
    expect(calls()).toHaveLength(2);
    expect(readFileSync(join(jars, 'b.jar'), 'utf8')).toBe('three');
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
