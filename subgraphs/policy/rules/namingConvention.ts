import { LRUCache } from 'lru-cache';
import { RE2JS } from 're2js';
import { z } from 'zod';
import { defineRuleType } from './types.ts';

const MAX_PATTERN = 1000;

/** Compiled once, not for each asset; and columns of many tables are called the same. */
const patterns = new LRUCache<string, { compiled: RE2JS; known: Map<string, boolean> }>({ max: 50 });
const KNOWN_NAMES = 20_000;

/** Throws where it is no pattern of RE2. Takes time in the length of the name, whatever the pattern. */
function matcherOf(pattern: string): (name: string) => boolean {
  let entry = patterns.get(pattern);
  if (!entry) patterns.set(pattern, (entry = { compiled: RE2JS.compile(pattern), known: new Map() }));
  const { compiled, known } = entry;
  return (name) => {
    let matches = known.get(name);
    if (matches === undefined) {
      matches = compiled.test(name);
      if (known.size >= KNOWN_NAMES) known.clear();
      known.set(name, matches);
    }
    return matches;
  };
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
