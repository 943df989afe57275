import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

it.each([
  ['bench/run.ts', ['--nonsense'], "Unknown option '--nonsense'.", 'npm run bench'],
  ['bench/run.ts', ['nonsense', 'query'], 'There is no bench "nonsense". There are: audit, ', 'npm run bench'],
  ['bench/run.ts', ['--assets', 'many'], '--assets takes a whole number of at least 1000.', 'npm run bench'],
  ['tests/soak/run.ts', ['--nonsense'], "Unknown option '--nonsense'.", 'npm run soak'],
  ['tests/soak/run.ts', ['toString'], 'There is no soak "toString". There are: kill, mix, faults.', 'npm run soak'],
  ['tests/soak/run.ts', ['kill', '--seconds', '0'], '--seconds takes a whole number of at least 1.', 'npm run soak'],
  ['tests/soak/run.ts', ['kill', '--seconds'], "Option '--seconds <value>' argument missing.", 'npm run soak'],
  ['tests/fuzz/run.ts', ['--nonsense'], "Unknown option '--nonsense'.", 'npm run fuzz'],
  ['tests/fuzz/run.ts', ['nonsense'], "Unexpected argument 'nonsense'.", 'npm run fuzz'],
  ['tests/fuzz/run.ts', ['--operations', 'many'], '--operations takes a whole number of at least 1.', 'npm run fuzz'],
  ['scripts/migration.ts', ['--nonsense'], "Unknown option '--nonsense'.", 'npm run migration'],
  ['scripts/compose.ts', ['nonsense'], "Unexpected argument 'nonsense'.", 'npm run compose'],
  ['scripts/docs.ts', ['--nonsense'], "Unknown option '--nonsense'.", 'npm run docs'],
  ['scripts/auditHttp.ts', ['--nonsense'], "Unknown option '--nonsense'.", 'npm run audit:http'],
])('%s %j says what it does not know, and what there is', { timeout: 30_000 }, (program, args, sentence, usage) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: ROOT, encoding: 'utf8' });
  const [first = '', second = '', ...more] = stderr.trimEnd().split('\n');
  expect({ status, stdout, more }).toEqual({ status: 2, stdout: '', more: [] });
  expect(first.slice(0, sentence.length)).toBe(sentence);
  expect(second).toMatch(new RegExp(`^Usage: ${usage}`));
});
