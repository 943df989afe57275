import { z } from 'zod';
import { matcherOf, MAX_PATTERN } from './patterns/patterns.ts';
import { defineRuleType } from './types.ts';

const paramsSchema = z.strictObject({
  pattern: z
    .string()
    .min(1)
    .max(MAX_PATTERN)
    .superRefine((pattern, { addIssue }) => {
      if (pattern.length > MAX_PATTERN) return; // said above
      try {
        matcherOf(pattern);
      } catch (error) {
        addIssue({ code: 'custom', message: (error as Error).message });
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
