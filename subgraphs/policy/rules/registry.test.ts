/** The recipe of CONTRIBUTING.md: a rule type is one file, its test, and one line. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RULE_TYPES } from './registry.ts';

const POLICY = join(import.meta.dirname, '..');
const files = (folder: string): string[] =>
  readdirSync(join(POLICY, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => join(POLICY, folder, file));

describe.each(RULE_TYPES.map(({ name }) => name))('%s', (name) => {
  it('is a file of its name, with a test', async () => {
    const module = (await import(/* @vite-ignore */ join(import.meta.dirname, `${name}.ts`))) as Record<string, unknown>;
    expect(module[name]).toBe(RULE_TYPES.find((rule) => rule.name === name));
    expect(readdirSync(import.meta.dirname)).toContain(`${name}.test.ts`);
  });

  it('is known by name to nobody but the registry', () => {
    const others = ['domain', 'store', 'resolvers', 'classification'].flatMap(files);
    expect(others.length).toBeGreaterThan(10);
    expect(others.filter((file) => readFileSync(file, 'utf8').includes(name))).toEqual([]);
  });
});

it('forgets no file that defines a rule type', () => {
  const defining = files('rules').filter((file) => readFileSync(file, 'utf8').includes('= defineRuleType({'));
  expect(defining).toHaveLength(RULE_TYPES.length);
});
