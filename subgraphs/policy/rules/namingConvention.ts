import { LRUCache } from 'lru-cache';
import { RE2JS } from 're2js';
import { z } from 'zod';
import { defineRuleType } from './types.ts';

const MAX_PATTERN = 1000;

/** Compiled once, not for each asset. Texts of equal names are matched once: columns of many tables are called the same. */
const patterns = new LRUCache<string, (name: string) => boolean>({ max: 100 });
const MATCHED_NAMES = 10_000;

/** Throws where it is no pattern of RE2. */
function matcherOf(pattern: string): (name: string) => boolean {
  let matches = patterns.get(pattern);
  if (!matches) {
    const compiled = RE2JS.compile(pattern);
    const known = new LRUCache<string, boolean>({ max: MATCHED_NAMES });
    matches = (name) => {
      let found = known.get(name);
      if (found === undefined) known.set(name, (found = compiled.matcher(name).find()));
      return found;
    };
    patterns.set(pattern, matches);
  }
  return matches;
}

const paramsSchema = z.strictObject({
  pattern: z
    .string()
    .min(1)
    .max(MAX_PATTERN)
    .superRefine((pattern, { addIssue }) => {
      try {
        matcherOf(pattern);
      } catch (error) {
        addIssue({ code: 'custom', message: `This is no pattern in RE2 syntax: ${(error as Error).message}` });
      }
    })
    .describe('In RE2 syntax. It may match anywhere in the name: begin it with ^ and end it with $ where the whole name has to match.'),
  target: z
    .enum(['asset', 'column'])
    .describe('Whose names: those of assets (without database and schema before them), or of their columns.'),
});

export const namingConvention = defineRuleType({
  name: 'namingConvention',
  description: 'Names follow a pattern: of every asset in scope, databases and schemas too, or of their columns.',
  paramsSchema,
  needs: ({ target }) => (target === 'column' ? ['columns'] : []),
  check({ path, columns }, { pattern, target }) {
    const matches = matcherOf(pattern);
    if (target === 'asset') {
      const name = path.at(-1) ?? '';
      if (matches(name)) return [];
      return [{ columnId: null, message: `The name "${name}" does not match ${pattern}. Rename it.`, evidence: { name, pattern } }];
    }
    return columns
      .filter(({ name }) => !matches(name))
      .map(({ id, name }) => ({
        columnId: id,
        message: `The column name "${name}" does not match ${pattern}. Rename it.`,
        evidence: { name, pattern },
      }));
  },
});
